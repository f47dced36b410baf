"""What routing knows of the network: plain frozen values, and which organisation a worker's words exclude."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, false, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.database import OrganisationId, Ready, Row, SiteId, Statement, send_together
from app.network.matching import Named, best_match, named, named_by, stands_in
from app.network.models import (
    Interest,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Site,
    Standing,
    UnionStanding,
)
from app.network.stakes import INTEREST, Stake, digest_of
from app.vault import CircleRow, KeyHolder, holder_of, row_fits, sound

# Nearly every letter: excluding the wrong body would leave the one the worker fears in the run.
_SURE_EXCLUSION = 95.0


@dataclass(frozen=True)
class OrganisationFacts:
    """One organisation as routing sees it, at one site or at none.

    `site_in_doubt` says that nobody can tell any more who has a stake there: then no partner is asked, and custody holds the case.
    `has_keys` says that keys were made; whether they are still ours is looked at when a case is sealed to them.
    """

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
    site_in_doubt: bool = False
    aliases: tuple[str, ...] = ()

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
    """One row of `_network`: an organisation as its row says, and one of its stakes at one of the sites, if it has any."""

    organisation: Mapping[str, Any]
    interest_at: SiteId | None
    site_id: SiteId | None
    standing: UnionStanding | None
    has_keys: bool
    open_cases: int | None

    @property
    def id(self) -> OrganisationId:
        """The organisation's id."""
        found: OrganisationId = self.organisation["id"]
        return found


def network_facts(
    session: Session,
    site_id: SiteId | None,
    *,
    possible_sites: Collection[SiteId] = (),
    place_in_doubt: bool = False,
    load: ColumnElement[int] | None = None,
    site_row: Row = (),
) -> tuple[OrganisationFacts, ...]:
    """Every organisation with its interest and standing at the site, in a fixed order; one that others wrote is left out.

    `load` counts the open cases of the organisation in the row, correlated to it; without it nobody has any.
    Where the site is not certain, an interest in any possible site counts, and so does a union's worst standing: whoever may have a
    stake stays out. Being independent counts only at a certain site. Where others changed who has a stake, every site is in doubt;
    `place_in_doubt` says so for words that were compared with a list that has lost sites. `site_row` is all of the row of the one
    site that is meant, where this unit of work has read it already.
    """
    here = {*possible_sites, *({site_id} if site_id is not None else ())}
    # The session's changes first, and then past it: these are columns and no objects of its.
    session.flush()
    holder = holder_of(session)
    asked = {f"site{number}": each for number, each in enumerate(here)}
    statements = [Statement(_network(load, len(here)), asked)]
    if here and not site_row:
        statements.append(Statement(_sites(len(here)), asked))
    rows, *others = send_together(session, statements)
    sites = others[0] if others else [site_row]
    found = [_read(row) for row in rows]
    in_doubt = place_in_doubt or (bool(here) and _in_doubt(holder, here, sites, found))
    standings = _standings(found, site_id)
    interested = {row.id for row in found if row.interest_at is not None}
    once = {row.id: row for row in found}
    return tuple(
        OrganisationFacts(
            id=row.id,
            name=said["name"],
            aliases=tuple(said["aliases"]),
            kind=said["kind"],
            country=said["country"],
            countries=frozenset(said["countries"]),
            languages=frozenset(said["languages"]),
            trained=frozenset(said["trained"]),
            capacity=said["capacity"],
            open_cases=row.open_cases or 0,
            frozen=said["state"] is OrganisationState.FROZEN,
            has_keys=row.has_keys,
            employer_run=said["employer_run"],
            interest_in_site=row.id in interested,
            site_in_doubt=in_doubt,
            standing=standings.get(row.id),
        )
        for row in once.values()
        if row_fits(holder, Organisation, said := row.organisation)
    )


_ORGANISATIONS, _SITES = Organisation.__table__.c, Site.__table__.c


