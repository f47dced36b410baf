"""An answer that does not go out as a text, whoever or whatever called it off, has met nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app import clock
from app.cases.case.models import Case
from app.cases.clocks import ASKING, clocks_of
from app.cases.desk.talks import Talk, log_talk
from app.cases.enums import ClockKind, ClockState, State, TalkHow
from app.cases.routing.offers import accept_offer
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId
from app.intake.answers_in_journal import CALLED_OFF, NOT_HEARD
from app.intake.calling_off import call_off_text
from app.intake.reaching import stop_texts
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import StatusReport
from app.messaging.gateways.simulator import NAME
from app.messaging.models import OutgoingText
from app.messaging.receiving import take_status
from app.messaging.sending.claims import PACE, claim_due
from app.messaging.sending.presend_checks import check_before_sending
from app.messaging.sending.recording import SendOutcome, record
from app.vault import SYSTEM, read_journal, verify_journal
from tests.support import text_wishes
from tests.support.dates import DAY, dates_pass
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, answer, shown, taken


def asks(texting: Texting, case_id: CaseId) -> dict[ClockKind, datetime]:
    """What the case asks for, and by when."""
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        return {row.kind: row.due_at for row in clocks_of(session, case) if row.state in ASKING}


def state(texting: Texting, text_id: UUID) -> Delivery:
    """How far a text has come."""
    with texting.database.reading() as session:
        return session.get_one(OutgoingText, text_id).state


def called_off(texting: Texting, case_id: CaseId) -> list[tuple[str, bool]]:
    """Which texts the journal says were called off, and whether by nobody who is logged in."""
    with texting.database.reading() as session:
        told = read_journal(session, texting.world.vault, case_id)
        assert verify_journal(session, texting.world.vault).sound
        return [(each.detail["text"], each.actor == SYSTEM) for each in told if each.act == CALLED_OFF]


def nothing_else_waits(texting: Texting, but: UUID) -> None:
    with texting.database.writing() as session:
        waiting = update(OutgoingText).where(OutgoingText.state == Delivery.WAITING, OutgoingText.id != but)
        session.execute(waiting.values(state=Delivery.EXPIRED))


def says_stop(texting: Texting, _text_id: UUID) -> None:
    texting.say("STOP")


def wants_no_texts(texting: Texting, _text_id: UUID) -> None:
    texting.say("Do not text me")


def says_stop_elsewhere(texting: Texting, text_id: UUID) -> None:
    """The provider refuses another text, and says that the person told it to stop."""
    with texting.database.writing() as session:
        phone_id = session.get_one(OutgoingText, text_id).phone_id
        other = session.scalars(
            select(OutgoingText).where(OutgoingText.phone_id == phone_id, OutgoingText.id != text_id)
        ).first()
        assert other is not None
        other.provider_id = "SM-other"
        session.flush()
        refused = StatusReport(NAME, "SM-other", Delivery.FAILED, reason="21610")
        take_status(session, texting.world.vault, refused)


def refused_itself(texting: Texting, text_id: UUID) -> None:
    """The provider took the answer, and says only then that the person told it to stop."""
    with texting.database.writing() as session:
        row = session.get_one(OutgoingText, text_id)
        row.state, row.provider_id = Delivery.ACCEPTED, "SM-itself"
        session.flush()
        refused = StatusReport(NAME, "SM-itself", Delivery.FAILED, reason="21610")
        take_status(session, texting.world.vault, refused)


def says_stop_while_it_is_taken(texting: Texting, text_id: UUID) -> None:
    """A dispatcher has the text already and looks once more right before it sends."""
    nothing_else_waits(texting, text_id)
    claim = claim_due(texting.database, PACE)
    assert claim is not None
    texting.say("STOP")
    dispatcher, gateways = texting.dispatcher, texting.services.gateways
    with texting.database.reading() as session:
        looked = check_before_sending(session, dispatcher, gateways, "https://h", claim, [text_id])
    (found,) = looked
    assert found.verdict is not None
    with texting.database.writing() as session:
        outcome = SendOutcome(text_id, found.verdict.state, found.verdict.reason)
        record(session, dispatcher, claim.id, [outcome])


CALLS_OFF = (
    says_stop,
    wants_no_texts,
    says_stop_elsewhere,
    refused_itself,
    says_stop_while_it_is_taken,
)


@pytest.mark.parametrize("happens", CALLS_OFF)
def test_what_an_answer_met_that_nobody_gets_is_asked_for_again_by_its_date(
    texting: Texting, happens: Callable[[Texting, UUID], None]
) -> None:
    case_id = taken(texting)
    noise = text_wishes.taken(texting, phone="+60123456777")
    answer(texting, noise, "Another one's answer.", 9)
    theirs, before = asks(texting, noise), asks(texting, case_id)
    text_id = answer(texting, case_id)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    happens(texting, text_id)
    assert state(texting, text_id) in (Delivery.CANCELLED, Delivery.OPTED_OUT)
    assert asks(texting, case_id) == before
    assert called_off(texting, case_id) == [(str(text_id), True)]
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.first_answer, case.next_due_at) == (None, min(before.values()))
    assert (asks(texting, noise), called_off(texting, noise)) == (theirs, [])


def calls_off(texting: Texting, text_id: UUID) -> None:
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        case_id = session.get_one(OutgoingText, text_id).case_id
        assert case_id is not None
        call_off_text(session, texting.world.vault, lead, CaseId(case_id), text_id)


@pytest.mark.parametrize("happens", (says_stop, says_stop_elsewhere, calls_off))
def test_that_a_code_opens_it_in_the_inbox_meets_nothing_where_texts_were_wanted(
    texting: Texting, happens: Callable[[Texting, UUID], None]
) -> None:
    texting.say("Another report from the same phone", "9")  # something went to it before
    case_id = text_wishes.taken(texting)
    before = asks(texting, case_id)
    text_id = answer(texting, case_id)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    happens(texting, text_id)
    assert state(texting, text_id) is Delivery.CANCELLED
    assert asks(texting, case_id) == before
    assert [text for text, _ in called_off(texting, case_id)] == [str(text_id)]


def test_taken_back_it_rests_with_the_case(texting: Texting) -> None:
    report = text_wishes.filed(texting)
    case_id = text_wishes.accepted(texting, report)
    text_id = answer(texting, case_id)
    worker = texting.world.enter(report)
    with texting.database.writing() as session:
        stop_texts(session, texting.world.vault, worker.case_id)
        stop_sharing(session, texting.world.vault, worker)
    assert (state(texting, text_id), asks(texting, case_id)) == (Delivery.CANCELLED, {})
    assert [text for text, _ in called_off(texting, case_id)] == [str(text_id)]


def test_nothing_is_asked_in_a_case_that_rests_or_is_over(texting: Texting) -> None:
    case_id = taken(texting)
    text_id = answer(texting, case_id)
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        case.state, case.is_open = State.CLOSED, False
    texting.say("STOP")
    assert state(texting, text_id) is Delivery.CANCELLED
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        again = [row.state for row in clocks_of(session, case) if row.kind is ClockKind.ACKNOWLEDGE]
        assert sorted(again) == sorted((ClockState.MET, ClockState.PAUSED))
        assert case.next_due_at is None


def holder(texting: Texting, case_id: CaseId) -> UUID | None:
    """Who has the case, or is asked for it."""
    with texting.database.reading() as session:
        return session.get_one(Case, case_id).organisation_id


def lost(texting: Texting, case_id: CaseId) -> None:
    """Days go by until the near partner has lost the case for lateness."""
    for day in range(3, 22):
        dates_pass(texting.world, day)
        if holder(texting, case_id) != texting.world.near.id:
            return
    raise AssertionError("the case stayed")


def test_an_answer_of_who_lost_the_case_is_called_off_and_the_next_one_is_asked(texting: Texting) -> None:
    case_id = taken(texting, *AGREED)
    text_id = answer(texting, case_id)  # no dispatcher sends here, so nothing but the move ends its waiting
    lost(texting, case_id)
    assert state(texting, text_id) is Delivery.CANCELLED
    assert called_off(texting, case_id) == [(str(text_id), True)]
    # With the full time for it from now on, not by a date that the one before let pass.
    assert asks(texting, case_id)[ClockKind.ACKNOWLEDGE] > clock.now()
    texting.world.cookies.clear()
    far = texting.world.sign_in("far.lead")
    with texting.database.writing() as session:
        assert accept_offer(session, texting.world.vault, texting.world.rules, far, case_id).taken
    assert asks(texting, case_id)[ClockKind.ACKNOWLEDGE] > clock.now()
    own = answer(texting, case_id, "We have it now.", 2, by=far)
    dates_pass(texting.world)
    assert state(texting, own) is Delivery.WAITING
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)


def test_an_answer_of_who_has_the_case_is_left_alone_by_its_ladder(texting: Texting) -> None:
    case_id = taken(texting, *AGREED)
    text_id = answer(texting, case_id)
    clock.set_offset(3 * DAY)
    dates_pass(texting.world)
    assert holder(texting, case_id) == texting.world.near.id
    assert (state(texting, text_id), called_off(texting, case_id)) == (Delivery.WAITING, [])


def comes_to(texting: Texting, text_id: UUID, verdict: Delivery, reason: str | None) -> None:
    """The dispatcher writes down what it found when it looked, or what the provider said at once."""
    with texting.database.writing() as session:
        session.get_one(OutgoingText, text_id).claim_id = _CLAIM
    with texting.database.writing() as session:
        record(session, texting.dispatcher, _CLAIM, [SendOutcome(text_id, verdict, reason, attempted=True)])


def reported(texting: Texting, text_id: UUID, *told: tuple[Delivery, str | None]) -> None:
    """The provider took it, and reports this of it, one after the other."""
    with texting.database.writing() as session:
        row = session.get_one(OutgoingText, text_id)
        row.state, row.provider_id = Delivery.ACCEPTED, f"SM-{text_id}"
    for said, reason in told:
        with texting.database.writing() as session:
            report = StatusReport(NAME, f"SM-{text_id}", said, reason=reason)
            take_status(session, texting.world.vault, report)


def expires(texting: Texting, text_id: UUID) -> None:
    """No dispatcher came by within its time: the next one looks right before it sends."""
    nothing_else_waits(texting, text_id)
    clock.set_offset(3 * DAY)
    texting.world.cookies.clear()
    claim = claim_due(texting.database, PACE)
    assert claim is not None
    with texting.database.reading() as session:
        (found,) = check_before_sending(
            session, texting.dispatcher, texting.services.gateways, "https://h", claim, [text_id]
        )
    assert found.verdict is not None
    with texting.database.writing() as session:
        outcome = SendOutcome(text_id, found.verdict.state, found.verdict.reason)
        record(session, texting.dispatcher, claim.id, [outcome])


def refused(texting: Texting, text_id: UUID) -> None:
    comes_to(texting, text_id, Delivery.FAILED, "21211")


def nobody_can_tell(texting: Texting, text_id: UUID) -> None:
    comes_to(texting, text_id, Delivery.FAILED, "unclear")


def fails_later(texting: Texting, text_id: UUID) -> None:
    reported(texting, text_id, (Delivery.SENT, None), (Delivery.FAILED, "30007"), (Delivery.FAILED, "30007"))


def is_not_delivered(texting: Texting, text_id: UUID) -> None:
    told = (Delivery.UNDELIVERED, "30003"), (Delivery.SENT, None), (Delivery.FAILED, None)
    reported(texting, text_id, *told)


FAILS = (expires, refused, nobody_can_tell, fails_later, is_not_delivered)
_CLAIM = UUID(int=77)


def not_heard(texting: Texting, case_id: CaseId) -> list[str]:
    """Which texts the journal says ended without reaching anybody, though nobody called them off."""
    with texting.database.reading() as session:
        told = read_journal(session, texting.world.vault, case_id)
        assert verify_journal(session, texting.world.vault).sound
        return [each.detail["text"] for each in told if each.act == NOT_HEARD]


@pytest.mark.parametrize("fails", FAILS)
def test_an_answer_that_failed_for_good_or_came_too_late_met_nothing(
    texting: Texting, fails: Callable[[Texting, UUID], None]
) -> None:
    case_id = taken(texting)
    noise = text_wishes.taken(texting, phone="+60123456777")
    answer(texting, noise, "Another one's answer.", 9)
    theirs, before = asks(texting, noise), asks(texting, case_id)
    text_id = answer(texting, case_id)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    fails(texting, text_id)
    assert asks(texting, case_id) == before
    assert (not_heard(texting, case_id), called_off(texting, case_id)) == ([str(text_id)], [])
    assert shown(texting, case_id).unheard is not None
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.first_answer, case.next_due_at) == (None, min(before.values()))
    assert (asks(texting, noise), not_heard(texting, noise)) == (theirs, [])
    answer(texting, case_id, "Once more.", 2)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    assert shown(texting, case_id).unheard is None


@pytest.mark.parametrize("state", (Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED))
def test_an_answer_that_the_provider_has_or_that_arrived_stands(texting: Texting, state: Delivery) -> None:
    case_id = taken(texting)
    reported(texting, answer(texting, case_id), (state, None))
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    assert not_heard(texting, case_id) == []
    assert shown(texting, case_id).unheard is None


@pytest.mark.parametrize("order", ((0, 1), (1, 0)))
def test_of_one_that_failed_and_one_that_was_called_off_nothing_is_met(
    texting: Texting, order: tuple[int, int]
) -> None:
    case_id = taken(texting)
    before = asks(texting, case_id)
    ends = list(
        zip(
            (answer(texting, case_id), answer(texting, case_id, "Another.", 2)),
            (refused, calls_off),
            strict=True,
        )
    )
    for number, left in zip(order, (True, False), strict=True):
        text_id, end = ends[number]
        end(texting, text_id)
        assert (ClockKind.ACKNOWLEDGE not in asks(texting, case_id)) is left
    assert asks(texting, case_id) == before


def test_one_that_fails_after_a_talk_is_not_asked_for_again(texting: Texting) -> None:
    case_id, lead = taken(texting), texting.world.sign_in("near.lead")
    text_id = answer(texting, case_id)
    with texting.database.writing() as session:
        talk = Talk(TalkHow.CALL, True, clock.now(), "We talked.")
        log_talk(session, texting.world.vault, lead, case_id, talk, UUID(int=70))
    fails_later(texting, text_id)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    assert not_heard(texting, case_id) == [str(text_id)]
    assert shown(texting, case_id).unheard is None


def test_in_a_closed_case_what_failed_rests(texting: Texting) -> None:
    case_id = taken(texting)
    text_id = answer(texting, case_id)
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        case.state, case.is_open = State.CLOSED, False
    fails_later(texting, text_id)
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        again = [row.state for row in clocks_of(session, case) if row.kind is ClockKind.ACKNOWLEDGE]
        assert sorted(again) == sorted((ClockState.MET, ClockState.PAUSED))
        assert case.next_due_at is None


def test_what_failed_of_who_lost_the_case_gives_the_next_one_the_full_time(texting: Texting) -> None:
    case_id = taken(texting, *AGREED)
    text_id = answer(texting, case_id)
    with texting.database.writing() as session:
        row = session.get_one(OutgoingText, text_id)
        row.state, row.provider_id = Delivery.ACCEPTED, "SM-slow"
    lost(texting, case_id)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    with texting.database.writing() as session:
        take_status(
            session, texting.world.vault, StatusReport(NAME, "SM-slow", Delivery.FAILED, reason="30003")
        )
    assert asks(texting, case_id)[ClockKind.ACKNOWLEDGE] > clock.now()


def test_a_report_of_failure_and_a_dispatcher_that_gives_up_ask_again_once(texting: Texting) -> None:
    case_id = taken(texting)
    before = asks(texting, case_id)
    text_id = answer(texting, case_id)
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(refused, texting, text_id), pool.submit(fails_later, texting, text_id)]
        for each in ends:
            each.result(timeout=60)
    assert asks(texting, case_id) == before
    assert not_heard(texting, case_id) == [str(text_id)]
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        kinds = [row.kind for row in clocks_of(session, case)]
    assert kinds.count(ClockKind.ACKNOWLEDGE) == 2
