"""Opening a case: member key, circle, grant, compartments, entries; every reading is written down and the worker sees it."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import (
    Allowed,
    CaseDate,
    Entry,
    OpenedCase,
    ReadEntry,
    SafetyStrip,
    ShownContact,
    agreed_calls,
    body_of,
    colleagues_for,
    facts_of,
    latest_contact,
    open_locked,
    show_page,
)
from app.cases.clocks import ClockAct, clocks_of, met_by, once_late, settle
from app.cases.desk.progress import danger_told_at, moves_of
from app.cases.enums import AccessAct, ClockState, EntryKind
from app.cases.escalation import rungs_of, standing_rung
from app.database import CaseId
from app.network import Role, SignedIn
from app.vault import Vault, journal, read_journal

__all__ = ["CaseDate", "OpenedCase", "ReadEntry", "SafetyStrip", "ShownContact", "open_case", "show_contact"]


def open_case(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> OpenedCase:
    """Open an accepted case for reading, in a writing unit: it is journaled and meets the read clock; raises `NoAccess`."""
    case, opened = open_locked(session, vault, by, case_id)
    clocks = clocks_of(session, case)
    allowed = Allowed()
    if by.member.role is not Role.VIEWER:
        # A viewer can answer nothing, so what a viewer saw is not yet taken care of.
        case.helper_has_read = True
        case.worker_wrote = False
        settle(session, case, clocks, met_by(ClockAct.READ), ClockState.MET)
        if case.is_open:
            colleagues = colleagues_for(session, vault, by, opened)
            allowed = Allowed(moves_of(case, facts_of(vault, case), by), colleagues, write=True)
    journal(session, vault, case_id, AccessAct.READ, by.actor)
    told = read_journal(session, vault, case_id)
    page = show_page(session, vault, case, opened, clocks, allowed, once_late(clocks, told), told)
    rungs = rungs_of(session, vault, case)
    return replace(
        page,
        danger_told=danger_told_at(session, vault, case) if allowed.moves else None,
        rungs=rungs,
        asked=standing_rung(case, rungs, clocks),
    )


def show_contact(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> ShownContact:
    """The worker's name and phone, in a writing unit: journaled as case.contact_shown; raises `NoAccess`."""
    _, opened = open_locked(session, vault, by, case_id)
    rows = session.scalars(
        select(Entry).where(Entry.case_id == case_id, Entry.kind == EntryKind.CONTACT).order_by(Entry.seq)
    )
    told = [(row.author_kind, body_of(opened, row)) for row in rows]
    found, called = latest_contact(body for _, body in told), agreed_calls(told) or {}
    journal(session, vault, case_id, AccessAct.CONTACT_SHOWN, by.actor)
    return ShownContact(
        name=found.get("name") or None,
        phone=found.get("phone") or None,
        contact=found.get("contact") or None,
        safe_times=found.get("safe_times") or None,
        phone_for_calls=None if called.get("phone") == found.get("phone") else called.get("phone"),
    )
