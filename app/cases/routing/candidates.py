"""The organisations as routing sees them for one case: what the network knows, and how many open cases each one has."""

from collections.abc import Collection

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from app.cases.case import Case
from app.database import SiteId
from app.network import Organisation, OrganisationFacts, network_facts

# Every report asks it, so it reads a stretch of the queue's index and no case: SQLite finds the stretch by `= 1` only.
_LOAD = (
    select(func.count())
    .where(Case.organisation_id == Organisation.id, Case.is_open == true())
    .correlate(Organisation)
    .scalar_subquery()
)


def candidates_at(
    session: Session,
    site_id: SiteId | None,
    possible_sites: Collection[SiteId] = (),
    *,
    place_in_doubt: bool = False,
) -> tuple[OrganisationFacts, ...]:
    """Every organisation with its open cases and what speaks against it at this site, or at any site that may be meant."""
    return network_facts(
        session, site_id, possible_sites=possible_sites, place_in_doubt=place_in_doubt, load=_LOAD
    )
