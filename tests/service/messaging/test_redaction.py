"""Providers forget words once they are not needed there; counts for the operator hold no content."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways import twilio_gateway
from app.messaging.gateways.protocol import CannotTell, TryLater
from app.messaging.models import InboundText, OutgoingText
from app.messaging.queue.queue_counts import count_queue
from tests.harness.provider import Message, Trouble
from tests.support.office import Office


def delivered(office: Office) -> tuple[Message, OutgoingText]:
    """A text that reached its phone."""
    text_id = office.waiting(body="A helper has read it.")
    office.send()
    message = office.provider.fake.outgoing()[-1]
    message.status = "delivered"
    with office.database.writing() as session:
        session.get_one(OutgoingText, text_id).state = Delivery.DELIVERED
    return message, office.row(text_id)


def test_a_delivered_text_is_forgotten_there_and_one_on_its_way_is_not(office: Office) -> None:
    message, row = delivered(office)
    on_its_way = office.waiting(body="Another.")
    office.send()
    assert office.redact() == 1
    assert message.body == ""
    assert office.row(row.id).redacted
    assert office.provider.fake.outgoing()[-1].body == "Another."
    assert not office.row(on_its_way).redacted
    assert office.redact() == 0


def test_what_was_never_reported_is_forgotten_when_no_phone_can_get_it_any_more(office: Office) -> None:
    text_id = office.waiting()
    office.send()
    (message,) = office.provider.fake.outgoing()
    message.status = "sent"
    office.pass_by(hours=25)
    assert office.redact() == 0
    office.pass_by(hours=3)
    assert office.redact() == 1
    assert message.body == ""
    assert office.row(text_id).redacted


def test_a_text_that_came_in_is_forgotten_after_some_hours(office: Office) -> None:
    sids = ["SM" + "d" * 32, "SM" + "e" * 32]
    for sid, hours in zip(sids, (8, 1), strict=True):
        office.provider.fake.keep(
            Message(sid, "+1555", "+254711000111", "Words.", "inbound", "received", clock.now())
        )
        with office.database.writing() as session:
            hour = clock.hour_of(clock.now() - timedelta(hours=hours))
            session.add(InboundText(gateway="twilio", provider_id=sid, hour=hour, redacted=False))
    assert office.redact() == 1
    assert [office.provider.fake.messages[sid].body for sid in sids] == ["", "Words."]


@pytest.mark.parametrize(
    ("trouble", "is_over"), ((TryLater("20003"), False), (CannotTell("none"), True), (OSError(), False))
)
def test_a_provider_that_cannot_now_is_asked_again_and_one_that_never_can_is_not(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception, *, is_over: bool
) -> None:
    _, row = delivered(office)

    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(twilio_gateway.TwilioGateway, "redact", fail)
    office.redact()
    assert office.row(row.id).redacted is is_over


def test_what_no_provider_ever_held_is_done_with(office: Office) -> None:
    text_id = office.waiting(valid_for=timedelta(minutes=1))
    office.pass_by(minutes=16)  # times are kept up to the next quarter of an hour
    office.send()
    asked = office.provider.fake.requests
    office.redact()
    assert (office.state(text_id), office.row(text_id).redacted) == (Delivery.EXPIRED, True)
    assert office.provider.fake.requests == asked


def test_the_operator_sees_how_many_do_not_go_as_they_should(office: Office) -> None:
    with office.database.reading() as session:
        noise = count_queue(session)
    office.provider.fake.trouble(Trouble.WRONG_NUMBER)
    office.waiting()
    office.send()
    office.provider.fake.trouble(Trouble.DROPPED)
    office.waiting()
    office.send()
    office.waiting()
    office.waiting(due_at=clock.now() + timedelta(hours=1))
    given_up = office.waiting(due_at=clock.now() + timedelta(hours=1))
    with office.database.writing() as session:
        row = session.get_one(OutgoingText, given_up)
        row.state, row.reason = Delivery.FAILED, "unclear"
    with office.database.reading() as session:
        tally = count_queue(session)
    assert (tally.due - noise.due, tally.failed - noise.failed, tally.unclear - noise.unclear) == (1, 1, 2)
