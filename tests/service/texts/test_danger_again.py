"""Danger that is told a second time by text: whoever has the case is called again, since the worker reads that a helper is told."""

import pytest
from sqlalchemy import select

from app.cases.case.models import Clock
from app.cases.enums import ClockKind, ClockState, Urgency
from app.database import CaseId
from app.messaging.members.alerts import alerts_of
from tests.support.alerts import alerted, both, reachable
from tests.support.danger_sentences import DIE, ORDINARY
from tests.support.text_cases import PLACE, accept
from tests.support.texting import Texting

TWICE, THRICE = both("near.lead") * 2, both("near.lead") * 3


def taken(texting: Texting, *, first: str = ORDINARY, danger: str = "2") -> None:
    """A case by text that somebody took, long enough ago that no earlier alert speaks for a new one."""
    reachable(texting)
    texting.say(first, "1", danger, *(["1", PLACE, "1", "1"] if danger == "1" else [PLACE, "1", "1", "1"]))
    accept(texting, "near.lead")
    texting.pass_by(hours=2)


def told_danger(texting: Texting) -> None:
    texting.say("it got worse")
    assert any("A helper is being told." in answer for answer in texting.say("1"))


def test_danger_told_a_second_time_in_a_taken_case_calls_again(texting: Texting) -> None:
    taken(texting)
    told_danger(texting)
    assert alerted(texting) == both("near.lead")
    texting.pass_by(hours=2)
    told_danger(texting)
    assert alerted(texting) == sorted(TWICE)


@pytest.mark.parametrize("words", DIE.values(), ids=DIE)
def test_words_of_danger_written_a_second_time_call_again(texting: Texting, words: str) -> None:
    taken(texting)
    texting.say(words)
    assert alerted(texting) == both("near.lead")
    texting.pass_by(hours=2)
    texting.say(words)
    assert alerted(texting) == sorted(TWICE)


def test_words_of_danger_in_a_case_that_is_in_danger_call_and_ask_for_a_safety_contact(
    texting: Texting,
) -> None:
    taken(texting)
    told_danger(texting)
    with texting.database.writing() as session:
        for row in session.scalars(select(Clock).where(Clock.kind == ClockKind.SAFETY_CONTACT)):
            row.state = ClockState.MET
    texting.pass_by(hours=2)
    texting.say(DIE["en"])
    texting.pass_by(hours=2)
    texting.say(DIE["en"])
    assert alerted(texting) == sorted(THRICE)
    with texting.database.reading() as session:
        mine = select(Clock.state).where(
            Clock.case_id == texting.case().id, Clock.kind == ClockKind.SAFETY_CONTACT
        )
        assert ClockState.RUNNING in session.scalars(mine).all()


def test_danger_told_again_while_nobody_has_taken_the_case_calls_whoever_is_asked(texting: Texting) -> None:
    reachable(texting)
    texting.say(ORDINARY, "1", "1", "1", PLACE, "1", "1")
    before = alerted(texting)
    texting.pass_by(hours=2)
    texting.say(DIE["en"])
    # The case is on the fast track from now on: a second partner is asked beside the first.
    assert alerted(texting) == sorted([*before, *both("near.lead"), *both("far.lead")])


def test_a_flood_of_danger_is_one_alert_at_once_and_one_at_the_end_of_the_quarter(texting: Texting) -> None:
    taken(texting)
    texting.say(*[f"{DIE['en']} {word}" for word in ("now", "today", "here", "please", "soon")], apart=10)
    assert texting.case().urgency is Urgency.DANGER
    with texting.database.reading() as session:
        assert alerts_of(session, CaseId(texting.case().id)).sent == len(TWICE)


def test_words_without_danger_call_nobody_in_a_case_in_danger(texting: Texting) -> None:
    taken(texting)
    told_danger(texting)
    texting.pass_by(hours=2)
    texting.say("The canteen is still dirty")
    assert alerted(texting) == both("near.lead")


@pytest.mark.parametrize("yes", ("1", "yes"))
def test_a_yes_to_danger_counts_though_silence_came_between(texting: Texting, yes: str) -> None:
    """The question was never answered: who is in danger may not have been able to."""
    reachable(texting)
    texting.say(ORDINARY, "1")
    texting.fall_silent()
    assert texting.case().urgency is not Urgency.DANGER
    texting.pass_by(hours=20)
    texting.settle()
    assert any("A helper is being told." in answer for answer in texting.say(yes))
    assert texting.case().urgency is Urgency.DANGER
    assert len(texting.cases()) == 1


def test_a_number_is_forgotten_a_day_after_danger_was_asked_for_in_vain(texting: Texting) -> None:
    reachable(texting)
    texting.say(ORDINARY, "1")
    texting.fall_silent()
    texting.pass_by(hours=23)
    assert texting.settle() == 0
    texting.pass_by(hours=2)
    texting.settle()
    assert texting.say("1")[-1].startswith("We do not know any more what this answers.")
    assert texting.case().urgency is not Urgency.DANGER


def test_who_is_not_sure_is_asked_again_and_the_case_is_urgent(texting: Texting) -> None:
    texting.say("Boss is bad", "1")
    (told,) = texting.say("maybe")
    assert told.endswith("Is anyone in danger now? 1 Yes 2 No")
    assert texting.case().urgency is Urgency.URGENT
    assert texting.journal().count("case.danger_unsure") == 1
    texting.say("2")
    assert texting.case().urgency is Urgency.URGENT
