"""Sites: where people work. Names are veiled; posters carry a random code; a worker's words are matched with care.

A poster's code and an OS ID are certain. An OS ID that leads nowhere never becomes a guess.
"""

import secrets
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.database import SiteId, new_id
from app.language import plain_signs
from app.network.matching import plain_name, plain_text
from app.network.models import Sector, Site, SiteState
from app.network.organisations import clean_name, country_hint, is_country
from app.network.os_ids import CROCKFORD, OsIdRefused, read_os_id
from app.network.people import actor_of
from app.network.site_head import kept_in_head, lock_head
from app.network.stakes import digest_of
from app.network.zones import ZoneUnknown, read_zone, zones_of
from app.vault import Place, Vault, holder_of, journal, sound, sound_or_none

LONGEST_NAME = 200
MOST_ALIASES = 20
_CODE_SIGNS = CROCKFORD.casefold()
CODE_LENGTH = 8
"""8 signs of base 32 are 40 bits: nobody guesses a poster."""
_MISREAD = str.maketrans("ilo", "110")
OS_ID = "site-os-id"
"""What the tag of an OS ID is for."""


IS_KNOWN = Site.state != SiteState.REMOVED


class SiteRefused(Exception):
    """The site cannot be added; the text is the line the operator reads."""


class UnknownSite(Exception):
    """There is no such site."""


@dataclass(frozen=True)
class SiteLabel:
    """What a site is called, as its list and its case show it; `os_id` and its own time zone are empty where none is known."""

    name: str
    town: str
    aliases: tuple[str, ...] = ()
    os_id: str = ""
    zone: str = ""


@dataclass(frozen=True)
class FoundSite:
    """A site that words may mean, as far as its row was read; `site_label` unveils its names."""

    id: SiteId
    country: str
    label_veil: bytes = field(repr=False)


def add_site(  # noqa: PLR0913 - what makes a site, each by its name
    session: Session,
    vault: Vault,
    *,
    name: str,
    town: str,
    country: str,
    sector: Sector,
    aliases: Iterable[str] = (),
    os_id: str = "",
    zone: str = "",
) -> Site:
    """Add a confirmed workplace with a fresh poster code, or raise `SiteRefused` with what is wrong.

    Other spellings of the town may follow after a slash: "Penang / Pulau Pinang".
    """
    label = checked_label(name, town, country, aliases, os_id, zone)
    lock_head(session)
    if label.os_id and (others := _identified(session, vault, (), (label.os_id,))):
        raise SiteRefused(f"Another site has this OS ID. It is {named_site(vault, others[0])}.")
    known = [(site, known) for site, known in known_sites(session, vault).values()]
    if (double := double_of(label, country, known)) is not None:
        raise SiteRefused(
            f"It is there already: {named_site(vault, double)}. A second one there needs another name, such as Plant 2."
        )
    site = write_site(session, vault, label, country=country, sector=sector)
    journal(session, vault, None, "site.added", actor_of(None), {"site": str(site.id)})
    return site


def remove_site(session: Session, vault: Vault, code: str) -> tuple[Site, SiteLabel]:
    """Take a workplace out: nothing finds it any more, its posters' code is unknown, and cases that name it keep its name.

    Raises `SiteRefused`. Its row stays, since which cases name it is veiled; its OS ID is free for another.
    """
    lock_head(session)
    site = session.scalars(select(Site).where(Site.code == poster_code(code)).with_for_update()).one_or_none()
    if site is None or site.state is SiteState.REMOVED:
        raise SiteRefused("No workplace has this code; 'redress site list' prints the codes.")
    with kept_in_head(session, [site]):
        site.state, site.os_id_tag = SiteState.REMOVED, None
    journal(session, vault, None, "site.removed", actor_of(None), {"site": str(site.id)})
    return site, site_label(vault, site)


def named_site(vault: Vault, site: Site) -> str:
    """A site in the words of an operator's line: name, town, country and code."""
    label = site_label(vault, site)
    where = ", ".join(part for part in (label.name, label.town, site.country) if part)
    return f"{where} (code {site.code})"


def double_of(label: SiteLabel, country: str, others: Iterable[tuple[Site, SiteLabel]]) -> Site | None:
    """The one of these sites that this would be a double of: a name or alias in common, in the same town of the same country."""
    names, towns = _plain_names(label), _plain_towns(label)
    for site, other in others:
        if site.country == country and towns & _plain_towns(other) and names & _plain_names(other):
            return site
    return None


def _plain_names(label: SiteLabel) -> set[str]:
    return {plain_name(name) or name.casefold() for name in (label.name, *label.aliases)}


def _plain_towns(label: SiteLabel) -> set[str]:
    return {plain_text(town) for town in label.town.split("/")}


def site_by_code(session: Session, code: str) -> Site | None:
    """The site of a poster's code, however it was typed; the poster's code is certain."""
    plain = poster_code(code)
    if not plain:
        return None
    found = session.scalars(select(Site).where(Site.code == plain, IS_KNOWN)).one_or_none()
    return sound_or_none(holder_of(session), found)


def poster_code(typed: str) -> str:
    """A poster's code as it is stored, out of what somebody typed; nothing when it cannot be one."""
    plain = plain_code(typed)
    return plain if len(plain) == CODE_LENGTH else ""


def site_label(vault: Vault, site: Site | FoundSite) -> SiteLabel:
    """The site's names, unveiled."""
    return read_label(vault, SiteId(site.id), site.label_veil)


_LABELS = select(Site.id, Site.label_veil).where(Site.id.in_(bindparam("ids", expanding=True)))


