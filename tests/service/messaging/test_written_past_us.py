"""Whoever can only write the database turns no text, phone or address to somebody else, and keeps nobody else's text from going."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app import clock
from app.clock import quarter_after
from app.database import Base
from app.messaging.composing import quiet_until, valid_for, was_put_off
from app.messaging.delivery import UNCLEAR_REASON, Delivery, Purpose
from app.messaging.gateways.protocol import StatusReport
from app.messaging.models import OptOutRow, OutgoingText, Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.phone_rows import keep_phone, new_phone
from app.messaging.queue.outgoing import FORGED, texts_of_case
from app.messaging.receiving.callbacks import take_status
from app.vault import forged_rows
from tests.harness.provider import NUMBER
from tests.support.office import Office, case_id

MINE, THEIRS = "+254711000777", "+254711000888"


def write_past_us(office: Office, model: type[Base], row_id: UUID, **values: Any) -> None:
    """What somebody does who has the database and no key."""
    rows = Base.metadata.tables[model.__tablename__]
    with office.database.engine.begin() as connection:
        assert connection.execute(update(rows).where(rows.c.id == row_id).values(values)).rowcount == 1


def stored(office: Office, model: type[Base], row_id: UUID) -> Mapping[str, Any]:
    """A row as the database holds it."""
    rows = Base.metadata.tables[model.__tablename__]
    with office.database.engine.connect() as connection:
        return dict(connection.execute(select(rows).where(rows.c.id == row_id)).mappings().one())


def swap_tags(office: Office, one: Phone, other: Phone) -> None:
    """Each row gets the other number's tag."""
    mine, theirs = (stored(office, Phone, phone.id)["tag"] for phone in (one, other))
    write_past_us(office, Phone, one.id, tag=None)
    write_past_us(office, Phone, other.id, tag=mine)
    write_past_us(office, Phone, one.id, tag=theirs)


@pytest.mark.parametrize("column", ("phone_id", "case_id", "purpose", "valid_until", "key"))
def test_a_text_that_others_wrote_into_is_not_sent_and_the_others_are(office: Office, column: str) -> None:
    mine, theirs = office.phone(MINE), office.phone(THEIRS)
    forged, left = office.waiting(theirs), office.waiting(theirs)
    written = {
        "phone_id": mine.id,
        "case_id": case_id(3),
        "purpose": Purpose.STATUS,
        "valid_until": stored(office, OutgoingText, left)["valid_until"].replace(year=2199),
        "key": b"another key",
    }
    write_past_us(office, OutgoingText, forged, **{column: written[column]})
    office.send()
    assert office.accepted == 1
    assert [office.state(text_id) for text_id in (forged, left)] == [Delivery.FAILED, Delivery.ACCEPTED]
    row = office.row(forged)
    assert (row.reason, row.body_sealed) == (FORGED, None)


@pytest.mark.parametrize("column", ("tag", "number_sealed", "country", "line", "row_mac"))
def test_a_phone_that_others_wrote_into_gets_nothing(office: Office, column: str) -> None:
    mine, theirs = office.phone(MINE), office.phone(THEIRS)
    waits, left = office.waiting(mine), office.waiting(office.phone())
    if column == "tag":
        swap_tags(office, mine, theirs)
    else:
        other = {"number_sealed": stored(office, Phone, theirs.id)["number_sealed"], "country": "DE"}
        write_past_us(office, Phone, mine.id, **{column: ({"line": "+1"} | other).get(column)})
    office.send()
    assert [office.state(text_id) for text_id in (waits, left)] == [Delivery.FAILED, Delivery.ACCEPTED]
    assert office.row(waits).reason == FORGED


def test_a_text_that_may_be_out_and_was_turned_is_neither_sent_nor_called_unsent(office: Office) -> None:
    text_id = office.waiting(office.phone(THEIRS))
    write_past_us(office, OutgoingText, text_id, phone_id=office.phone(MINE).id, state=Delivery.UNCLEAR)
    office.send()
    assert office.accepted == 0
    assert (office.state(text_id), office.row(text_id).reason) == (Delivery.FAILED, UNCLEAR_REASON)


@pytest.mark.parametrize("written", ("a word", "a key"))
def test_words_that_cannot_be_opened_keep_no_other_text_from_going(office: Office, written: str) -> None:
    broken, left = office.waiting(), office.waiting()
    sealed = stored(office, OutgoingText, broken)["body_sealed"]
    spoiled = sealed[:-1] + bytes([sealed[-1] ^ 1]) if written == "a word" else b"\xff" * 4 + sealed[4:]
    write_past_us(office, OutgoingText, broken, body_sealed=spoiled)
    office.send()
    # What only lacks its key waits for it, as long as it is worth sending.
    expected = Delivery.FAILED if written == "a word" else Delivery.WAITING
    assert [office.state(text_id) for text_id in (broken, left)] == [expected, Delivery.ACCEPTED]


