"""Whoever needs long for every text gets on all the same, and what only raises counts however late it comes."""

import pytest
from sqlalchemy import select

from app.cases.enums import Profile, Urgency
from app.cases.taxonomy import Handling
from app.messaging.models import OptOutRow
from tests.support.texting import Texting

TO_THE_TOPIC = ("hello", "1", "2", "1", "at Nowhere Mill")


def slowly(texting: Texting, *bodies: str, minutes: int = 20) -> list[str]:
    """Text after more than the silence each time, the dispatcher having looked; gives what was answered."""
    answers = []
    for body in bodies:
        texting.pass_by(minutes=minutes)
        texting.settle()
        answers += texting.say(body, apart=0)
    return answers


@pytest.mark.parametrize("no", ("2", "no"))
def test_an_answer_that_was_asked_about_counts_the_second_time(texting: Texting, no: str) -> None:
    texting.say("Our boss beats us every day", "1")
    first, second = slowly(texting, no, no)
    assert "in danger now?" in first
    assert "May they text you?" in second


@pytest.mark.parametrize("minutes", (20, 40))
def test_hurt_is_told_once_and_counts_however_late(texting: Texting, minutes: int) -> None:
    texting.say(*TO_THE_TOPIC)
    [answer] = slowly(texting, "5", minutes=minutes)
    assert answer.startswith("We are sorry. It is not your fault.")
    case, facts = texting.case(), texting.facts()
    assert case.urgency is Urgency.URGENT
    assert facts.profile is Profile.FAST_TRACK
    assert facts.topics == ("gbvh",)
    assert Handling.RESTRICTED in facts.handling


def test_other_topics_are_asked_about_once(texting: Texting) -> None:
    texting.say(*TO_THE_TOPIC)
    first, second = slowly(texting, "1", "1", minutes=16)
    assert "What is it about?" in first or "We do not know any more" in first
    assert first != second


@pytest.mark.parametrize(
    "plea", ("please stop", "stop now", "stop stop", "acha", "बंद करो", "tolong berhenti")
)
def test_a_plea_mutes_no_phone(texting: Texting, plea: str) -> None:
    texting.say("My husband beats me at the dormitory", "1", plea)
    with texting.database.reading() as session:
        assert session.scalars(select(OptOutRow.tag)).all() == []
    texting.say("1")
    assert texting.case().urgency is Urgency.DANGER
