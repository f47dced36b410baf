"""Alerts that something is late, of which nothing is late any more when they would go out: met, closed, or gone to others."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Escalation
from app.cases.clocks import lateness_ended
from app.cases.escalation import still_waits_for
from app.database import CaseId, hour_of_id
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
    """Of these rungs, those that surely ask nobody any more. No MAC covers a clock: it is the journal that says what was done."""
    if not rungs:
        return set()
    found = session.execute(
        select(Escalation, Case).join(Case, Case.id == Escalation.case_id).where(Escalation.id.in_(rungs))
    ).all()
    ours = [(rung, case) for rung, case in found if is_sound(vault, rung) and is_sound(vault, case)]
    done = {case.id: lateness_ended(session, vault, CaseId(case.id)) for _, case in ours}
    return {
        rung.id
        for rung, case in ours
        if not still_waits_for(case, rung, done=str(rung.clock_id) in done[case.id])
    }