@cache
def _network(load: ColumnElement[int] | None, sites: int) -> Ready:
    """One row for an organisation, or several for one with several stakes at so many sites."""
    here = [bindparam(f"site{number}", type_=Uuid()) for number in range(sites)]

    def is_here(site: InstrumentedAttribute[SiteId]) -> ColumnElement[bool]:
        return site.in_(here) if here else false()

    return Ready(
        select(
            *_ORGANISATIONS,
            Interest.site_id,
            Standing.site_id,
            Standing.standing,
            exists().where(CircleRow.organisation_id == Organisation.id),
            literal(0) if load is None else load,
        )
        .select_from(Organisation)
        .outerjoin(Interest, and_(Interest.organisation_id == Organisation.id, is_here(Interest.site_id)))
        .outerjoin(Standing, and_(Standing.union_id == Organisation.id, is_here(Standing.site_id)))
        .order_by(Organisation.id),
        often_the_same=True,
    )


@cache
def _sites(number: int) -> Ready:
    here = [bindparam(f"site{each}", type_=Uuid()) for each in range(number)]
    return Ready(select(*_SITES).where(_SITES.id.in_(here)), often_the_same=True)


def _read(row: Row) -> _Found:
    return _Found(dict(zip(_ORGANISATIONS.keys(), row, strict=False)), *row[len(_ORGANISATIONS.keys()) :])


def _in_doubt(
    holder: KeyHolder, here: Collection[SiteId], sites: Iterable[Row], found: Iterable[_Found]
) -> bool:
    """Whether a site is gone or changed, or its stakes are others than those that were recorded there."""
    stakes: dict[SiteId, set[Stake]] = {site: set() for site in here}
    for row in found:
        if row.interest_at is not None:
            stakes[row.interest_at].add((row.id, INTEREST))
        if row.site_id is not None and row.standing is not None:
            stakes[row.site_id].add((row.id, str(row.standing)))
    recorded = {
        site["id"]: site["stakes"]
        for row in sites
        if row_fits(holder, Site, site := dict(zip(_SITES.keys(), row, strict=True)))
    }
    return any(recorded.get(site) != digest_of(stakes[site]) for site in here)


def _standings(rows: Iterable[_Found], certain: SiteId | None) -> dict[OrganisationId, UnionStanding]:
    found: dict[OrganisationId, UnionStanding] = {}
    for row in rows:
        if row.standing is None:
            continue
        free = row.standing is UnionStanding.INDEPENDENT
        if not free or (row.site_id == certain and row.id not in found):
            found[row.id] = row.standing
    return found


def named_in(organisations: Iterable[OrganisationFacts], words: str) -> frozenset[OrganisationId]:
    """The organisations of which a name stands in these words, letter for letter."""
    return frozenset(named_by(words, [_named(each.id, each.name, each.aliases) for each in organisations]))


# Every report is compared with all of them, and they hardly ever change.
@lru_cache(maxsize=4096)
def _named(organisation: OrganisationId, name: str, aliases: tuple[str, ...]) -> Named[OrganisationId]:
    return named(organisation, (name, *aliases))


def helpers_named(session: Session, words: str) -> frozenset[OrganisationId]:
    """As `named_in`, of every organisation but the coordinator, who holds for the others what they must not see."""
    rows = sound(
        holder_of(session),
        session.scalars(select(Organisation).where(Organisation.kind != OrganisationKind.COORDINATOR)),
    )
    return frozenset(
        named_by(words, [named(OrganisationId(row.id), (row.name, *row.aliases)) for row in rows])
    )


def match_excluded(session: Session, text: str) -> Excluded:
    """Whom these words name, frozen organisations too; `all_said` only when they certainly name one and nothing else."""
    rows = sound(holder_of(session), session.scalars(select(Organisation)))
    things = [named(row, (row.name, *row.aliases)) for row in rows]
    match = best_match(text, things, sure=_SURE_EXCLUSION)
    found = {OrganisationId(thing.thing.id) for thing in things if stands_in(thing, text)}
    if match.best is not None and match.certain:
        found.add(OrganisationId(match.best.id))
    return Excluded(frozenset(found), match.certain)