@pytest.fixture
def midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past twelve at night where the phones are, and time goes on from there."""
    real = clock.now
    shift = real().replace(hour=21, minute=30, second=0, microsecond=0) - real()
    monkeypatch.setattr(clock, "now", lambda: real() + shift)


@pytest.mark.usefixtures("midnight")
def test_a_text_that_waits_for_the_morning_waits_whatever_others_make_of_its_hour(office: Office) -> None:
    morning = quiet_until("KE", clock.now())
    assert morning is not None
    put_off = {"due_at": morning, "valid_for": valid_for("KE", morning)}
    waits = office.waiting(office.phone(MINE), **put_off)
    at_once = office.waiting(office.phone(THEIRS), valid_for=valid_for("KE", clock.now()))
    write_past_us(office, OutgoingText, waits, due_at=clock.now())
    office.send()
    assert [office.state(each) for each in (waits, at_once)] == [Delivery.WAITING, Delivery.ACCEPTED]
    assert office.row(waits).due_at > clock.now()
    office.pass_by(hours=6)  # still night there
    office.send()
    assert office.state(waits) is Delivery.WAITING
    office.pass_by(minutes=31)
    office.send()
    assert office.state(waits) is Delivery.ACCEPTED


@pytest.mark.parametrize("minutes", range(0, 24 * 60, 45))
@pytest.mark.parametrize("country", ("KE", "ID", "US", None))
def test_a_text_that_was_not_put_off_is_held_at_no_hour(minutes: int, country: str | None) -> None:
    written = datetime(2026, 3, 7, tzinfo=UTC) + timedelta(minutes=minutes)
    until = quarter_after(written + valid_for(country, written))
    moment = written
    while moment < until:
        assert not was_put_off(country, until, moment), moment
        moment += timedelta(minutes=5)


@pytest.mark.parametrize("turned", ("text", "phone"))
def test_a_stop_told_by_the_provider_speaks_for_nobody_else(office: Office, turned: str) -> None:
    mine, theirs = office.phone(MINE), office.phone(THEIRS)
    text_id = office.waiting(mine)
    office.send()
    if turned == "text":
        write_past_us(office, OutgoingText, text_id, phone_id=theirs.id)
    else:
        swap_tags(office, mine, theirs)
    before = _stops(office)
    report = StatusReport("twilio", office.row(text_id).provider_id or "", Delivery.FAILED, "21610")
    with office.database.writing() as session:
        take_status(session, office.web, report)
    assert _stops(office) == before


def _stops(office: Office) -> int:
    with office.database.reading() as session:
        return len(session.scalars(select(OptOutRow.tag)).all())


def test_the_desk_reads_of_a_turned_text_that_it_was_changed(office: Office) -> None:
    text_id = office.waiting(office.phone(THEIRS), case_id=case_id(7))
    office.waiting(office.phone(THEIRS), case_id=case_id(8))
    write_past_us(office, OutgoingText, text_id, phone_id=office.phone(MINE).id)
    with office.database.reading() as session:
        (told,) = texts_of_case(session, case_id(7))
        (other,) = texts_of_case(session, case_id(8))
    assert (told.id, told.state, told.reason) == (text_id, Delivery.FAILED, FORGED)
    assert (other.state, other.reason) == (Delivery.WAITING, None)


def test_a_number_whose_row_others_wrote_gets_a_row_of_its_own_again(office: Office) -> None:
    mine, theirs = office.phone(MINE), office.phone(THEIRS)
    swap_tags(office, mine, theirs)
    tags = office.web.number_tags(MINE)
    fresh = new_phone(office.web, tags, read_number(MINE, NUMBER, None), "twilio", NUMBER)
    with office.database.writing() as session:
        kept = keep_phone(session, tags, fresh)
        assert kept is fresh
    assert stored(office, Phone, theirs.id)["tag"] is None
    text_id = office.waiting(office.phone(MINE))
    office.send()
    assert office.state(text_id) is Delivery.ACCEPTED


def test_texts_go_their_whole_way_and_stay_signed(office: Office) -> None:
    """Sending, reports and forgetting change rows by statements and by the unit of work: neither leaves one that does not fit."""
    sent, called_off = office.waiting(), office.waiting()
    office.send()
    report = StatusReport("twilio", office.row(sent).provider_id or "", Delivery.DELIVERED, None)
    with office.database.writing() as session:
        take_status(session, office.web, report)
    office.redact()
    assert {office.state(text_id) for text_id in (sent, called_off)} == {
        Delivery.DELIVERED,
        Delivery.ACCEPTED,
    }
    with office.database.reading() as session:
        assert list(forged_rows(session, office.dispatcher)) == []
