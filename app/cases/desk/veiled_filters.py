"""Filters on what is veiled, the kind of problem and the site: opened for this page, compared in memory, and bounded."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cases.case import Case, CaseFacts, facts_of, read_facts, read_site, site_of, standing_grants
from app.cases.enums import State
from app.cases.rules import Rules
from app.cases.taxonomy import Handling
from app.database import SiteId
from app.network import site_names
from app.vault import Vault, row_fits


@dataclass(frozen=True)
class Choices:
    """What the filters may offer: only what occurs among the first open cases of the queue."""

    countries: tuple[str, ...]
    languages: tuple[str, ...]
    kinds: tuple[str, ...]  # categories, in the taxonomy's order
    sites: dict[SiteId, str]  # by name


def choices(
    session: Session,
    vault: Vault,
    rules: Rules,
    in_sight: ColumnElement[bool],
    holders: Iterable[UUID],
    limit: int,
) -> Choices:
    """The choices of each filter, from at most so many open cases; of an offered one neither kind nor site is opened."""
    rows = session.execute(
        select(*Case.__table__.c)
        .where(in_sight, Case.is_open)
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        .limit(limit)
    ).all()
    found = [row for row in rows if row_fits(vault, Case, row._mapping)]
    facts = {
        row.id: read_facts(vault, row.id, row.facts_veil) for row in found if row.state is not State.OFFERED
    }
    # Whose case it is says its own row; which of them a member may see says a grant, and only for restricted ones that differs.
    restricted = [case_id for case_id, known in facts.items() if Handling.RESTRICTED in known.handling]
    if restricted:
        seen = {case_id for case_id, _ in standing_grants(session, vault, holders, restricted)}
        found = [row for row in found if row.id not in restricted or row.id in seen]
    owned = [row for row in found if row.id in facts]
    kinds = {kind for row in owned for kind in kinds_shown(facts[row.id])}
    names = site_names(session, vault, (read_site(vault, row.id, row.site_veil) for row in owned))
    return Choices(
        countries=tuple(sorted({row.country for row in found if row.country is not None})),
        languages=tuple(sorted({row.language for row in found})),
        kinds=tuple(code for code in rules.taxonomy.kinds if code in kinds),
        sites=dict(sorted(names.items(), key=lambda site: (site[1].casefold(), site[0]))),
    )


def fits(vault: Vault, case: Case, kind: str | None, site: SiteId | None) -> bool:
    """Whether the queue shows this case under that category and at that site; None fits every case."""
    return (site is None or site_of(vault, case) == site) and (
        kind is None or kind in kinds_shown(facts_of(vault, case))
    )


def kinds_shown(facts: CaseFacts) -> frozenset[str]:
    """The categories that the queue shows a case under: triage's once there is one, until then what the worker told."""
    codes: Iterable[str] = (*facts.topics, *facts.found) if facts.category is None else (facts.category,)
    return frozenset(code.partition(".")[0] for code in codes)
