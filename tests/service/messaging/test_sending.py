"""Sending: each text once, whatever the provider, the clock or another dispatcher does, and never what is no longer wanted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app import clock
from app.cases.case.models import Case
from app.cases.enums import Urgency
from app.database import CaseId, Database, new_id
from app.messaging.delivery import Delivery, Purpose
from app.messaging.gateways import twilio_gateway
from app.messaging.gateways.protocol import CannotTell
from app.messaging.gateways.registry import load_gateways
from app.messaging.gateways.twilio_gateway import TwilioGateway
from app.messaging.models import OutgoingText, Phone
from app.messaging.phones.opt_outs import is_opted_out, opt_out
from app.messaging.phones.phone_rows import erase_phone
from app.messaging.queue.outgoing import cancel_texts
from app.messaging.sending import send_batch as sending
from app.messaging.sending.claims import Claim, Pace, claim_due
from app.messaging.sending.presend_checks import Looked
from app.messaging.sending.recording import MOST_ATTEMPTS
from app.messaging.sending.send_batch import send_due
from app.vault import RowSigner
from tests.harness.provider import NUMBER, Trouble
from tests.support.office import Office


def test_a_text_goes_out_with_its_words_and_its_address_for_reports(office: Office) -> None:
    text_id = office.waiting(office.phone("+254711000999"), body="We read it & we <care>.")
    assert office.send() == 1
    (message,) = office.provider.fake.outgoing()
    assert (message.to, message.sender, message.body) == ("+254711000999", NUMBER, "We read it & we <care>.")
    assert message.callback == f"https://help.example.org/sms/status?t={text_id}"
    # Two hours, up to the next full quarter.
    assert 7000 < int(message.form["ValidityPeriod"]) <= 7200 + 900
    row = office.row(text_id)
    assert (row.state, row.provider_id, row.body_sealed) == (Delivery.ACCEPTED, message.sid, None)
    assert (row.due_at.minute, row.valid_until.minute, row.claim_id) == (0, 0, None)
    assert office.steps(text_id) == {Delivery.ACCEPTED: None}


def test_a_thousand_ticks_send_it_once(office: Office) -> None:
    office.waiting()
    assert sum(office.send() for _ in range(1000)) == 1
    assert office.accepted == 1


def test_a_text_that_is_not_due_yet_waits_for_its_time(office: Office) -> None:
    text_id = office.waiting(due_at=clock.now() + timedelta(hours=3))
    assert office.send() == 0
    office.pass_by(hours=3, seconds=1)
    assert office.send() == 1
    assert office.state(text_id) is Delivery.ACCEPTED


@pytest.mark.parametrize(("waiting", "claims"), ((3, 1), (4, 2), (9, 3)))
def test_a_tick_goes_on_only_while_there_are_whole_batches(
    office: Office, monkeypatch: pytest.MonkeyPatch, waiting: int, claims: int
) -> None:
    texts = [office.waiting() for _ in range(waiting)]
    claimed = []

    def claim(database: Database, pace: Pace) -> Claim | None:
        found = claim_due(database, pace)
        claimed.append(found)
        texts.append(office.waiting())  # somebody answers while the tick goes on
        return found

    monkeypatch.setattr(sending, "claim_due", claim)
    office.send(Pace(batch=4))
    assert len(claimed) == claims
    states = [office.state(text_id) for text_id in texts]
    assert states.count(Delivery.WAITING) == 1
    monkeypatch.undo()
    office.send()
    assert {office.state(text_id) for text_id in texts} == {Delivery.ACCEPTED}


# T23
@pytest.mark.parametrize(
    "trouble", (Trouble.DROPPED_ACCEPTED, Trouble.BROKEN_ACCEPTED, Trouble.HANGING_ACCEPTED)
)
def test_what_the_provider_took_without_an_answer_is_found_and_not_sent_again(
    office: Office, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_gateway, "ANSWER_SECONDS", 0.5)
    phone = office.phone()
    earlier = office.waiting(phone, body="The same words.")
    office.send()
    office.provider.fake.trouble(trouble)
    text_id = office.waiting(phone, body="The same words.")
    office.send()
    assert office.state(text_id) is Delivery.UNCLEAR
    assert office.send() == 0
    office.pass_by(minutes=1)
    assert office.send() == 1
    assert office.state(text_id) is Delivery.ACCEPTED
    messages = office.provider.fake.outgoing()
    assert [message.sid for message in messages] == [
        office.row(one).provider_id for one in (earlier, text_id)
    ]


@pytest.mark.parametrize("trouble", (Trouble.DROPPED, Trouble.BROKEN))
def test_what_the_provider_did_not_take_is_sent_after_asking(office: Office, trouble: Trouble) -> None:
    office.provider.fake.trouble(trouble)
    text_id = office.waiting()
    office.send()
    assert (office.state(text_id), office.accepted) == (Delivery.UNCLEAR, 0)
    office.pass_by(minutes=1)
    office.send()
    assert (office.state(text_id), office.accepted) == (Delivery.ACCEPTED, 1)


def test_where_nobody_can_tell_a_person_is_shown_and_nothing_is_sent_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_tell(*_: object) -> None:
        raise CannotTell("twilio")

    office.provider.fake.trouble(Trouble.DROPPED_ACCEPTED)
    text_id = office.waiting()
    office.send()
    monkeypatch.setattr(TwilioGateway, "find", cannot_tell)
    for _ in range(3):
        office.pass_by(minutes=2)
        office.send()
    assert (office.state(text_id), office.row(text_id).reason) == (Delivery.FAILED, "unclear")
    assert office.accepted == 1


# T23, with two texts of the same words on their way to the same phone
def test_a_text_is_not_taken_for_another_one_of_the_same_words(office: Office) -> None:
    phone = office.phone()
    office.provider.fake.trouble(Trouble.DROPPED_ACCEPTED, Trouble.DROPPED)
    first = office.waiting(phone, body="The same words.")
    second = office.waiting(phone, body="The same words.")
    third = office.waiting(phone, body="The same words.", due_at=clock.now() + timedelta(seconds=30))
    for _ in range(6):
        office.send()
        office.pass_by(minutes=1)
    rows = [office.row(text_id) for text_id in (first, second, third)]
    assert {row.state for row in rows} == {Delivery.ACCEPTED}
    assert {row.provider_id for row in rows} == {one.sid for one in office.provider.fake.outgoing()}
    assert len({row.provider_id for row in rows}) == 3
    assert office.provider.fake.counts()["accepted"] == 3


# T24
def test_when_the_second_part_fails_the_first_is_not_sent_again(office: Office) -> None:
    phone = office.phone()
    office.waiting(phone, body="Part 1.", key="parts 1")
    office.send()
    office.provider.fake.trouble(Trouble.BUSY)
    second = office.waiting(phone, body="Part 2.", key="parts 2")
    office.send()
    assert office.state(second) is Delivery.WAITING
    office.pass_by(minutes=1)
    office.send()
    assert [message.body for message in office.provider.fake.outgoing()] == ["Part 1.", "Part 2."]


# T26
def test_what_is_older_than_its_validity_expires_and_is_never_sent(office: Office) -> None:
    old = office.waiting(valid_for=timedelta(minutes=15))
    still_good = office.waiting(purpose=Purpose.CONVERSATION, valid_for=timedelta(days=20))
    office.pass_by(days=10)
    office.send()
    assert office.state(old) is Delivery.EXPIRED
    assert office.row(old).body_sealed is None
    assert office.steps(old) == {Delivery.EXPIRED: None}
    assert office.state(still_good) is Delivery.ACCEPTED
    assert office.accepted == 1


# T27
def test_a_stuck_text_neither_holds_up_nor_repeats_another_of_the_same_instant(office: Office) -> None:
    due_at = clock.now()
    stuck, good = office.phone("+254711000111"), office.phone("+254711000222")
    office.provider.fake.trouble_of["+254711000111"] = Trouble.BUSY
    texts = [office.waiting(phone, due_at=due_at) for phone in (stuck, good)]
    for _ in range(5):
        office.send()
        office.pass_by(seconds=30)
    assert [office.state(text_id) for text_id in texts] == [Delivery.WAITING, Delivery.ACCEPTED]
    assert office.accepted == 1


# T28
@pytest.mark.parametrize("hours", (-1, 1))
def test_two_dispatchers_send_each_text_once_though_the_clock_jumps(office: Office, hours: int) -> None:
    texts = [office.waiting(purpose=Purpose.CONVERSATION, valid_for=timedelta(hours=5)) for _ in range(30)]
    others = [Database(office.database.url) for _ in range(2)]
    for database in others:
        database.sign_with(RowSigner(lambda: office.dispatcher))
    office.provider.fake.pause = 0.02

    def tick(database: Database) -> None:
        gateways = load_gateways(office.settings, office.dispatcher, database, {})
        send_due(database, office.dispatcher, gateways, office.settings)

    with ThreadPoolExecutor(2) as pool:
        ticks = [pool.submit(tick, database) for database in others]
        clock.set_offset(hours * 3600)
        for one in ticks:
            one.result()
    office.send()
    clock.set_offset(0)
    office.send()
    for database in others:
        database.dispose()
    assert {office.state(text_id) for text_id in texts} == {Delivery.ACCEPTED}
    assert office.accepted == len(texts)


# T29
def _stop(office: Office, phone: Phone) -> None:
    with office.database.writing() as session:
        opt_out(session, office.web, phone)


def _erase(office: Office, phone: Phone) -> None:
    with office.database.writing() as session:
        erase_phone(session, session.get_one(Phone, phone.id, with_for_update=True))


def _cancel(office: Office, phone: Phone) -> None:
    with office.database.writing() as session:
        cancel_texts(session, office.web, phone_id=phone.id)


@pytest.mark.parametrize(
    ("happens", "state"),
    ((_stop, Delivery.OPTED_OUT), (_erase, Delivery.CANCELLED), (_cancel, Delivery.CANCELLED)),
)
@pytest.mark.parametrize("after_the_first_look", (False, True))
def test_what_changes_between_writing_and_sending_is_respected(
    office: Office,
    happens: Callable[[Office, Phone], None],
    state: Delivery,
    *,
    after_the_first_look: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone, other = office.phone(), office.phone()
    text_id, kept = office.waiting(phone), office.waiting(other)
    if after_the_first_look:
        monkeypatch.setattr(sending, "_FRESH_SECONDS", -1.0)
        look = sending._Sender.look

        def look_and_let_it_happen(self: sending._Sender, *rest: Any) -> list[Looked]:
            looked: list[Looked] = look(self, *rest)
            if len(looked) > 1:
                happens(office, phone)
            return looked

        monkeypatch.setattr(sending._Sender, "look", look_and_let_it_happen)
    else:
        happens(office, phone)
    office.send()
    assert (office.state(text_id), office.state(kept)) == (state, Delivery.ACCEPTED)
    assert office.row(text_id).body_sealed is None
    assert office.accepted == 1


@pytest.mark.parametrize(
    ("purpose", "goes"), ((Purpose.REPLY, False), (Purpose.CONVERSATION, False), (Purpose.STATUS, True))
)
def test_once_a_case_is_closed_only_its_stage_is_still_told(
    office: Office, purpose: Purpose, *, goes: bool
) -> None:
    case_id = _case(office)
    phone = office.phone()
    before, after = (
        office.waiting(phone, case_id=case_id),
        office.waiting(phone, case_id=case_id, purpose=purpose),
    )
    with office.database.writing() as session:
        session.get_one(OutgoingText, after).due_at = clock.now() + timedelta(minutes=1)
    office.send()
    assert office.state(before) is Delivery.ACCEPTED
    with office.database.writing() as session:
        session.get_one(Case, case_id).is_open = False
    office.pass_by(minutes=2)
    office.send()
    assert office.state(after) is (Delivery.ACCEPTED if goes else Delivery.CANCELLED)


def _case(office: Office) -> CaseId:
    case_id = CaseId(new_id())
    with office.database.writing() as session:
        session.add(
            Case(
                id=case_id,
                submission_id=uuid4(),
                body_tag=b"",
                reference="soft-lantern-41",
                language="en",
                urgency=Urgency.MEDIUM,
                received_hour=clock.hour_of(clock.now()),
                queue_rank=1,
                facts_veil=b"",
            )
        )
    return case_id


# T17
def test_an_error_21610_is_an_opt_out_and_cancels_what_waits(office: Office) -> None:
    phone, other = office.phone(), office.phone()
    office.provider.fake.trouble(Trouble.STOPPED)
    text_id = office.waiting(phone)
    later = office.waiting(phone, due_at=clock.now() + timedelta(hours=1))
    kept = office.waiting(other, due_at=clock.now() + timedelta(hours=1))
    office.send()
    assert office.state(text_id) is Delivery.OPTED_OUT
    assert office.row(text_id).reason == "21610"
    with office.database.reading() as session:
        assert phone.tag is not None
        assert is_opted_out(session, office.web, phone.tag, NUMBER)
    assert office.enqueue(phone) is None
    office.pass_by(hours=1, minutes=1)
    office.send()
    assert (office.state(later), office.state(kept)) == (Delivery.CANCELLED, Delivery.ACCEPTED)
    assert office.accepted == 1


# T30
@pytest.mark.parametrize(
    ("trouble", "reason"),
    ((Trouble.BUSY, "20429"), (Trouble.UNAVAILABLE, "503"), (Trouble.BROKEN, "500")),
)
def test_a_provider_that_stays_busy_is_asked_ever_more_rarely_and_the_failure_has_its_reason(
    office: Office, trouble: Trouble, reason: str
) -> None:
    office.provider.fake.trouble_always = trouble
    text_id = office.waiting(purpose=Purpose.CONVERSATION, valid_for=timedelta(days=2))
    pauses = []
    for _ in range(MOST_ATTEMPTS + 1):
        office.send()
        row = office.row(text_id)
        pauses.append(row.due_at - clock.now())
        asked = office.provider.fake.requests
        assert office.send() == 0
        assert office.provider.fake.requests == asked
        office.pass_by(minutes=15)
    row = office.row(text_id)
    assert row.state is Delivery.FAILED
    assert row.reason is not None
    assert reason in row.reason
    assert pauses[5] > 2 * pauses[0]
    assert max(pauses) < timedelta(minutes=15)
    assert office.send() == 0
    assert office.accepted == 0


def test_a_wrong_number_fails_at_once_with_its_reason(office: Office) -> None:
    office.provider.fake.trouble(Trouble.WRONG_NUMBER)
    text_id = office.waiting()
    office.send()
    row = office.row(text_id)
    assert (row.state, row.reason, row.body_sealed) == (Delivery.FAILED, "21211", None)
    assert office.steps(text_id) == {Delivery.FAILED: "21211"}


def test_a_busy_provider_is_left_alone_for_the_rest_of_the_batch(office: Office) -> None:
    texts = [office.waiting() for _ in range(40)]
    office.provider.fake.trouble_always = Trouble.BUSY
    office.send()
    assert office.provider.fake.requests < 30
    assert {office.state(text_id) for text_id in texts} == {Delivery.WAITING}
    office.provider.fake.trouble_always = None
    for _ in range(4):
        office.pass_by(minutes=1)
        office.send()
    assert office.accepted == len(texts)


def test_a_gateway_that_breaks_in_an_unforeseen_way_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Amina, 0123")

    monkeypatch.setattr(TwilioGateway, "send", broken)
    text_id = office.waiting()
    office.send()
    assert (office.state(text_id), office.row(text_id).reason) == (Delivery.UNCLEAR, "fault")
    monkeypatch.undo()
    office.pass_by(minutes=1)
    office.send()
    assert (office.state(text_id), office.accepted) == (Delivery.ACCEPTED, 1)
