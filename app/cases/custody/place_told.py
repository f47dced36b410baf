"""Where a case is that waits with custody: the worker's words about the place, compared anew whenever it is placed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Case, RoutingNote, facts_of, note_place, site_of
from app.cases.routing import candidates_at
from app.database import OrganisationId, SiteId
from app.network import OrganisationFacts, match_site
from app.vault import CircleKey, Vault, is_sound, sound_or_none


def open_note(session: Session, vault: Vault, key: CircleKey, case_id: UUID) -> dict[str, Any] | None:
    """The worker's words about place and exclusions, opened with custody's key; none where others wrote them."""
    row = sound_or_none(vault, session.get(RoutingNote, case_id))
    if row is None:
        return None
    note: dict[str, Any] = vault.open_sealed(key, note_place(case_id), row.sealed)
    return note


@dataclass(frozen=True)
class PlaceTold:
    """Where a case is, as far as its words tell today."""

    site: SiteId | None
    possible: frozenset[SiteId]
    in_doubt: bool


def place_of(session: Session, vault: Vault, key: CircleKey, case: Case) -> PlaceTold:
    """Where the site is not certain, the words are compared anew: a stake in any site that they may mean keeps out too.

    The machine compares the words here and shows them to nobody, so this is no reading.
    """
    site, facts = site_of(vault, case), facts_of(vault, case)
    # Where others wrote the words, nobody can tell any more which place and whom they told of.
    in_doubt = facts.place_in_doubt or _is_forged(session, vault, case)
    note = None if site is not None else open_note(session, vault, key, case.id)
    if note is None or not note["site"]:
        return PlaceTold(site, facts.possible_sites if site is None else frozenset(), in_doubt)
    match = match_site(session, vault, note["site"])
    return PlaceTold(None, frozenset(SiteId(found.id) for found in match.possible), not match.whole)


def _is_forged(session: Session, vault: Vault, case: Case) -> bool:
    row = session.get(RoutingNote, case.id)
    return row is not None and not is_sound(vault, row)


def candidates_in(session: Session, place: PlaceTold) -> dict[OrganisationId, OrganisationFacts]:
    """Every organisation as routing sees it there."""
    found = candidates_at(session, place.site, place.possible, place_in_doubt=place.in_doubt)
    return {candidate.id: candidate for candidate in found}
