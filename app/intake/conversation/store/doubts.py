"""Whether a phone may be somebody else's, by the journal of its cases: a conversation's own row can be put back as it was."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.case import Case, CaseFacts, facts_of
from app.database import CaseId
from app.intake.conversation.machine import DOUBT, Heard, Position, WhosePhone
from app.intake.conversation.store.snapshot import KnownConversation
from app.intake.sealing import WORKER
from app.vault import JournalEntry, Vault, journal, read_journal, sound_or_none

_DOUBTED, _TOLD = "case.phone_doubted", "case.phone_told"
_OF_OTHERS = frozenset({WhosePhone.SHARED, WhosePhone.COMPANY})


def brings_doubt(talk: KnownConversation, heard: Heard) -> bool:
    """Whether this text says that somebody else may hold the phone, who was not known to."""
    before, after = talk.position, heard.position
    asked = after.doubted_at is not None and after.doubted_at != before.doubted_at
    return asked or (after.whose in _OF_OTHERS and after.whose is not before.whose)


def note_doubt(session: Session, vault: Vault, case_ids: Iterable[CaseId], position: Position) -> None:
    """Write the doubt down in every case of the phone; that of a stranger passes, what was said of the phone stays."""
    for case_id in case_ids:
        journal(session, vault, case_id, _DOUBTED, WORKER, {"stays": position.whose in _OF_OTHERS})


def is_doubted(told: Iterable[JournalEntry], facts: CaseFacts, at: datetime | None = None) -> bool:
    """Whether the phone of a case may be somebody else's by what is signed; `at` when a text from it came, which ends old doubt.

    The first that was said of the phone counts; that it is the worker's own after it was another's takes nothing back.
    """
    if facts.phone in _OF_OTHERS:
        return True
    doubted: datetime | None = None
    for entry in told:
        if doubted is not None and entry.actor == WORKER and entry.hour > doubted + DOUBT:
            doubted = None
        if entry.act == _DOUBTED and entry.detail["stays"]:
            return True
        if entry.act == _TOLD and entry.detail.get("whose") in _OF_OTHERS:
            return True
        if entry.act == _DOUBTED:
            doubted = entry.hour
    return doubted is not None and (at is None or at <= doubted + DOUBT)


def is_surely_own(session: Session, vault: Vault, case_id: CaseId, at: datetime) -> bool:
    """Whether the phone from which a text came is the worker's only own, by the signed case and its journal."""
    case = sound_or_none(vault, session.get(Case, case_id))
    if case is None:
        return False
    facts = facts_of(vault, case)
    return facts.phone == WhosePhone.OWN and not is_doubted(read_journal(session, vault, case_id), facts, at)
