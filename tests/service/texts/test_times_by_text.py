"""When texts come that come by themselves: asked for by digit, answered by digit or in words, kept as the inbox keeps it."""

import pytest

from app import clock
from app.cases.case.models import Case
from app.cases.case.text_times import EVERY_DAY, TextTimes
from app.cases.enums import FollowupState, TextState
from app.database import CaseId
from tests.support.asked_by_text import (
    KEPT,
    answers_kept,
    asked_state,
    by_itself,
    on_day,
    planned,
    put_to,
    tick,
)
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, FIRST

MENU = "When may our texts come? 1 By day 2 Mornings 3 Evenings 4 Days off 0 Never"
THERE = "the time at your work place"


@pytest.mark.parametrize(
    ("said", "times", "told"),
    (
        ("1", TextTimes(9, 20), f"Our texts now come from 9 to 20, {THERE}."),
        ("2", TextTimes(7, 12), f"Our texts now come from 7 to 12, {THERE}."),
        ("Mornings please", TextTimes(7, 12), f"Our texts now come from 7 to 12, {THERE}."),
        ("3 evenings", TextTimes(17, 22), f"Our texts now come from 17 to 22, {THERE}."),
        (
            "days off",
            TextTimes(9, 20, frozenset({5, 6})),
            f"Our texts now come from 9 to 20, {THERE}, only on Sat, Sun.",
        ),
        (
            "only sundays",
            TextTimes(9, 20, frozenset({6})),
            f"Our texts now come from 9 to 20, {THERE}, only on Sun.",
        ),
        (
            "Sun and Wed evenings",
            TextTimes(17, 22, frozenset({2, 6})),
            f"Our texts now come from 17 to 22, {THERE}, only on Wed, Sun.",
        ),
    ),
)
def test_times_are_chosen_by_digit_or_in_words_and_told(
    texting: Texting, said: str, times: TextTimes, told: str
) -> None:
    put_to(texting)
    assert texting.say("1") == [MENU]
    assert texting.facts().text_times is None
    assert texting.say(said) == [told]
    facts = texting.facts()
    assert (facts.text_times, facts.text_times_on) == (times, clock.now().date())
    assert texting.journal().count("followup.texts_wanted") == 1
    assert "followup.answered" not in texting.journal()


def test_the_question_can_still_be_answered_beside_and_after_the_times(texting: Texting) -> None:
    case_id = put_to(texting)
    texting.say("1")
    assert texting.say("7") == [KEPT]  # the times have no 7: it answers what was texted
    assert answers_kept(texting, case_id) == 1
    assert texting.say("1", "2")[-1].startswith("Our texts now come from 7 to 12")
    assert (answers_kept(texting, case_id), asked_state(texting, case_id)) == (1, [FollowupState.ANSWERED])


def test_never_ends_the_texts_and_times_bring_them_back(texting: Texting) -> None:
    case_id = put_to(texting)
    assert texting.say("1", "0")[-1].startswith("We will not ask you again by text.")
    assert texting.facts().no_text_questions
    on_day(31.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1
    assert texting.say("1", "1")[-1].startswith("Our texts now come from 9 to 20")
    assert not texting.facts().no_text_questions
    on_day(62.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 2


def test_an_answer_after_a_shift_is_asked_about_and_then_counts(texting: Texting) -> None:
    put_to(texting)
    texting.say("1")
    texting.fall_silent()
    texting.pass_by(hours=9)
    assert texting.say("2") == [MENU]  # alone 2 would start a new report
    assert len(texting.cases()) == 1
    assert texting.say("2")[0].startswith("Our texts now come from 7 to 12")
    texting.say("1")
    texting.fall_silent()
    texting.pass_by(hours=9)
    assert texting.say("1") == [MENU]


def test_a_digit_that_said_yes_to_danger_a_day_ago_asks_for_danger_again(texting: Texting) -> None:
    put_to(texting)
    texting.say("5")
    texting.fall_silent()
    texting.pass_by(hours=30)
    assert texting.say("1") == ["Is anyone in danger now? 1 Yes 2 No"]
    assert texting.say("2")
    assert texting.say("1") == [MENU]


def test_words_that_are_no_times_are_kept_and_it_is_asked_again(texting: Texting) -> None:
    put_to(texting)
    texting.say("1")
    assert texting.say("only when my shift is over, Fridays") == [MENU]
    assert texting.words()[-1] == "only when my shift is over, Fridays"
    assert texting.say("evenings")[0].startswith("Our texts now come from 17 to 22")


def test_without_a_texted_question_one_is_for_the_helper(texting: Texting) -> None:
    texting.say(*AGREED)
    texting.fall_silent()
    texting.say("1")
    assert texting.words()[-1] == "1"


def test_times_that_no_clock_has_in_common_are_refused_and_said(texting: Texting) -> None:
    """Nobody knows where the work is, and the number is from a country of many clocks."""
    american = "+12025550143"
    texting.say(FIRST, "1", "2", "1", "The Nowhere Mill", "1", "1", sender=american)
    texting.fall_silent()
    case_id = CaseId(texting.case().id)
    with texting.database.writing() as session:
        session.get_one(Case, case_id).country = None
    on_day(14.55)
    tick(texting)
    assert planned(texting, case_id, TextState.WRITTEN)
    assert texting.say("1", sender=american) == [MENU]
    (refused,) = texting.say("2", sender=american)
    assert refused == f"At these times a text can never come, so nothing was changed. {MENU}"
    assert texting.facts().text_times is None
    assert texting.say("1", sender=american)[0].startswith("Our texts now come from 9 to 20")
    assert texting.facts().text_times == TextTimes(9, 20, EVERY_DAY)


@pytest.mark.parametrize(
    ("way", "stands"), (((FIRST, "1"), "Is anyone in danger"), (AGREED[:-1], "Thanks. A helper should read"))
)
def test_news_is_told_while_a_question_stands(texting: Texting, way: tuple[str, ...], stands: str) -> None:
    texting.say(*way)
    (told,) = texting.say("8")
    assert told.startswith("Received. Next date: ")
    assert stands in told
    assert "2 starts a new report" not in told  # 2 answers the question
    before = texting.journal()
    assert texting.say("8 news")[0].startswith("Received.")
    assert texting.journal() == before
    assert "8" not in texting.words()


def test_a_no_to_danger_is_known_until_it_is_taken_back(texting: Texting) -> None:
    texting.say(FIRST, "1")
    assert not texting.facts().danger_denied
    texting.say("2")
    assert texting.facts().danger_denied
    assert texting.journal().count("case.danger_denied") == 1
    put_to_worse = texting.say("Foxglove Circuits Penang", "1", "1", "1", "It got worse")
    assert put_to_worse[-1].startswith("Is anyone in danger now?")
    texting.say("1")
    facts = texting.facts()
    assert (facts.danger_said, facts.danger_denied) == (True, False)
