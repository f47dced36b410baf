"""Silence, where somebody else wrote into the columns that say when it comes."""

from datetime import timedelta

from sqlalchemy import select, update

from app import clock
from app.cases.enums import State
from app.intake.conversation.store.models import Conversation
from app.messaging.models import Phone
from tests.support.texting import Texting

FIRST = "Please help us, it is bad here"


def _set_silent(texting: Texting, at: object) -> None:
    with texting.database.writing() as session:
        session.execute(update(Conversation).values(silent_at=at))


def _numbers(texting: Texting) -> list[bytes]:
    with texting.database.reading() as session:
        return [tag for tag in session.scalars(select(Phone.tag)) if tag is not None]


def test_a_held_number_is_held_whatever_the_column_says(texting: Texting) -> None:
    before = set(_numbers(texting))
    texting.say(FIRST, "1")
    (held,) = set(_numbers(texting)) - before
    for _ in range(3):
        _set_silent(texting, clock.now() - timedelta(hours=1))
        texting.settle()
    assert held in _numbers(texting)
    texting.pass_by(days=2)
    texting.settle()
    assert held not in _numbers(texting)


def test_an_emptied_time_is_noticed_after_a_day_and_the_case_goes_on(texting: Texting) -> None:
    texting.say(FIRST, "1")
    case_id = texting.case().id
    _set_silent(texting, None)
    texting.settle()
    assert texting.case().organisation_id is None
    texting.pass_by(days=1, hours=2)
    texting.settle()
    case = next(case for case in texting.cases() if case.id == case_id)
    assert case.state is State.OFFERED or case.next_due_at is not None


def test_a_conversation_that_others_wrote_keeps_no_number(texting: Texting) -> None:
    texting.say(FIRST, "2")  # a shared phone: its number is forgotten when the questions end
    with texting.database.writing() as session:
        talk = session.scalars(select(Conversation).where(Conversation.ended.is_(False))).first()
        assert talk is not None
        session.add(
            Conversation(
                phone_id=talk.phone_id,
                case_id=talk.case_id,
                number=-1,
                position_veil=b"x" * 40,
                silent_at=None,
                ended=False,
            )
        )
    before = len(_numbers(texting))
    texting.fall_silent()
    texting.pass_by(days=3)
    texting.settle()
    assert len(_numbers(texting)) < before
