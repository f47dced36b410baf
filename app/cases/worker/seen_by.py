"""Who has seen what of a case and who can open it, as its worker reads it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import AccessLine, Case, Offer
from app.cases.enums import AccessAct
from app.cases.worker.entering import Worker
from app.cases.worker.inbox_view import Sighting
from app.database import OrganisationId
from app.network import member_names
from app.vault import CircleRow, GrantRow, HolderKind, JournalEntry, Vault

# Acts by which somebody came to know something of the case.
_BY_CUSTODIANS = (AccessAct.READ_FROM_CUSTODY, AccessAct.NOTE_READ)
_SEEN = frozenset(AccessAct)


def helpers_of(session: Session, worker: Worker) -> frozenset[OrganisationId]:
    """Every organisation that was asked for the case, holds it, or could open it; never the coordinator as custodian."""
    asked = select(Offer.organisation_id).where(Offer.case_id == worker.case_id)
    holds = select(Case.organisation_id).where(Case.id == worker.case_id, Case.organisation_id.is_not(None))
    could_open = (
        select(CircleRow.organisation_id)
        .join(GrantRow, GrantRow.holder_id == CircleRow.id)
        .where(GrantRow.case_id == worker.case_id, GrantRow.holder_kind == HolderKind.CIRCLE)
    )
    found = session.scalars(asked.union(holds, could_open))
    return frozenset(OrganisationId(organisation) for organisation in found)


def holders_of(lines: tuple[AccessLine, ...], zone: tzinfo) -> tuple[AccessLine, ...]:
    """Everybody but the worker; what is kept ready for a second circle of those who can read it already says nothing more."""
    reading = {
        line.organisation for line in lines if not line.offered and line.until is None and line.organisation
    }
    return tuple(
        replace(line, until=line.until.astimezone(zone)) if line.until else line
        for line in lines
        if line.kind is not HolderKind.RECEIPT and not (line.offered and line.organisation in reading)
    )


def sightings_of(
    session: Session, vault: Vault, told: Iterable[JournalEntry], zone: tzinfo
) -> tuple[Sighting, ...]:
    """One line a day, organisation and act: opening a case ten times is one thing to know, not ten. Custodians count one by one."""
    entries = [entry for entry in told if entry.act in _SEEN]
    by_custodians = {entry.seq: _custodians_of(entry) for entry in entries if entry.act in _BY_CUSTODIANS}
    named = {who for people in by_custodians.values() for who in people}
    names = member_names(session, vault, named) if named else {}
    seen: dict[tuple[object, ...], Sighting] = {}
    for entry in entries:
        organisation = entry.actor.organisation_id
        people = by_custodians.get(entry.seq, ())
        sighting = Sighting(
            entry.act,
            OrganisationId(organisation) if organisation else None,
            entry.at.astimezone(zone),
            tuple(names[who] for who in people if who in names),
        )
        seen.setdefault((entry.act, organisation, sighting.at.date(), people), sighting)
    return tuple(seen.values())


def _custodians_of(entry: JournalEntry) -> tuple[UUID, ...]:
    agreed = entry.detail.get("agreed_by")
    return tuple(who for who in (entry.actor.id, UUID(agreed) if agreed else None) if who is not None)
