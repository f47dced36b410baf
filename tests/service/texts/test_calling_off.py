"""A text that still waits is called off by whoever may write in the case, never one that a dispatcher has taken up."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app import clock
from app.cases.case.access import NoAccess, lock_case
from app.cases.case.models import Case, Entry
from app.cases.clocks import ASKING, clocks_of
from app.cases.desk.talks import Talk, log_talk
from app.cases.enums import ClockKind, TalkHow
from app.database import CaseId
from app.intake.answers_in_journal import CALLED_OFF
from app.intake.calling_off import NotWaiting, call_off_text
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import OutgoingText, Phone
from app.messaging.queue.outgoing import cancel_texts
from app.messaging.sending.claims import PACE, claim_due
from tests.support.texting import Texting
from tests.support.texting_back import answer, taken


def test_a_waiting_text_is_called_off_once_and_the_reply_stays(texting: Texting) -> None:
    world, case_id, lead = texting.world, taken(texting), texting.world.sign_in("near.lead")
    text_id, other = answer(texting, case_id), answer(texting, case_id, "Another one.", 2)
    before = entries(texting, case_id)
    for _ in range(2):
        with texting.database.writing() as session:
            call_off_text(session, world.vault, lead, case_id, text_id)
    with texting.database.reading() as session:
        row = session.get_one(OutgoingText, text_id)
        assert (row.state, row.body_sealed) == (Delivery.CANCELLED, None)
        assert session.get_one(OutgoingText, other).state is Delivery.WAITING
    assert entries(texting, case_id) == before
    assert texting.journal().count(CALLED_OFF) == 1


def call_off(texting: Texting, case_id: CaseId, *texts: UUID) -> None:
    lead = texting.world.sign_in("near.lead")
    for text_id in texts:
        with texting.database.writing() as session:
            call_off_text(session, texting.world.vault, lead, case_id, text_id)


def asks(texting: Texting, case_id: CaseId) -> dict[ClockKind, datetime]:
    """What the case asks for, and by when."""
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        return {row.kind: row.due_at for row in clocks_of(session, case) if row.state in ASKING}


def test_what_a_reply_met_that_was_called_off_is_asked_for_again_by_its_date(texting: Texting) -> None:
    case_id = taken(texting)
    before = asks(texting, case_id)
    text_id = answer(texting, case_id)
    assert ClockKind.ACKNOWLEDGE in before.keys() - asks(texting, case_id).keys()
    for _ in range(2):
        call_off(texting, case_id, text_id)
        assert asks(texting, case_id) == before
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.first_answer, case.next_due_at) == (None, min(before.values()))
    answer(texting, case_id, "Once more.", 2)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)


@pytest.mark.parametrize("order", ((0, 1), (1, 0)))
def test_of_two_that_were_called_off_nothing_is_met_and_one_that_stands_is_enough(
    texting: Texting, order: tuple[int, int]
) -> None:
    case_id = taken(texting)
    before = asks(texting, case_id)
    texts = (answer(texting, case_id), answer(texting, case_id, "Another one.", 2))
    call_off(texting, case_id, texts[order[0]])
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    call_off(texting, case_id, texts[order[1]])
    assert asks(texting, case_id) == before


def test_a_talk_after_it_is_an_answer_too_and_a_try_is_none(texting: Texting) -> None:
    case_id, lead = taken(texting), texting.world.sign_in("near.lead")
    text_id, other = answer(texting, case_id), answer(texting, case_id, "Another one.", 2)
    for number, reached in enumerate((False, True)):
        with texting.database.writing() as session:
            talk = Talk(TalkHow.CALL, reached, clock.now(), "We talked.")
            log_talk(session, texting.world.vault, lead, case_id, talk, UUID(int=70 + number))
        call_off(texting, case_id, (other, text_id)[number])
        assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)


@pytest.mark.parametrize("state", (Delivery.CLAIMED, Delivery.UNCLEAR, Delivery.ACCEPTED, Delivery.FAILED))
def test_a_text_that_does_not_wait_any_more_is_not_called_off(texting: Texting, state: Delivery) -> None:
    world, case_id, lead = texting.world, taken(texting), texting.world.sign_in("near.lead")
    text_id = answer(texting, case_id)
    with texting.database.writing() as session:
        session.get_one(OutgoingText, text_id).state = state
    with texting.database.writing() as session, pytest.raises(NotWaiting):
        call_off_text(session, world.vault, lead, case_id, text_id)
    with texting.database.reading() as session:
        row = session.get_one(OutgoingText, text_id)
        assert (row.state, row.body_sealed is None) == (state, False)
    assert CALLED_OFF not in texting.journal()


def test_nobody_calls_off_what_is_no_reply_of_a_case_they_hold(texting: Texting) -> None:
    world, case_id = texting.world, taken(texting)
    text_id = answer(texting, case_id)
    with texting.database.reading() as session:
        of_the_case = select(OutgoingText.id).where(OutgoingText.case_id == case_id)
        automatic = session.scalars(of_the_case.where(OutgoingText.purpose == Purpose.CONVERSATION)).first()
    assert automatic is not None
    for login, chosen in (("far.lead", text_id), ("near.lead", automatic), ("near.lead", case_id)):
        by = world.sign_in(login)
        with texting.database.writing() as session, pytest.raises(NoAccess):
            call_off_text(session, world.vault, by, case_id, chosen)
    with texting.database.reading() as session:
        assert session.get_one(OutgoingText, text_id).state is Delivery.WAITING


def test_of_a_dispatcher_and_a_helper_at_once_one_gets_the_text(texting: Texting) -> None:
    world, case_id = texting.world, taken(texting)
    lead = world.sign_in("near.lead")
    _nothing_else_waits(texting)

    def call_off(text_id: UUID) -> bool:
        try:
            with texting.database.writing() as session:
                call_off_text(session, world.vault, lead, case_id, text_id)
        except NotWaiting:
            return False
        return True

    for number in range(10):
        text_id = answer(texting, case_id, f"Text {number}.", number)
        with ThreadPoolExecutor(2) as pool:
            called_off, claim = pool.submit(call_off, text_id), pool.submit(claim_due, texting.database, PACE)
            assert called_off.result() is (claim.result() is None)
        with texting.database.reading() as session:
            row = session.get_one(OutgoingText, text_id)
            assert row.state is (Delivery.CANCELLED if called_off.result() else Delivery.CLAIMED)
            assert (row.body_sealed is None) is called_off.result()


def test_a_helper_waits_for_a_dispatcher_that_is_just_taking_the_text(texting: Texting) -> None:
    """And finds it taken: what was asked before the wait is asked once more behind it."""
    world, case_id = texting.world, taken(texting)
    lead = world.sign_in("near.lead")
    text_id = answer(texting, case_id)

    def call_off() -> None:
        with texting.database.writing() as session:
            call_off_text(session, world.vault, lead, case_id, text_id)

    with ThreadPoolExecutor(1) as pool:
        with texting.database.writing() as session:
            session.get_one(OutgoingText, text_id).state = Delivery.CLAIMED
            session.flush()
            waits = pool.submit(call_off)
            time.sleep(0.3)
            assert not waits.done()
        with pytest.raises(NotWaiting):
            waits.result(timeout=60)


@pytest.mark.parametrize("which", ("phone", "case"))
def test_a_stop_or_a_taking_back_and_a_helper_never_wait_for_each_other_in_a_circle(
    texting: Texting, which: str
) -> None:
    """A STOP locks the phone, its texts and then its cases; a worker who takes the case back its texts and then the case."""
    world, case_id = texting.world, taken(texting)
    lead = world.sign_in("near.lead")
    text_id = answer(texting, case_id)
    with texting.database.reading() as session:
        phone_id = session.get_one(OutgoingText, text_id).phone_id

    def call_off() -> None:
        with texting.database.writing() as session:
            call_off_text(session, world.vault, lead, case_id, text_id)

    with ThreadPoolExecutor(1) as pool:
        with texting.database.writing() as session:
            if which == "phone":
                session.get_one(Phone, phone_id, with_for_update=True)
            else:
                cancel_texts(session, world.vault, case_id=case_id)
            waits = pool.submit(call_off)
            time.sleep(0.3)
            assert not waits.done()
            cancel_texts(session, world.vault, phone_id=phone_id)
            assert lock_case(session, case_id) is not None
        waits.result(timeout=60)
    with texting.database.reading() as session:
        assert session.get_one(OutgoingText, text_id).state is Delivery.CANCELLED


def entries(texting: Texting, case_id: CaseId) -> list[UUID]:
    """What stands in the thread."""
    with texting.database.reading() as session:
        return list(session.scalars(select(Entry.id).where(Entry.case_id == case_id).order_by(Entry.seq)))


def _nothing_else_waits(texting: Texting) -> None:
    with texting.database.writing() as session:
        waiting = update(OutgoingText).where(OutgoingText.state == Delivery.WAITING)
        session.execute(waiting.values(state=Delivery.EXPIRED))
