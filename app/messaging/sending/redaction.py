"""Providers forget the words of texts, in and out, once nobody needs them there: what is not kept cannot be handed over.

Nothing is claimed: asking twice to forget does no harm, and two dispatchers seldom tick at the same moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, select, tuple_, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Database
from app.messaging.delivery import FINAL, GIVEN_UP_AFTER, Delivery
from app.messaging.gateways.registry import Gateways
from app.messaging.models import InboundText, OutgoingText
from app.messaging.sending.provider_round import RoundOutcome, ask_each

# What came in is safe here by then; after a restored backup a text of these hours can still be fetched once more.
_KEPT_THERE = timedelta(hours=6)

_BATCH = 200


@dataclass(frozen=True)
class _Told:
    """A text that a provider holds; `text_id` of one that went out."""

    gateway: str
    provider_id: str
    text_id: UUID | None


def redact_texts(database: Database, gateways: Gateways) -> int:
    """Ask the providers to forget what is over, a batch of it; how many texts they do not hold any more, or cannot forget."""
    with database.reading() as session:
        texts = [*_gone_out(session), *_come_in(session)]
        silent = _never_handed_over(session)
    asked = ask_each(gateways, texts, "redact", lambda gateway, text: gateway.redact(text.provider_id))
    # One that the provider cannot forget, or does not hold, need not be asked for again.
    forgotten = [each.text for each in asked if each.outcome is not RoundOutcome.LATER]
    if forgotten or silent:
        with database.writing() as session:
            _note(session, forgotten, silent)
    return len(forgotten)


def _gone_out(session: Session) -> list[_Told]:
    """What is over, and what was never reported; asked for apart, so that each keeps to the index."""
    unreported = OutgoingText.state.in_((Delivery.ACCEPTED, Delivery.SENT))
    over = (
        OutgoingText.state.in_(FINAL),
        and_(unreported, OutgoingText.valid_until < clock.now() - GIVEN_UP_AFTER),
    )
    held = (
        select(OutgoingText.gateway, OutgoingText.provider_id, OutgoingText.id)
        .where(OutgoingText.redacted.is_(False), OutgoingText.provider_id.is_not(None))
        .limit(_BATCH)
    )
    return [
        _Told(gateway, provider_id or "", text_id)
        for which in over
        for gateway, provider_id, text_id in session.execute(held.where(which))
    ]


def _come_in(session: Session) -> list[_Told]:
    query = (
        select(InboundText.gateway, InboundText.provider_id)
        .where(InboundText.redacted.is_(False), InboundText.hour < clock.now() - _KEPT_THERE)
        .limit(_BATCH)
    )
    return [_Told(gateway, provider_id, None) for gateway, provider_id in session.execute(query)]


def _never_handed_over(session: Session) -> Sequence[UUID]:
    """Texts that are over and that no provider ever held, such as those that were called off."""
    query = select(OutgoingText.id).where(
        OutgoingText.redacted.is_(False), OutgoingText.state.in_(FINAL), OutgoingText.provider_id.is_(None)
    )
    return session.scalars(query.limit(_BATCH)).all()


def _note(session: Session, forgotten: Sequence[_Told], silent: Sequence[UUID]) -> None:
    out = [*silent, *(text.text_id for text in forgotten if text.text_id is not None)]
    came_in = [(text.gateway, text.provider_id) for text in forgotten if text.text_id is None]
    if out:
        session.execute(update(OutgoingText).where(OutgoingText.id.in_(sorted(out))).values(redacted=True))
    if came_in:
        whole_key = tuple_(InboundText.gateway, InboundText.provider_id)
        session.execute(update(InboundText).where(whole_key.in_(came_in)).values(redacted=True))