def site_names(session: Session, vault: Vault, ids: Iterable[SiteId | None]) -> dict[SiteId, str]:
    """Name and town of these sites, in one statement; unknown ids are passed over."""
    wanted = {site_id for site_id in ids if site_id is not None}
    names = {}
    for site_id, label_veil in session.execute(_LABELS, {"ids": list(wanted)}):
        label = read_label(vault, site_id, label_veil)
        names[site_id] = ", ".join(part for part in (label.name, label.town) if part)
    return names


def get_site(session: Session, site_id: SiteId) -> Site:
    """A site by its id; raises `UnknownSite`."""
    found = session.get(Site, site_id)
    if found is None:
        raise UnknownSite
    return found


def site_choices(session: Session, vault: Vault, country: str | None, most: int) -> dict[SiteId, str]:
    """So many sites to choose from, those of this country first; `match_site` is sure of what stands there."""
    nearest = select(Site).where(IS_KNOWN).order_by(Site.country != (country or ""), Site.id).limit(most)
    return {SiteId(site.id): site_choice(vault, site) for site in session.scalars(nearest)}


def site_choice(vault: Vault, site: Site) -> str:
    """A site as it stands in a list to choose from."""
    label = site_label(vault, site)
    return f"{label.name}, {label.town} · {site.code}"


def known_sites(session: Session, vault: Vault) -> dict[tuple[str, str, str], tuple[Site, SiteLabel]]:
    """Every site by name, town and country, locked, for telling what a line of a list changes; none that was removed."""
    sites = sound(vault, session.scalars(select(Site).where(IS_KNOWN).with_for_update()))
    labelled = [(site, site_label(vault, site)) for site in sites]
    return {label_key(label, site.country): (site, label) for site, label in labelled}


def label_key(label: SiteLabel, country: str) -> tuple[str, str, str]:
    """What makes two lines of a list the same site."""
    name, town = label.name.casefold(), label.town.casefold()
    return (plain_name(name) or name, plain_text(town) or town, country)


def checked_label(
    name: str, town: str, country: str, aliases: Iterable[str], os_id: str = "", zone: str = ""
) -> SiteLabel:
    """Cleaned names of a site, or `SiteRefused`."""
    names = [clean_name(text) for text in (name, town, *aliases)]
    if not names[0]:
        raise SiteRefused("The name is missing.")
    if any(len(text) > LONGEST_NAME for text in names):
        raise SiteRefused(f"A name, town or alias has more than {LONGEST_NAME} letters.")
    if len(names) - 2 > MOST_ALIASES:
        raise SiteRefused(f"There are more than {MOST_ALIASES} aliases.")
    if not is_country(country):
        raise SiteRefused(f"The country must be two capital letters, such as MY{country_hint(country)}.")
    try:
        plain_id = read_os_id(os_id) if os_id.strip() else ""
        plain_zone = read_zone(zone)
    except (OsIdRefused, ZoneUnknown) as refused:
        raise SiteRefused(str(refused)) from None
    if plain_zone and plain_zone not in zones_of(country):
        raise SiteRefused(f"{plain_zone} is no time zone of {country}: {', '.join(zones_of(country))}.")
    aliases = tuple(dict.fromkeys(text for text in names[2:] if text))
    return SiteLabel(names[0], names[1], aliases, plain_id, plain_zone)


def write_site(session: Session, vault: Vault, label: SiteLabel, *, country: str, sector: Sector) -> Site:
    """The row of a checked site, without the journal: a list writes one entry for all its lines."""
    state = SiteState.CONFIRMED
    site = Site(
        id=SiteId(new_id()),
        code=_new_code(),
        country=country,
        sector=sector,
        state=state,
        stakes=digest_of(()),
    )
    write_label(vault, site, label)
    with kept_in_head(session, [site]):
        session.add(site)
    return site


def write_label(vault: Vault, site: Site, label: SiteLabel) -> None:
    """Veil a site's names and its OS ID, and tag the OS ID so that it is found."""
    names = [label.name, label.town, list(label.aliases), label.os_id, label.zone]
    site.label_veil = vault.veil_json(_label_place(SiteId(site.id)), names)
    site.os_id_tag = vault.lookup(OS_ID, label.os_id) if label.os_id else None


def read_label(vault: Vault, site_id: SiteId, label_veil: bytes) -> SiteLabel:
    """The names in a site's veil; raises `VeilBroken`."""
    # Sites that were added before OS IDs or time zones were kept have fewer parts.
    name, town, aliases, *later = vault.unveil_json(_label_place(site_id), label_veil)
    return SiteLabel(name, town, tuple(aliases), *later)


def _identified(
    session: Session, vault: Vault, codes: Collection[str], os_ids: Collection[str]
) -> tuple[Site, ...]:
    """The sites with one of these poster codes or OS IDs."""
    if not codes and not os_ids:
        return ()
    tags = [tag for os_id in os_ids for tag in vault.lookups(OS_ID, os_id)]
    wanted = or_(Site.code.in_(codes), Site.os_id_tag.in_(tags))
    return tuple(session.scalars(select(Site).where(wanted, IS_KNOWN)))


def _new_code() -> str:
    # Not only digits: the longest receipt and the shortest poster code must never be taken for each other's kind.
    code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(CODE_LENGTH))
    return code if not code.isdigit() else _new_code()


def plain_code(code: str) -> str:
    """What was typed as the signs of a poster's code, of any length; nothing when other signs are in it."""
    typed = plain_signs(code[: 4 * CODE_LENGTH]).casefold().translate(_MISREAD)
    plain = "".join(sign for sign in typed if unicodedata.category(sign)[0] not in "ZP")
    return plain if all(sign in _CODE_SIGNS for sign in plain) else ""


def _label_place(site_id: SiteId) -> Place:
    return Place("sites", site_id, "label_veil")
