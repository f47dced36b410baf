"""Texts that carry a helper's answer: where one ends unheard, its case is told, for it has met nothing."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Happened, note
from app.messaging.delivery import Purpose
from app.messaging.models import OutgoingText
from app.vault import Vault


def note_unheard(session: Session, vault: Vault, which: Collection[UUID]) -> None:
    """Note which of these texts are a helper's answer, for nobody hears it by text: what follows is done at the end."""
    if not which:
        return
    replies = session.execute(
        select(OutgoingText.id, Case)
        .join(Case, Case.id == OutgoingText.case_id)
        .where(OutgoingText.id.in_(which), OutgoingText.purpose == Purpose.REPLY)
    )
    for text_id, case in replies:
        note(session, vault, Happened.TEXT_UNHEARD, case, about=text_id)
