"""One text that a phone company brings twice under two ids, and an answer that comes when nobody remembers the question."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.cases.enums import Urgency
from app.intake.conversation.door.silence import KEPT_IN_DANGER
from app.intake.conversation.store.models import Conversation
from app.messaging.delivery import Delivery
from app.messaging.models import OutgoingText, Phone
from tests.support.texting import MINE, Texting

FIRST = "Please help us, it is bad here"


def test_a_copy_raises_no_alarm_and_is_not_kept_twice(texting: Texting) -> None:
    texting.say(FIRST)
    assert texting.say(FIRST, apart=90) == []
    texting.say("1")
    assert texting.say("1", apart=2) == []
    assert texting.say("1", apart=60) == []
    assert texting.case().urgency is not Urgency.DANGER
    assert texting.words() == [FIRST]


def test_a_copy_after_the_question_went_out_is_asked_about_and_the_next_one_counts(
    texting: Texting,
) -> None:
    texting.say(FIRST, "1")
    _hand_over(texting)
    (asked,) = texting.say("1", apart=30)
    assert asked == "Is anyone in danger now? 1 Yes 2 No"
    assert texting.case().urgency is not Urgency.DANGER
    (answer,) = texting.say("1", apart=30)
    assert "If you can, go to a safe place." in answer
    assert texting.case().urgency is Urgency.DANGER


@pytest.mark.parametrize("apart", (2, 4, 10, 19))
def test_the_same_digit_within_seconds_is_never_met_with_silence_once_the_question_went_out(
    texting: Texting, apart: float
) -> None:
    texting.say(FIRST, "1")
    _hand_over(texting)
    assert texting.say("1", apart=apart) == ["Is anyone in danger now? 1 Yes 2 No"]
    assert texting.case().urgency is not Urgency.DANGER
    _hand_over(texting)
    assert texting.say("1", apart=1) == []  # once: who keeps pressing is not texted each time
    assert texting.case().urgency is not Urgency.DANGER
    (answer,) = texting.say("1", apart=30)
    assert "If you can, go to a safe place." in answer
    assert texting.case().urgency is Urgency.DANGER


def test_words_that_come_twice_at_once_are_one_text_also_once_the_question_went_out(texting: Texting) -> None:
    texting.say(FIRST)
    _hand_over(texting)
    assert texting.say(FIRST, apart=2) == []


def test_what_is_stored_for_later_tells_no_minute_of_a_text(texting: Texting) -> None:
    texting.pass_by(seconds=437)
    texting.say(FIRST, "1")
    with texting.database.reading() as session:
        silent = session.scalars(select(Conversation.silent_at).where(Conversation.ended.is_(False))).all()
        until = session.scalars(
            select(OutgoingText.valid_until).where(OutgoingText.state == Delivery.WAITING)
        ).all()
    times = [at for at in (*silent, *until) if at is not None]
    assert len(times) >= 3
    assert all((at.minute % 15, at.second, at.microsecond) == (0, 0, 0) for at in times)
    assert texting.settle() == 0
    assert texting.fall_silent() > 0


def test_in_danger_and_hurt_the_number_is_kept_as_was_said(texting: Texting) -> None:
    *_, told = texting.say("he raped me", "1", "1")
    assert "We keep the number two days." in told
    texting.fall_silent()
    assert _known(texting) == 1
    texting.pass_by(seconds=(KEPT_IN_DANGER + timedelta(minutes=16)).total_seconds())
    texting.settle()
    assert _known(texting) == 0


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
    texting.pass_by(seconds=(KEPT_IN_DANGER + timedelta(minutes=16)).total_seconds())
    texting.settle()
    assert _known(texting) == 0


def _hand_over(texting: Texting) -> None:
    """The dispatcher hands over what waits."""
    with texting.database.writing() as session:
        session.execute(
            update(OutgoingText)
            .where(OutgoingText.state == Delivery.WAITING)
            .values(state=Delivery.ACCEPTED, body_sealed=None)
        )


def _known(texting: Texting) -> int:
    with texting.database.reading() as session:
        phones = session.scalars(select(Phone).where(Phone.tag.is_not(None))).all()
    tags = set(texting.world.vault.number_tags(MINE).values())
    return sum(phone.tag in tags for phone in phones)


@pytest.mark.parametrize(
    "copy", ("1\u200b", "\u20601", "1.", "1. ", "1\ufe0f", "\ufeff1", "1\u3002", "1\u00a0", "1\u00ad", "1 .")
)
def test_a_copy_with_signs_that_nobody_sees_or_a_full_stop_is_a_copy(texting: Texting, copy: str) -> None:
    texting.say(FIRST)
    assert texting.say("1", apart=60) == ["Is anyone in danger now? 1 Yes 2 No"]
    assert texting.say(copy, apart=1) == []
    assert texting.case().urgency is not Urgency.DANGER


def test_an_answer_in_other_words_is_no_copy(texting: Texting) -> None:
    texting.say(FIRST)
    texting.say("1", apart=60)
    texting.say("1 yes", apart=10)
    assert texting.case().urgency is Urgency.DANGER
