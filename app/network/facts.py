"""What routing knows of the network: plain frozen values, and which organisation a worker's words exclude."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Uuid, and_, bindparam, exists, false, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.database import OrganisationId, SiteId
from app.network.matching import best_match, named, stands_in
from app.network.models import (
    Interest,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Standing,
    UnionStanding,
)
from app.together import Ready, Statement, send_together
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


@dataclass(frozen=True)
class Excluded:
    """The organisations that a worker's words name, and whether that is all they say; if not, a person has to look."""

    organisations: frozenset[OrganisationId]
    all_said: bool


class _Found(NamedTuple):
    """One row of `_network`."""

    id: OrganisationId
    name: str
    kind: OrganisationKind
    country: str
    countries: Sequence[str]
    languages: Sequence[str]
    trained: Sequence[str]
    capacity: int
    state: OrganisationState
    employer_run: bool
    has_keys: bool
    interested: bool
    site_id: SiteId | None
    standing: UnionStanding | None
    open_cases: int | None


def network_facts(
    session: Session,
    site_id: SiteId | None,
    *,
    possible_sites: Collection[SiteId] = (),
    load: ScalarSelect[int] | None = None,
) -> tuple[OrganisationFacts, ...]:
    """Every organisation with its interest and standing at the site, in a fixed order; one statement.

    `load` counts the open cases of the organisation in the row, correlated to it; without it nobody has any.
    Where the site is not certain, an interest in any possible site counts, and so does a union's worst standing: whoever may have a
    stake stays out. Being independent counts only at a certain site.
    """
    here = {*possible_sites, *({site_id} if site_id is not None else ())}
    # The session's changes first, and then past it: these are columns and no objects of its.
    session.flush()
    asked = {f"site{number}": each for number, each in enumerate(here)}
    [rows] = send_together(session, [Statement(_network(load, len(here)), asked)])
    found = [_Found(*row) for row in rows]
    standings = _standings(found, site_id)
    once = {row.id: row for row in found}
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
            open_cases=row.open_cases or 0,
            frozen=row.state is OrganisationState.FROZEN,
            has_keys=row.has_keys,
            employer_run=row.employer_run,
            interest_in_site=row.interested,
            standing=standings.get(row.id),
        )
        for row in once.values()
    )


@cache
def _network(load: ScalarSelect[int] | None, sites: int) -> Ready:
    """One row an organisation, or several for a union whose standing is known at several of so many sites."""
    here = [bindparam(f"site{number}", type_=Uuid()) for number in range(sites)]
    known = Organisation.__table__.c

    def is_here(site: InstrumentedAttribute[SiteId]) -> ColumnElement[bool]:
        return site.in_(here) if here else false()

    return Ready(
        select(
            *(known[name] for name in _Found._fields[:10]),
            exists().where(CircleRow.organisation_id == Organisation.id),
            exists().where(Interest.organisation_id == Organisation.id, is_here(Interest.site_id)),
            Standing.site_id,
            Standing.standing,
            literal(0) if load is None else load,
        )
        .outerjoin(Standing, and_(Standing.union_id == Organisation.id, is_here(Standing.site_id)))
        .order_by(Organisation.id)
    )


def _standings(rows: Iterable[_Found], certain: SiteId | None) -> dict[OrganisationId, UnionStanding]:
    found: dict[OrganisationId, UnionStanding] = {}
    for row in rows:
        if row.standing is None:
            continue
        free = row.standing is UnionStanding.INDEPENDENT
        if not free or (row.site_id == certain and row.id not in found):
            found[row.id] = row.standing
    return found


def match_excluded(session: Session, text: str) -> Excluded:
    """Whom these words name, frozen organisations too; `all_said` only when they certainly name one and nothing else."""
    things = [named(row, (row.name, *row.aliases)) for row in session.scalars(select(Organisation))]
    match = best_match(text, things, sure=_SURE_EXCLUSION)
    found = {OrganisationId(thing.thing.id) for thing in things if stands_in(thing, text)}
    if match.best is not None and match.certain:
        found.add(OrganisationId(match.best.id))
    return Excluded(frozenset(found), match.certain)
