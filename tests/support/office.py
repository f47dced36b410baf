"""An outgoing queue with both halves of the keys, and a provider beside it that counts what it accepted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.database import CaseId, Database
from app.messaging.delivery import Delivery, Purpose
from app.messaging.gateways.registry import Gateways
from app.messaging.models import OutgoingStep, OutgoingText, Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.phone_rows import keep_phone, new_phone
from app.messaging.queue.outgoing import enqueue_text
from app.messaging.sending.claims import PACE, ClaimWatch, Pace
from app.messaging.sending.redaction import redact_texts
from app.messaging.sending.send_batch import send_due
from app.messaging.sending.status_polling import ask_providers
from app.settings import Settings
from app.vault import Vault
from tests.harness.hours import pass_by
from tests.harness.provider import NUMBER, Provider


@dataclass
class Office:
    """One deployment's texts: `web` writes them down, `dispatcher` sends them through a stand-in for Twilio."""

    database: Database
    web: Vault
    dispatcher: Vault
    provider: Provider
    settings: Settings
    gateways: Gateways
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def phone(self, number: str = "") -> Phone:
        """A phone that has written to us."""
        number = number or f"+254711{next(self._numbers):06d}"
        tags = self.web.number_tags(number)
        fresh = new_phone(self.web, tags, read_number(number, NUMBER, None), "twilio", NUMBER)
        with self.database.writing() as session:
            return keep_phone(session, tags, fresh)

    def enqueue(
        self, phone: Phone, body: str = "How is it going?", key: str = "", **others: Any
    ) -> UUID | None:
        """Write a text down, by its own key unless told otherwise."""
        told: dict[str, Any] = {
            "purpose": Purpose.REPLY,
            "case_id": None,
            "valid_for": timedelta(hours=2),
        } | others
        with self.database.writing() as session:
            words = (key or f"text {next(self._numbers)}",)
            return enqueue_text(session, self.web, key=words, body=body, phone=phone, **told)

    def waiting(self, phone: Phone | None = None, **others: Any) -> UUID:
        """A text that waits to be sent."""
        text_id = self.enqueue(phone or self.phone(), **others)
        assert text_id is not None
        return text_id

    def send(self, pace: Pace = PACE) -> int:
        """One tick of a dispatcher."""
        return send_due(self.database, self.dispatcher, self.gateways, self.settings, pace)

    def redact(self) -> int:
        """One tick of the job that lets providers forget."""
        return redact_texts(self.database, self.gateways)

    def ask(self) -> int:
        """One tick of the job that asks providers about texts without reports."""
        return ask_providers(self.database, self.dispatcher, self.gateways)

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        pass_by(**time)

    def row(self, text_id: UUID) -> OutgoingText:
        """A text as it stands."""
        with self.database.reading() as session:
            return session.get_one(OutgoingText, text_id)

    def state(self, text_id: UUID) -> Delivery:
        """How far a text has come."""
        return self.row(text_id).state

    def steps(self, text_id: UUID) -> dict[Delivery, str | None]:
        """The states it went through and their reasons."""
        with self.database.reading() as session:
            rows = session.scalars(select(OutgoingStep).where(OutgoingStep.text_id == text_id))
            return {row.state: row.reason for row in rows}

    def abandon(self) -> None:
        """Let a dispatcher that died be noticed: its claims are seen for as long as they may last, and taken over."""
        moments = iter((0.0, PACE.claim_seconds + PACE.grace_seconds))
        watch = ClaimWatch(now=lambda: next(moments))
        assert watch.take_over(self.database) == 0
        watch.take_over(self.database)

    @property
    def accepted(self) -> int:
        """How many texts the provider accepted; none of them twice."""
        counts = self.provider.fake.counts()
        assert counts["doubled"] == 0
        return counts["accepted"]


def case_id(number: int) -> CaseId:
    """An id of a case that only texts refer to."""
    return CaseId(UUID(int=number))


def make_noise(office: Office) -> None:
    noise = office.phone("+4915112345678")
    with office.database.writing() as session:
        for number, state in enumerate(Delivery):
            text_id = enqueue_text(
                session,
                office.web,
                key=("noise", state),
                purpose=Purpose.REPLY,
                body="Noise.",
                phone=noise,
                case_id=case_id(10_000 + number),
                valid_for=timedelta(days=30),
                due_at=clock.now() + timedelta(days=10),
            )
            row = session.get_one(OutgoingText, text_id)
            row.state = state
            row.provider_id = f"SM{number:032x}" if state not in _NEVER_HANDED_OVER else None
            row.redacted = True


_NEVER_HANDED_OVER = (Delivery.WAITING, Delivery.CLAIMED, Delivery.UNCLEAR, Delivery.CANCELLED)
