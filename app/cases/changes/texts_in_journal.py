"""What the journal of a case tells of texts: when its worker last said no, and a yes that a helper heard and that stands."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.case import SpokenYes
from app.cases.changes.reach import REACH_TOLD, TEXTS_STOPPED
from app.cases.changes.texting_wishes import TEXTS_WANTED
from app.cases.enums import TalkHow
from app.database import LONG_PAST, CaseId, OrganisationId
from app.vault import JournalEntry, Vault, read_journal

TEXTS_HEARD = "consent.texts_heard"
"""The act of the journal: a helper heard the yes."""


def texts_refused_at(session: Session, vault: Vault, case_id: CaseId) -> datetime:
    """The moment, or the long past. What a helper wrote down is left out: it was said at some time before."""
    told = read_journal(session, vault, case_id)
    refused = (entry.at for entry in told if entry.actor.kind == "worker" and _says_no(entry))
    return max(refused, default=LONG_PAST)


def yes_in_journal(told: Iterable[JournalEntry]) -> SpokenYes | None:
    """The yes that a helper wrote down last, if nothing was said since: whoever takes its row away hides it from nobody.

    On the day on which it was written down, and nobody is named.
    """
    said = [entry for entry in told if entry.act in (REACH_TOLD, TEXTS_STOPPED, TEXTS_HEARD)]
    if not said or said[-1].act != TEXTS_HEARD or said[-1].actor.organisation_id is None:
        return None
    return SpokenYes(
        TalkHow(said[-1].detail["how"]), said[-1].at, OrganisationId(said[-1].actor.organisation_id)
    )


def _says_no(entry: JournalEntry) -> bool:
    if entry.act == REACH_TOLD:
        return not entry.detail["agreed"]
    return entry.act == TEXTS_STOPPED or (entry.act == TEXTS_WANTED and not entry.detail["wanted"])
