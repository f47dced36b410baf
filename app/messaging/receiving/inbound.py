"""Texts that came in, each taken once: a provider may tell the same text twice, and a stranger may replay an old request."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import Statement, insert_unless_taken, new_row
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.models import InboundText


def take_text(
    session: Session,
    received: ReceivedText,
    phone_id: UUID | None,
    case_id: UUID | None,
    *,
    redacted: bool = False,
) -> bool:
    """Take a text in the unit of work that handles it; False, and nothing happens, when it was taken before."""
    return insert_unless_taken(session, _row(received, phone_id, case_id, redacted=redacted))


def taking(received: ReceivedText, phone_id: UUID, case_id: UUID) -> Statement:
    """As `take_text`, for a unit of work that sends several statements together; gives no row when it was taken before."""
    return new_row(_row(received, phone_id, case_id, redacted=False), must=True)


def _row(
    received: ReceivedText, phone_id: UUID | None, case_id: UUID | None, *, redacted: bool
) -> InboundText:
    return InboundText(
        gateway=received.gateway,
        provider_id=received.provider_id,
        phone_id=phone_id,
        case_id=case_id,
        hour=clock.hour_of(clock.now()),
        redacted=redacted,
    )


def untold(session: Session, received: Iterable[ReceivedText]) -> list[ReceivedText]:
    """Of texts that a provider lists, those that no webhook told us, in the same order."""
    listed = list(received)
    ids = {text.provider_id for text in listed}
    query = select(InboundText.gateway, InboundText.provider_id).where(InboundText.provider_id.in_(ids))
    taken = {(gateway, provider_id) for gateway, provider_id in session.execute(query)}
    return [text for text in listed if (text.gateway, text.provider_id) not in taken]
