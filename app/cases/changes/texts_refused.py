"""When a worker last said no to texts by themselves: by text, or in the inbox."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.changes.reach import REACH_TOLD, TEXTS_STOPPED
from app.cases.changes.texting_wishes import TEXTS_WANTED
from app.database import LONG_PAST, CaseId
from app.vault import JournalEntry, Vault, read_journal


def texts_refused_at(session: Session, vault: Vault, case_id: CaseId) -> datetime:
    """The moment, or the long past. What a helper wrote down is left out: it was said at some time before."""
    told = read_journal(session, vault, case_id)
    refused = (entry.at for entry in told if entry.actor.kind == "worker" and _says_no(entry))
    return max(refused, default=LONG_PAST)


def _says_no(entry: JournalEntry) -> bool:
    if entry.act == REACH_TOLD:
        return not entry.detail["agreed"]
    return entry.act == TEXTS_STOPPED or (entry.act == TEXTS_WANTED and not entry.detail["wanted"])
