"""A helper says where it is: a site of the network, or only the country. The worker's own words about the place stay as they are.

What becomes known may show that the helper's organisation has an interest there. Then it must not keep the case, and the case goes
on as if nobody had taken it yet.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.cases.case import (
    Case,
    change_case,
    facts_of,
    owned_case,
    refuse_viewers,
    site_of,
    site_place,
    store_facts,
)
from app.cases.desk.triage import EditConflict
from app.cases.enums import CountryFrom
from app.cases.routing import candidates_of, forbidden, route_again
from app.cases.rules import Rules
from app.database import CaseId, SiteId
from app.network import SignedIn, SiteState, get_site, is_country, site_label
from app.vault import Vault, journal


class UnknownCountry(Exception):
    """There is no such country."""


@dataclass(frozen=True)
class Workplace:
    """Where a case is, as far as it is known."""

    site_id: SiteId | None
    country: str | None


@dataclass(frozen=True)
class KnownWorkplace:
    """What stands on the case now, and the version of it that a change has to name."""

    reference: str
    stands: Workplace
    edit_version: int


def workplace_of(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> KnownWorkplace:
    """Where the case is, for a member who may say so; raises `NoAccess` and `ReadOnly`."""
    case = owned_case(session, by, case_id)
    refuse_viewers(by)
    return KnownWorkplace(case.reference, _stands(vault, case), case.edit_version)


def set_workplace(
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    case_id: CaseId,
    chosen: Workplace,
    seen_version: int,
) -> bool:
    """Set site and country; the site's own country counts where the network has the site. Whether the organisation keeps the case.

    Raises `EditConflict`, `UnknownCountry`, `UnknownSite` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    if (of_site := _country_of(session, chosen)) is not None:
        chosen = Workplace(chosen.site_id, of_site)
    elif chosen.country is not None and not is_country(chosen.country):
        raise UnknownCountry
    if chosen == _stands(vault, case):
        return True
    if case.edit_version != seen_version:
        raise EditConflict(None, "", case.edit_version)
    facts = facts_of(vault, case)
    # Without a site, whoever has a stake in one that the words may mean stays out as before.
    possible = facts.possible_sites if chosen.site_id is None else frozenset[SiteId]()
    in_doubt = facts.place_in_doubt and chosen.site_id is None
    known_from = CountryFrom.UNKNOWN if chosen.country is None else CountryFrom.HELPER
    known = replace(
        facts,
        possible_sites=possible,
        place_in_doubt=in_doubt,
        country_from=known_from,
        zone=_zone_of(session, vault, chosen),
    )
    store_facts(vault, case, known)
    case.site_veil = None if chosen.site_id is None else vault.veil(site_place(case.id), str(chosen.site_id))
    case.country = chosen.country
    case.count_edit()
    site = None if chosen.site_id is None else str(chosen.site_id)
    journal(session, vault, case_id, "case.workplace", by.actor, {"site": site, "country": chosen.country})
    session.flush()
    if forbidden(vault, rules, case, candidates_of(session, vault, case).get(by.organisation.id)) is None:
        return True
    route_again(session, vault, rules, case, complete=True)
    return False


def _country_of(session: Session, chosen: Workplace) -> str | None:
    """The country of the chosen site; None without one, and where the site was removed: then the helper knows better."""
    if chosen.site_id is None:
        return None
    site = get_site(session, chosen.site_id)
    removed = site.state is SiteState.REMOVED and chosen.country is not None
    return None if removed else site.country


def _zone_of(session: Session, vault: Vault, chosen: Workplace) -> str:
    """The chosen site's own time zone, but where the helper said another country than the site's."""
    if chosen.site_id is None:
        return ""
    site = get_site(session, chosen.site_id)
    return site_label(vault, site).zone if site.country == chosen.country else ""


def _stands(vault: Vault, case: Case) -> Workplace:
    return Workplace(site_of(vault, case), case.country)
