"""One text that a phone company brings twice under two ids, and an answer that comes when nobody remembers the question."""

from datetime import timedelta

from sqlalchemy import select

from app.cases.enums import Urgency
from app.intake.conversation.silence import KEPT_IN_DANGER
from app.messaging.models import Phone
from tests.service.texts.conftest import MINE, Texting

FIRST = "Please help us, it is bad here"


def test_a_copy_raises_no_alarm_and_is_not_kept_twice(texting: Texting) -> None:
    texting.say(FIRST)
    assert texting.say(FIRST, apart=90) == []
    texting.say("1")
    assert texting.say("1", apart=2) == []
    assert texting.say("1", apart=60) == []
    assert texting.case().urgency is not Urgency.DANGER
    assert texting.words() == [FIRST]


def test_an_answer_to_nothing_opens_no_case(texting: Texting) -> None:
    texting.say(FIRST)
    texting.fall_silent()
    (asked,) = texting.say("1")
    assert "write in a few words" in asked
    assert len(texting.cases()) == 1


def test_the_number_is_kept_in_danger_until_a_helper_had_time_and_an_answer_still_counts(
    texting: Texting,
) -> None:
    texting.say(FIRST, "1", "1")
    texting.fall_silent()
    assert _known(texting) == 1
    assert texting.say("1", apart=30 * 3600)[0].startswith("A helper may text you.")
    assert texting.facts().reach == "text"


def test_and_no_longer(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    texting.fall_silent()
    texting.pass_by(seconds=(KEPT_IN_DANGER + timedelta(minutes=1)).total_seconds())
    texting.settle()
    assert _known(texting) == 0


def _known(texting: Texting) -> int:
    with texting.database.reading() as session:
        phones = session.scalars(select(Phone).where(Phone.tag.is_not(None))).all()
    tags = set(texting.world.vault.number_tags(MINE).values())
    return sum(phone.tag in tags for phone in phones)
