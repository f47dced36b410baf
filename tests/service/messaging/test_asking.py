"""Texts without reports: the provider is asked in time and never too often, and what it says only ever moves a text forward."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import CannotTell, SendRefused, StatusReport, TryLater
from app.messaging.gateways.twilio_gateway import TwilioGateway
from app.messaging.models import OptOutRow, OutgoingText
from app.messaging.receiving.callbacks import take_status
from app.messaging.sending import provider_round
from app.messaging.sending import status_polling as asking
from tests.harness.hours import five_past_ten
from tests.harness.provider import Message
from tests.support.office import Office

Ask = Callable[[TwilioGateway, UUID, str], StatusReport]


@pytest.fixture(autouse=True)
def _steady_hour() -> Iterator[None]:
    with five_past_ten():
        yield


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the provider was asked about each of its messages."""
    seen: Counter[str] = Counter()
    ask: Ask = TwilioGateway.ask

    def counted(self: TwilioGateway, text_id: UUID, provider_id: str) -> StatusReport:
        seen[provider_id] += 1
        return ask(self, text_id, provider_id)

    monkeypatch.setattr(TwilioGateway, "ask", counted)
    return seen


def taken(office: Office, status: str = "queued", code: int | None = None) -> tuple[UUID, Message]:
    """A text that the provider took; since then it stands there as told, and no report ever comes."""
    text_id = office.waiting()
    office.send()
    message = office.provider.fake.outgoing()[-1]
    message.status, message.error_code = status, code
    return text_id, message


def test_a_text_whose_reports_were_lost_is_asked_about_within_two_hours(
    office: Office, asked: Counter[str]
) -> None:
    text_id, _ = taken(office, "delivered")
    assert office.ask() == 0
    office.pass_by(minutes=50)
    assert office.ask() == 0
    assert (office.state(text_id), asked.total()) == (Delivery.ACCEPTED, 0)
    office.pass_by(hours=1, minutes=10)
    assert office.ask() == 1
    row = office.row(text_id)
    assert (row.state, row.body_sealed, row.ask_at) == (Delivery.DELIVERED, None, None)
    assert set(office.steps(text_id)) == {Delivery.ACCEPTED, Delivery.DELIVERED}
    office.pass_by(days=3)
    assert office.ask() == 0
    assert asked.total() == 1


def test_why_a_text_failed_is_learnt_too(office: Office) -> None:
    text_id, _ = taken(office, "undelivered", 30003)
    office.pass_by(hours=2)
    assert office.ask() == 1
    assert (office.state(text_id), office.row(text_id).reason) == (Delivery.UNDELIVERED, "30003")


def test_a_stop_that_only_the_provider_heard_is_ours_too(office: Office) -> None:
    phone = office.phone()
    office.waiting(phone)
    office.send()
    message = office.provider.fake.outgoing()[-1]
    message.status, message.error_code = "failed", 21610
    later = office.waiting(phone, due_at=clock.now() + timedelta(days=1))
    office.pass_by(hours=2)
    assert office.ask() == 1
    assert office.state(later) is Delivery.CANCELLED
    with office.database.reading() as session:
        assert session.scalars(select(OptOutRow)).all()


def test_a_provider_that_never_reports_is_asked_ever_more_seldom_and_then_no_more(
    office: Office, asked: Counter[str]
) -> None:
    text_id, message = taken(office)
    ages: list[int] = []
    for hour in range(1, 72):
        office.pass_by(hours=1)
        before = asked.total()
        office.ask()
        ages += [hour] * (asked.total() - before)
    assert ages == [2, 4, 8, 16]
    assert asked == {message.sid: 4}
    assert (office.state(text_id), office.row(text_id).ask_at) == (Delivery.ACCEPTED, None)
    assert set(office.steps(text_id)) == {Delivery.ACCEPTED}


def test_a_text_moves_only_forward_whatever_the_provider_says(office: Office) -> None:
    text_id, message = taken(office, "sent")
    office.pass_by(hours=2)
    assert office.ask() == 1
    assert office.state(text_id) is Delivery.SENT
    message.status = "queued"
    office.pass_by(hours=2)
    assert office.ask() == 0
    assert office.state(text_id) is Delivery.SENT
    message.status = "delivered"
    office.pass_by(hours=4)
    assert office.ask() == 1
    assert office.state(text_id) is Delivery.DELIVERED


def test_a_report_that_comes_during_the_call_is_waited_for_by_nobody_and_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction and no lock is held while the provider thinks: the webhook writes, on SQLite in a turn of its own."""
    texts = [taken(office, "sent"), taken(office, "queued")]

    def slow(_self: TwilioGateway, _text_id: UUID, provider_id: str) -> StatusReport:
        report = StatusReport("twilio", provider_id, Delivery.DELIVERED)
        with office.database.writing() as session:
            take_status(session, office.web, report)
        return StatusReport("twilio", provider_id, Delivery.SENT)

    monkeypatch.setattr(TwilioGateway, "ask", slow)
    office.pass_by(hours=2)
    office.ask()
    for text_id, _ in texts:
        row = office.row(text_id)
        assert (row.state, row.ask_at) == (Delivery.DELIVERED, None)


def test_a_tick_asks_about_a_batch_and_several_dispatchers_about_each_text_once(
    office: Office, asked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_BATCH", 3)
    texts = {taken(office, "delivered")[0] for _ in range(8)}
    office.pass_by(hours=2)
    assert office.ask() == 3
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: office.ask() + office.ask(), range(3))) == 5
    assert max(asked.values()) == 1
    assert {office.state(text_id) for text_id in texts} == {Delivery.DELIVERED}


@pytest.mark.parametrize(
    ("trouble", "asked_again"),
    ((TryLater("503"), True), (OSError(), True), (SendRefused("20404"), False), (CannotTell("none"), False)),
)
def test_a_provider_in_trouble_is_asked_later_and_one_that_cannot_tell_never(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception, asked_again: bool
) -> None:
    texts = [taken(office, "delivered")[0] for _ in range(5)]
    calls: list[str] = []

    def fails(_self: TwilioGateway, _text_id: UUID, provider_id: str) -> StatusReport:
        calls.append(provider_id)
        raise trouble

    monkeypatch.setattr(provider_round, "_AT_ONCE", 1)
    with monkeypatch.context() as troubled:
        troubled.setattr(TwilioGateway, "ask", fails)
        office.pass_by(hours=2)
        assert office.ask() == 0
    assert len(calls) == (3 if asked_again else 5)
    assert {office.row(text_id).ask_at is not None for text_id in texts} == {asked_again}
    office.pass_by(hours=4)
    assert office.ask() == (5 if asked_again else 0)


def test_whoever_dies_while_asking_has_only_put_the_question_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_id, _ = taken(office, "delivered")
    office.pass_by(hours=2)
    with monkeypatch.context() as died:
        died.setattr(TwilioGateway, "ask", _die)
        with pytest.raises(KeyboardInterrupt):
            office.ask()
    assert office.ask() == 0
    office.pass_by(hours=2)
    assert office.ask() == 1
    assert office.state(text_id) is Delivery.DELIVERED


def _die(*_about: object) -> None:
    raise KeyboardInterrupt


def test_the_hour_of_asking_tells_no_more_than_the_hour(office: Office) -> None:
    text_id, _ = taken(office)
    with office.database.reading() as session:
        waiting = session.scalars(select(OutgoingText).where(OutgoingText.id == text_id)).one()
    assert waiting.ask_at is not None
    assert waiting.ask_at == clock.hour_of(waiting.ask_at)
