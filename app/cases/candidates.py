"""The organisations as routing sees them for one case: what the network knows, and how many open cases each one has."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.database import SiteId
from app.network import OrganisationFacts, network_facts

_LOAD = (
    select(Case.organisation_id, func.count().label("open_cases"))
    .where(Case.is_open, Case.organisation_id.is_not(None))
    .group_by(Case.organisation_id)
    .subquery()
)


def candidates_at(
    session: Session, site_id: SiteId | None, possible_sites: Collection[SiteId] = ()
) -> tuple[OrganisationFacts, ...]:
    """Every organisation with its open cases and what speaks against it at this site, or at any site that may be meant."""
    return network_facts(session, site_id, possible_sites=possible_sites, load=_LOAD)
