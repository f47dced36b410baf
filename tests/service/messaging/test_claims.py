"""Claims: nobody sends what another one has, a dead dispatcher's texts go on, and a crowd of waiting texts costs nothing."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, insert

from app import clock
from app.database import Database, new_id
from app.messaging.delivery import Delivery, Purpose
from app.messaging.gateways.protocol import NotSent, TextToSend
from app.messaging.gateways.twilio_gateway import TwilioGateway
from app.messaging.models import MemberAddress, OutgoingText, Phone
from app.messaging.queue.outgoing import address_place, cancel_texts, enqueue_alert, texts_of_case
from app.messaging.queue.queue_counts import count_queue
from app.messaging.sending.claims import PACE, Claim, ClaimWatch, claim_due
from app.messaging.sending.presend_checks import check_before_sending
from app.messaging.sending.recording import SendOutcome, record
from tests.harness.provider import Trouble
from tests.support.office import Office, case_id


def test_claimers_at_once_never_get_the_same_text(office: Office) -> None:
    texts = {office.waiting() for _ in range(30)}
    pace = replace(PACE, batch=4)
    databases = [Database(office.database.url) for _ in range(3)]

    def claim_all(database: Database) -> list[UUID]:
        got: list[UUID] = []
        while claim := claim_due(database, pace):
            assert len(claim.texts) <= pace.batch
            got += claim.texts
        return got

    with ThreadPoolExecutor(3) as pool:
        claimed = [text_id for got in pool.map(claim_all, databases) for text_id in got]
    for database in databases:
        database.dispose()
    assert len(claimed) == len(texts)
    assert set(claimed) == texts


def test_the_texts_of_a_dead_dispatcher_are_looked_for_and_then_sent(office: Office) -> None:
    """One of them had gone out before its dispatcher died, the other had not."""
    gone, left = office.phone("+254711000111"), office.phone("+254711000222")
    office.provider.fake.trouble_of["+254711000111"] = Trouble.DROPPED_ACCEPTED
    texts = [office.waiting(phone) for phone in (gone, left)]
    claim = claim_due(office.database, PACE)
    assert claim is not None
    _call_and_die(office, gone, texts[0])
    assert office.send() == 0
    office.abandon()
    assert {office.state(text_id) for text_id in texts} == {Delivery.UNCLEAR}
    office.send()
    assert {office.state(text_id) for text_id in texts} == {Delivery.ACCEPTED}
    assert office.accepted == 2


def _call_and_die(office: Office, phone: Phone, text_id: UUID) -> None:
    to_send = TextToSend(
        text_id, "+254711000111", phone.line, "How is it going?", timedelta(hours=1), "https://x.example.org"
    )
    with pytest.raises(NotSent):
        office.gateways.gateway("twilio").send(to_send)


def test_a_living_dispatcher_keeps_its_texts_however_the_wall_clock_jumps(office: Office) -> None:
    text_id = office.waiting()
    assert claim_due(office.database, PACE) is not None
    moments = iter((0.0, PACE.claim_seconds - 1, PACE.claim_seconds + PACE.grace_seconds))
    watch = ClaimWatch(now=lambda: next(moments))
    for hours in (0, 5):
        office.pass_by(hours=hours)
        assert watch.take_over(office.database) == 0
        assert office.state(text_id) is Delivery.CLAIMED
    assert watch.take_over(office.database) == 1
    assert office.steps(text_id) == {Delivery.UNCLEAR: None}


def test_a_dispatcher_that_is_too_slow_stops_calling_before_its_claim_runs_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = replace(PACE, at_once=1, claim_seconds=60.0, call_seconds=30.0)
    texts = [office.waiting() for _ in range(6)]
    send = TwilioGateway.send
    calls: list[float] = []
    now = [0.0]

    def slow(self: TwilioGateway, to_send: Any) -> Any:
        calls.append(now[0])
        now[0] += 12.0
        return send(self, to_send)

    # The claims' own clock: on a busy machine the real one may run out before the first call.
    monkeypatch.setattr("app.messaging.sending.claims.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(TwilioGateway, "send", slow)
    monkeypatch.setattr("app.messaging.sending.send_batch._BATCHES", 1)
    office.send(pace)
    assert calls == [0.0, 12.0, 24.0]  # at 36 a call could take longer than the claim lasts
    states = [office.state(text_id) for text_id in texts]
    assert states.count(Delivery.ACCEPTED) == len(calls)
    assert states.count(Delivery.WAITING) == len(texts) - len(calls)
    monkeypatch.undo()
    office.send()
    assert office.accepted == len(texts)


def test_a_record_that_comes_after_the_claim_was_lost_sets_nothing_back(office: Office) -> None:
    text_id = office.waiting()
    claim = claim_due(office.database, PACE)
    assert claim is not None
    office.abandon()
    with office.database.writing() as session:
        record(
            session,
            office.dispatcher,
            claim.id,
            [SendOutcome(text_id, Delivery.WAITING, "429", attempted=True)],
        )
    assert office.state(text_id) is Delivery.UNCLEAR
    with office.database.writing() as session:
        taken = SendOutcome(text_id, Delivery.ACCEPTED, provider_id="SM" + "c" * 32)
        record(session, office.dispatcher, claim.id, [taken])
    assert (office.state(text_id), office.row(text_id).provider_id) == (Delivery.ACCEPTED, "SM" + "c" * 32)


def test_one_provider_s_id_never_stands_for_two_texts(office: Office) -> None:
    texts = [office.waiting() for _ in range(2)]
    claim = claim_due(office.database, PACE)
    assert claim is not None
    with office.database.writing() as session:
        both = [SendOutcome(text_id, Delivery.ACCEPTED, provider_id="SM" + "c" * 32) for text_id in texts]
        record(session, office.dispatcher, claim.id, both)
    assert {(office.state(one), office.row(one).reason) for one in texts} == {(Delivery.FAILED, "unclear")}


def test_no_tick_ever_walks_through_the_texts_that_only_wait(office: Office) -> None:
    """Without statistics, as after a restore: nobody has told the planner yet how the table looks."""
    _crowd(office.database, 20_000)
    phone = office.phone()
    office.provider.fake.trouble(Trouble.DROPPED)
    office.waiting(phone)
    with _statements(office.database) as seen:
        office.send()
        office.pass_by(minutes=1)
        office.waiting(phone)
        office.send()
        office.abandon()
        office.redact()
        office.ask()
        _alert_while_one_is_unclear(office)
        with office.database.writing() as session:
            cancel_texts(session, office.web, phone_id=phone.id)
            count_queue(session)
            texts_of_case(session, case_id(1))
    assert len(seen) > 10
    for statement, plan in _plans(office.database, seen).items():
        assert not re.search(r"Seq Scan on outgoing_texts|SCAN outgoing_texts", plan), (
            statement,
            plan,
        )
        if "LIMIT" in statement and "UPDATE" in statement:
            assert "ix_outgoing_texts_due" in plan, plan
            assert "TEMP B-TREE" not in plan, plan


def _alert_while_one_is_unclear(office: Office) -> None:
    address_id = new_id()
    address = MemberAddress(
        id=address_id,
        member_id=new_id(),
        channel="text",
        address_sealed=office.web.seal_to_contact(address_place(address_id), "+254711000999"),
        hint_veil=b"",
        country="KE",
    )
    with office.database.writing() as session:
        session.add(address)
        for key in ("one", "two"):
            text_id = enqueue_alert(
                session,
                office.web,
                key=(key,),
                body="Please log in.",
                address=address,
                valid_for=timedelta(hours=1),
            )
    claim = claim_due(office.database, PACE)
    assert claim is not None
    with office.database.writing() as session:
        session.get_one(OutgoingText, text_id).state = Delivery.UNCLEAR
        session.flush()
        check_before_sending(
            session, office.dispatcher, office.gateways, "https://x.example.org", claim, claim.texts
        )


def _crowd(database: Database, number: int) -> None:
    row: dict[str, Any] = {
        "purpose": Purpose.REPLY,
        "gateway": "twilio",
        "line": "+15550100999",
        "encoding": "GSM-7",
        "segments": 1,
        "state": Delivery.WAITING,
        "due_at": clock.now() + timedelta(days=3),
        "valid_until": clock.now() + timedelta(days=4),
        "attempts": 0,
        "redacted": False,
    }
    with database.writing() as session:
        for _ in range(number // 5000):
            session.connection().execute(
                insert(OutgoingText.__table__),  # type: ignore[arg-type]
                [row | {"id": new_id(), "key": uuid4().bytes} for _ in range(5000)],
            )


@contextmanager
def _statements(database: Database) -> Iterator[dict[str, Any]]:
    """Every statement about outgoing texts that this process makes meanwhile, with its parameters."""
    seen: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if "outgoing_texts" in statement and "INSERT" not in statement:
            seen[statement] = parameters[0] if many else parameters

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def _plans(database: Database, seen: dict[str, Any]) -> dict[str, str]:
    explain = "EXPLAIN QUERY PLAN " if database.url.startswith("sqlite") else "EXPLAIN "
    with database.reading() as session:
        connection = session.connection()
        return {
            statement: "\n".join(
                str(row) for row in connection.exec_driver_sql(explain + statement, parameters)
            )
            for statement, parameters in seen.items()
        }


def test_the_claim_s_shape() -> None:
    claim = Claim(uuid4(), time.monotonic() - 100, ())
    assert claim.leaves(PACE.claim_seconds - 110, PACE)
    assert not claim.leaves(PACE.claim_seconds - 90, PACE)
