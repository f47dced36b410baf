"""The organisations as routing sees them for one case: what the network knows, and how many open cases each one has."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case
from app.database import OrganisationId, Row, SiteId
from app.network import Organisation, OrganisationFacts, network_facts
from app.vault import KeyHolder, holder_of, row_fits

# Every report asks it, so it reads a stretch of an index each and no case: SQLite finds the queue's by `= 1` only.
_LOAD = (
    select(func.count())
    .where(Case.organisation_id == Organisation.id, Case.is_open == true())
    .correlate(Organisation)
    .scalar_subquery()
) + (
    select(func.count())
    .where(Case.also_asked_id == Organisation.id)
    .correlate(Organisation)
    .scalar_subquery()
)


def candidates_at(
    session: Session,
    site_id: SiteId | None,
    possible_sites: Collection[SiteId] = (),
    *,
    place_in_doubt: bool = False,
    site_row: Row = (),
) -> tuple[OrganisationFacts, ...]:
    """Every organisation with its open cases and what speaks against it at this site, or at any site that may be meant.

    `site_row` is the site's own, where this unit of work has read it.
    """
    found = network_facts(
        session,
        site_id,
        possible_sites=possible_sites,
        place_in_doubt=place_in_doubt,
        load=_LOAD,
        site_row=site_row,
    )
    return tuple(_with_own_load(session, each) if _seems_full(each) else each for each in found)


def _seems_full(candidate: OrganisationFacts) -> bool:
    return 0 < candidate.capacity <= candidate.open_cases


_LOOKED_AT = 2_000
_LOOKED_AT_AGAIN = timedelta(minutes=1)
_real_loads: dict[tuple[UUID, OrganisationId, int, int], tuple[datetime, int]] = {}


def _with_own_load(session: Session, candidate: OrganisationFacts) -> OrganisationFacts:
    """Whoever can write the database fills an organisation with cases that nobody filed: only those that we wrote make it full.

    Looked at again when the number of cases is another, or after a minute: most that seem full are.
    """
    holder, now = holder_of(session), clock.now()
    key = (holder.deployment, candidate.id, candidate.open_cases, candidate.capacity)
    looked, real = _real_loads.get(key, (None, 0))
    if looked is None or not now - _LOOKED_AT_AGAIN < looked <= now:
        real = _real_load(session, holder, candidate)
        if len(_real_loads) > _LOOKED_AT:
            _real_loads.clear()
        _real_loads[key] = (now, real)
    return replace(candidate, open_cases=real)


def _real_load(session: Session, holder: KeyHolder, candidate: OrganisationFacts) -> int:
    """How many of its open cases this deployment wrote as they stand; no more are looked at than it takes to be full."""
    open_cases = (
        select(Case.__table__)
        .where(
            or_(
                and_(Case.organisation_id == candidate.id, Case.is_open == true()),
                Case.also_asked_id == candidate.id,
            )
        )
        .limit(_LOOKED_AT)
    )
    real = 0
    for row in session.connection().execute(open_cases).mappings():
        real += row_fits(holder, Case, row)
        if real >= candidate.capacity:
            return candidate.open_cases
    return real
