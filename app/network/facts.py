"""What routing knows of the network: plain frozen values, and which organisation a worker's words exclude."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, exists, select
from sqlalchemy.orm import Session

from app.database import OrganisationId, SiteId
from app.network.matching import best_match, named
from app.network.models import (
    Interest,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Standing,
    UnionStanding,
)
from app.vault import CircleRow

# Nearly every letter: excluding the wrong body would leave the one the worker fears in the run.
_SURE_EXCLUSION = 95.0


@dataclass(frozen=True)
class OrganisationFacts:
    """One organisation as routing sees it, at one site or at none."""

    id: OrganisationId
    name: str
    kind: OrganisationKind
    country: str
    countries: frozenset[str]
    languages: frozenset[str]
    trained: frozenset[str]
    capacity: int
    open_cases: int
    frozen: bool
    has_keys: bool
    employer_run: bool
    interest_in_site: bool
    standing: UnionStanding | None

    @property
    def capacity_left(self) -> int:
        """How many more open cases it can carry; never below 0."""
        return max(0, self.capacity - self.open_cases)


_HERE: BindParameter[SiteId] = bindparam("here", expanding=True)
_HAS_KEYS = exists().where(CircleRow.organisation_id == Organisation.id)
_INTERESTED = exists().where(Interest.organisation_id == Organisation.id, Interest.site_id.in_(_HERE))
_EVERYBODY = select(Organisation, _HAS_KEYS, _INTERESTED).order_by(Organisation.id)
_STANDINGS = select(Standing).where(Standing.site_id.in_(_HERE))


def network_facts(
    session: Session,
    site_id: SiteId | None,
    *,
    possible_sites: Collection[SiteId] = (),
    open_cases: Mapping[OrganisationId, int] | None = None,
) -> tuple[OrganisationFacts, ...]:
    """Every organisation with its interest and standing at the site, in a fixed order.

    Where the site is not certain, an interest in any possible site counts, and so does a union's worst standing: whoever may have a
    stake stays out. Being independent counts only at a certain site.
    """
    load = open_cases or {}
    here = {*possible_sites, *({site_id} if site_id is not None else ())}
    standings = _standings(session, site_id, here)
    found = session.execute(_EVERYBODY, {"here": list(here)})
    return tuple(
        OrganisationFacts(
            id=row.id,
            name=row.name,
            kind=row.kind,
            country=row.country,
            countries=frozenset(row.countries),
            languages=frozenset(row.languages),
            trained=frozenset(row.trained),
            capacity=row.capacity,
            open_cases=load.get(row.id, 0),
            frozen=row.state is OrganisationState.FROZEN,
            has_keys=ready,
            employer_run=row.employer_run,
            interest_in_site=interest,
            standing=standings.get(row.id),
        )
        for row, ready, interest in found
    )


def _standings(
    session: Session, certain: SiteId | None, here: Collection[SiteId]
) -> dict[OrganisationId, UnionStanding]:
    found: dict[OrganisationId, UnionStanding] = {}
    for row in session.scalars(_STANDINGS, {"here": list(here)}):
        free = row.standing is UnionStanding.INDEPENDENT
        if not free or (row.site_id == certain and row.union_id not in found):
            found[row.union_id] = row.standing
    return found


def match_organisation(session: Session, text: str) -> Organisation | None:
    """The one organisation that these words certainly name, frozen ones too; nothing when a person has to look."""
    rows = session.scalars(select(Organisation)).all()
    match = best_match(text, (named(row, (row.name, *row.aliases)) for row in rows), sure=_SURE_EXCLUSION)
    return match.best if match.certain else None
