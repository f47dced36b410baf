"""Alerts that something is late, of which nothing is late any more when they would go out: met, closed, or gone to others."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Escalation
from app.cases.escalation import still_asks
from app.database import hour_of_id
from app.messaging.models import OutgoingText
from app.messaging.queue import MERGED
from app.vault import Vault, is_sound, sound


def late_no_more(session: Session, vault: Vault, texts: Iterable[OutgoingText]) -> set[UUID]:
    """Which of these texts are alerts whose rung, and that of every alert they speak for, asks nobody any more.

    Where others wrote what decides it, an alert goes out: it says too much by one line, and silence would say too little.
    """
    told = {text.id: _rungs_told(session, vault, text) for text in texts if text.rung_id is not None}
    over = _over(session, vault, {rung for rungs in told.values() for rung in rungs})
    return {text_id for text_id, rungs in told.items() if rungs <= over}


def _rungs_told(session: Session, vault: Vault, text: OutgoingText) -> set[UUID]:
    """The rungs that an alert tells of: its own, and where it waited for the end of some hours, those that came meanwhile."""
    rungs = {text.rung_id} if text.rung_id is not None else set()
    if text.case_id is None:
        spoken_for = select(OutgoingText).where(
            OutgoingText.address_id == text.address_id,
            OutgoingText.rung_id.is_not(None),
            OutgoingText.reason == MERGED,
            OutgoingText.due_at >= hour_of_id(text.id),
        )
        rungs |= {each.rung_id for each in sound(vault, session.scalars(spoken_for)) if each.rung_id}
    return rungs


def _over(session: Session, vault: Vault, rungs: set[UUID]) -> set[UUID]:
    """Of these rungs, those that surely ask nobody any more."""
    if not rungs:
        return set()
    found = session.execute(
        select(Escalation, Case, Clock)
        .join(Case, Case.id == Escalation.case_id)
        .outerjoin(Clock, and_(Clock.case_id == Escalation.case_id, Clock.id == Escalation.clock_id))
        .where(Escalation.id.in_(rungs))
    )
    return {
        rung.id
        for rung, case, late in found
        if is_sound(vault, rung) and is_sound(vault, case) and not still_asks(case, rung, late)
    }
