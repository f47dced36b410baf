"""Sites: where people work. Names are veiled; posters carry a random code; a worker's words are matched with care."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.database import SiteId, new_id
from app.language import to_ascii
from app.network.matching import Named, best_match, named
from app.network.models import Sector, Site, SiteState
from app.network.organisations import clean_name, is_country
from app.network.people import actor_of
from app.vault import Place, Vault, journal

LONGEST_NAME = 200
MOST_ALIASES = 20
# Crockford's base 32: no letter that looks like another or like a digit. 8 of them are 40 bits: nobody guesses a poster.
_CODE_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_LENGTH = 8
_MISREAD = str.maketrans("ilo", "110")


class SiteRefused(Exception):
    """The site cannot be added; the text is the line the operator reads."""


@dataclass(frozen=True)
class SiteLabel:
    """What a site is called, as its list and its case show it."""

    name: str
    town: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class SiteMatch:
    """Which site a worker's words mean: certain only for one clear winner. `possible` holds every candidate, best first.

    Where it is not certain, treat an interest in any possible site as an interest in this case.
    """

    site: Site | None
    certain: bool
    possible: tuple[Site, ...] = ()


def add_site(
    session: Session,
    vault: Vault,
    *,
    name: str,
    town: str,
    country: str,
    sector: Sector,
    aliases: Iterable[str] = (),
    state: SiteState = SiteState.CONFIRMED,
) -> Site:
    """Add a workplace with a fresh poster code, or raise `SiteRefused` with what is wrong.

    Other spellings of the town may follow after a slash: "Penang / Pulau Pinang".
    """
    label = checked_label(name, town, country, aliases)
    site = write_site(session, vault, label, country=country, sector=sector, state=state)
    journal(session, vault, None, "site.added", actor_of(None), {"site": str(site.id)})
    return site


_BY_CODE = select(Site).where(Site.code == bindparam("code"))


def site_by_code(session: Session, code: str) -> Site | None:
    """The site of a poster's code, however it was typed; the poster's code is certain."""
    plain = _plain_code(code)
    if len(plain) != _CODE_LENGTH:
        return None
    return session.scalars(_BY_CODE, {"code": plain}).one_or_none()


def site_label(vault: Vault, site: Site) -> SiteLabel:
    """The site's names, unveiled."""
    name, town, aliases = vault.unveil_json(_label_place(site.id), site.label_veil)
    return SiteLabel(name, town, tuple(aliases))


def match_site(session: Session, vault: Vault, text: str) -> SiteMatch:
    """Which site a worker's words name, in any script; a poster's code among the words is certain."""
    codes = {code for word in text[:LONGEST_NAME].split() if len(code := _plain_code(word)) == _CODE_LENGTH}
    by_code = session.scalars(select(Site).where(Site.code.in_(codes))).all() if codes else []
    if len(by_code) == 1:
        return SiteMatch(by_code[0], True, (by_code[0],))
    labels = session.execute(select(Site.id, Site.label_veil)).all()
    match = best_match(text, (_comparable(vault, site_id, label_veil) for site_id, label_veil in labels))
    sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_(match.possible)))}
    possible = tuple(sites[site_id] for site_id in match.possible)
    return SiteMatch(None if match.best is None else sites[match.best], match.certain, possible)


def known_labels(session: Session, vault: Vault) -> set[tuple[str, str, str]]:
    """Name, town and country of every site, for telling whether a line of a list is new."""
    return {label_key(site_label(vault, site), site.country) for site in session.scalars(select(Site))}


def label_key(label: SiteLabel, country: str) -> tuple[str, str, str]:
    """What makes two lines of a list the same site."""
    return (label.name.casefold(), label.town.casefold(), country)


def checked_label(name: str, town: str, country: str, aliases: Iterable[str]) -> SiteLabel:
    """Cleaned names of a site, or `SiteRefused`."""
    names = [clean_name(text) for text in (name, town, *aliases)]
    if not names[0]:
        raise SiteRefused("The name is missing.")
    if any(len(text) > LONGEST_NAME for text in names):
        raise SiteRefused(f"A name, town or alias has more than {LONGEST_NAME} letters.")
    if len(names) - 2 > MOST_ALIASES:
        raise SiteRefused(f"There are more than {MOST_ALIASES} aliases.")
    if not is_country(country):
        raise SiteRefused("The country must be two capital letters, such as MY.")
    return SiteLabel(names[0], names[1], tuple(dict.fromkeys(text for text in names[2:] if text)))


def write_site(
    session: Session, vault: Vault, label: SiteLabel, *, country: str, sector: Sector, state: SiteState
) -> Site:
    """The row of a checked site, without the journal: a list writes one entry for all its lines."""
    site_id = SiteId(new_id())
    veil = vault.veil_json(_label_place(site_id), [label.name, label.town, list(label.aliases)])
    site = Site(id=site_id, code=_new_code(), label_veil=veil, country=country, sector=sector, state=state)
    session.add(site)
    session.flush()
    return site


# A worker waits while every site is compared. What is remembered here could be opened at any time with this process's own keyring.
@lru_cache(maxsize=50_000)
def _comparable(vault: Vault, site_id: SiteId, label_veil: bytes) -> Named[SiteId]:
    name, town, aliases = vault.unveil_json(_label_place(site_id), label_veil)
    return named(site_id, (name, *aliases), town.split("/"))


def _new_code() -> str:
    # Not only digits: the longest receipt and the shortest poster code must never be taken for each other's kind.
    code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
    return code if not code.isdigit() else _new_code()


def _plain_code(code: str) -> str:
    typed = to_ascii(code[: 4 * _CODE_LENGTH]).casefold().translate(_MISREAD)
    plain = "".join(sign for sign in typed if sign not in "- \u2010\u2011\u2013")
    return plain if all(sign in _CODE_SIGNS for sign in plain) else ""


def _label_place(site_id: SiteId) -> Place:
    return Place("sites", site_id, "label_veil")
