"""The conversations of a phone: which of them a text belongs to, and where each stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import new_id
from app.intake.conversation.models import Conversation
from app.intake.conversation.position import Position, Step
from app.vault import Place, Vault


def live_talks(session: Session, phone_id: UUID) -> Sequence[Conversation]:
    """What is still going on with a phone whose row the caller has locked, the latest first: that one a text belongs to."""
    query = select(Conversation).where(Conversation.phone_id == phone_id, Conversation.ended.is_(False))
    query = query.order_by(Conversation.number.desc())
    return session.scalars(query.execution_options(populate_existing=True)).all()


def position_of(vault: Vault, talk: Conversation) -> Position:
    """Where a conversation stands; one that an older version left in a way that cannot be read is only listened to."""
    try:
        return Position.from_json(vault.unveil_json(_place(talk.id), talk.position_veil))
    except (KeyError, TypeError, ValueError):
        return Position(Step.QUIET, "")


def new_talk(
    vault: Vault, phone_id: UUID, case_id: UUID, number: int, position: Position, silent_at: datetime
) -> Conversation:
    """A conversation about a new case, as a row to be added."""
    talk_id = new_id()
    return Conversation(
        id=talk_id,
        phone_id=phone_id,
        case_id=case_id,
        number=number,
        position_veil=vault.veil_json(_place(talk_id), position.as_json()),
        silent_at=silent_at if position.waits else None,
        ended=position.step is Step.ENDED,
    )


def move_talk(vault: Vault, talk: Conversation, position: Position, silent_at: datetime | None) -> None:
    """Store where a conversation stands now, and when silence settles it."""
    talk.position_veil = vault.veil_json(_place(talk.id), position.as_json())
    talk.silent_at = silent_at if position.waits else None
    talk.ended = position.step is Step.ENDED


def _place(talk_id: UUID) -> Place:
    return Place("conversations", talk_id, "position_veil")
