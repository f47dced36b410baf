"""Weekdays in words: one alone, several, from one to another, and with a part of the day; nothing that denies is guessed."""

import pytest

from app.cases.enums import TextHours
from app.intake.conversation.machine.day_words import ChosenDays
from app.intake.conversation.machine.topic_words import TopicWords
from app.network.matching import plain_text

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@pytest.mark.parametrize(
    ("said", "days", "choice"),
    (
        *(
            (said, {SUN}, TextHours.BY_DAY)
            for said in ("sunday", "Only Sundays", "sun", "on sundays only please", "yes sunday")
        ),
        *(
            (said, {SUN, WED}, TextHours.BY_DAY)
            for said in ("sun and wed", "wed, sun", "Sunday or Wednesday")
        ),
        ("monday to friday", {MON, TUE, WED, THU, FRI}, TextHours.BY_DAY),
        ("fri till mon", {FRI, SAT, SUN, MON}, TextHours.BY_DAY),
        ("mon to wed and sunday", {MON, TUE, WED, SUN}, TextHours.BY_DAY),
        ("sunday evenings", {SUN}, TextHours.EVENINGS),
        ("saturday and sunday in the morning", {SAT, SUN}, TextHours.MORNINGS),
        *(
            (said, {SUN}, TextHours.BY_DAY)
            for said in ("hari ahad sahaja", "solo los domingos", "dimanche", "星期天")
        ),
        *((said, {SUN}, TextHours.BY_DAY) for said in ("रविवार", "jumapili tu", "linggo lang")),
    ),
)
def test_days_are_read(words: TopicWords, said: str, days: set[int], choice: TextHours) -> None:
    read = words.told.asked_days.read(plain_text(said), words.sentences)
    assert read == ChosenDays(choice, frozenset(days))


@pytest.mark.parametrize(
    "said",
    (
        *(
            "",
            "mornings",
            "not on sunday",
            "never on sundays",
            "sunday he beat me",
            "to sunday",
            "monday to",
            "any day",
        ),
        *("monday to to friday", "sunday mornings and evenings", "the sunday market factory", "sunday never"),
    ),
)
def test_what_says_more_or_less_is_none(words: TopicWords, said: str) -> None:
    assert words.told.asked_days.read(plain_text(said), words.sentences) is None
