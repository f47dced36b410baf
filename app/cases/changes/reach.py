"""How a worker may be reached beyond the inbox: one verb for a text's answer, for a helper who heard it, and for taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from app.cases.case import Case, add_entry, end_agreements, facts_of, store_facts
from app.cases.enums import EntryKind
from app.cases.followups import call_off_texts
from app.database import CaseId
from app.vault import Actor, Compartment, JournalEntry, Vault, journal, read_journal

UNREACHABLE = "none"
"""How a case's facts call it that a worker who wrote by text, or was texted, is not to be reached that way."""
REACH_TOLD, TEXTS_STOPPED = "case.contact_told", "case.texts_stopped"
"""The acts of the journal: how to be reached was said, and that texts were stopped."""
STOP_TAKEN_BACK = "case.stop_taken_back"
"""The act of the journal: START came from the phone that had said stop; nothing is agreed by it."""


@dataclass(frozen=True)
class Reach:
    """How the worker may be reached, as the form calls it (text, call), or `inbox`: not at all; and the details to be sealed."""

    how: str
    number: str = field(default="", repr=False)
    safe_times: str = field(default="", repr=False)
    name: str = field(default="", repr=False)

    @property
    def agreed(self) -> bool:
        """Whether the worker may be reached beyond the inbox."""
        return self.how != "inbox"


def tell_reach(session: Session, vault: Vault, case: Case, by: Actor, reach: Reach) -> bool:
    """Keep it in a case whose row the caller has locked; whether that changed anything.

    `inbox` takes back whatever was agreed, the number with it, and calls off what was planned.
    """
    facts = facts_of(vault, case)
    if not reach.agreed and facts.reach == UNREACHABLE:
        return False
    store_facts(vault, case, replace(facts, reach=reach.how if reach.agreed else UNREACHABLE))
    body = {
        "contact": reach.how,
        "phone": reach.number if reach.agreed else "",
        "safe_times": reach.safe_times,
        "name": reach.name,
    }
    add_entry(session, vault, case, EntryKind.CONTACT, body, by, compartment=Compartment.IDENTITY)
    if not reach.agreed:
        _end(session, vault, case)
    journal(session, vault, CaseId(case.id), REACH_TOLD, by, {"agreed": reach.agreed})
    return True


def stop_reaching(session: Session, vault: Vault, case: Case, by: Actor) -> None:
    """The worker said stop: whoever holds the case sees that texts go nowhere."""
    facts = facts_of(vault, case)
    if facts.reach != UNREACHABLE:
        store_facts(vault, case, replace(facts, reach=UNREACHABLE))
    _end(session, vault, case)
    journal(session, vault, CaseId(case.id), TEXTS_STOPPED, by)


def take_stop_back(session: Session, vault: Vault, case: Case, by: Actor) -> None:
    """START came: texts may be agreed again, and the case says so also when the number is forgotten. Nothing is agreed by it."""
    said = last_of_stop(read_journal(session, vault, CaseId(case.id)))
    if said == TEXTS_STOPPED:
        journal(session, vault, CaseId(case.id), STOP_TAKEN_BACK, by)


def last_of_stop(told: Iterable[JournalEntry]) -> str | None:
    """The act that says last whether texts are stopped in this case; None where nothing ever did."""
    acts = [entry.act for entry in told if entry.act in (TEXTS_STOPPED, STOP_TAKEN_BACK, REACH_TOLD)]
    return acts[-1] if acts else None


def _end(session: Session, vault: Vault, case: Case) -> None:
    end_agreements(session, vault, case.id)
    call_off_texts(session, vault, case.id)
