"""Weekdays in words: one alone, several, from one to another, and with a part of the day; nothing that denies is guessed."""

import pytest

from app.cases.enums import TextHours
from app.intake.conversation.machine.day_words import ChosenTimes, NamedTimes
from app.intake.conversation.machine.topic_words import TopicWords
from app.network.matching import plain_text

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@pytest.mark.parametrize(
    ("said", "days", "choice"),
    (
        *(
            (said, {SUN}, None)
            for said in ("sunday", "Only Sundays", "sun", "on sundays only please", "yes sunday")
        ),
        *((said, {SUN, WED}, None) for said in ("sun and wed", "wed, sun", "Sunday or Wednesday")),
        ("monday to friday", {MON, TUE, WED, THU, FRI}, None),
        ("fri till mon", {FRI, SAT, SUN, MON}, None),
        ("mon to wed and sunday", {MON, TUE, WED, SUN}, None),
        ("sunday evenings", {SUN}, TextHours.EVENINGS),
        ("saturday and sunday in the morning", {SAT, SUN}, TextHours.MORNINGS),
        *((said, {SUN}, None) for said in ("hari ahad sahaja", "solo los domingos", "dimanche", "星期天")),
        *((said, {SUN}, None) for said in ("रविवार", "jumapili tu", "linggo lang")),
    ),
)
def test_days_are_read(words: TopicWords, said: str, days: set[int], choice: TextHours | None) -> None:
    read = words.told.asked_days.read(plain_text(said), words.sentences)
    assert read == NamedTimes(ChosenTimes(choice, frozenset(days)))


@pytest.mark.parametrize(
    "said",
    (
        *(
            "",
            "not on sunday",
            "never on sundays",
            "sunday he beat me",
            "to sunday",
            "monday to",
            "7",
            "sundays at 9 am",
            "sundays 7 to 9",
            "after sundays",
            "sundays 25",
            "19-19",
            "sundays 19 to",
            "no sundays",
            "mornings and weekends",
            "not before my shift",
            "1",
        ),
        *("monday to to friday", "sunday mornings and evenings", "the sunday market factory", "sunday never"),
    ),
)
def test_what_says_more_or_less_is_none(words: TopicWords, said: str) -> None:
    assert words.told.asked_days.read(plain_text(said), words.sentences) is None


@pytest.mark.parametrize(
    ("said", "named"),
    (
        ("evenings", NamedTimes(ChosenTimes(TextHours.EVENINGS))),
        ("only evenings", NamedTimes(ChosenTimes(TextHours.EVENINGS))),
        ("weekends", NamedTimes(ChosenTimes(TextHours.DAYS_OFF))),
        ("at night", NamedTimes(ChosenTimes(TextHours.EVENINGS), loose=True)),
        ("only at night", NamedTimes(ChosenTimes(TextHours.EVENINGS))),
        ("every day", NamedTimes(ChosenTimes(days=frozenset(range(7))), loose=True)),
        ("1 every day", NamedTimes(ChosenTimes(days=frozenset(range(7))), asks=True)),
        ("1 only sundays", NamedTimes(ChosenTimes(days=frozenset({SUN})), asks=True)),
        ("1 evenings", NamedTimes(ChosenTimes(TextHours.EVENINGS), asks=True)),
        ("no, only sundays", NamedTimes(ChosenTimes(days=frozenset({SUN})))),
        ("only sundays 9", NamedTimes(ChosenTimes(days=frozenset({SUN})), stops=True)),
        ("9 only sundays", NamedTimes(ChosenTimes(days=frozenset({SUN})), stops=True)),
        ("9 evenings", NamedTimes(ChosenTimes(TextHours.EVENINGS), stops=True)),
        ("sundays only, do not ask me again", NamedTimes(ChosenTimes(days=frozenset({SUN})), stops=True)),
        ("sundays 19-21", NamedTimes(ChosenTimes(days=frozenset({SUN}), hours=(19, 21)))),
        ("sundays 9-11", None),
        ("7 to 9 pm", NamedTimes(ChosenTimes(hours=(19, 21)))),
        ("sunday 10am to 2pm", NamedTimes(ChosenTimes(days=frozenset({SUN}), hours=(10, 14)))),
        ("sunday 10 to 2 pm", NamedTimes(ChosenTimes(days=frozenset({SUN}), hours=(10, 14)))),
        ("sundays after 4", NamedTimes(ChosenTimes(days=frozenset({SUN}), hours=(16, None)))),
        ("sundays after 9", NamedTimes(ChosenTimes(days=frozenset({SUN}), hours=(21, None)))),
        ("after 6pm only", NamedTimes(ChosenTimes(hours=(18, None)))),
        ("mon to fri after 18", NamedTimes(ChosenTimes(days=frozenset(range(5)), hours=(18, None)))),
    ),
)
def test_times_are_read_with_what_else_is_said(
    words: TopicWords, said: str, named: NamedTimes | None
) -> None:
    assert words.told.asked_days.read(plain_text(said), words.sentences) == named
