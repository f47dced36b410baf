"""Which site a worker's words mean, in any script: they are compared with every site, and a stake in each that fits counts."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import String, literal, select
from sqlalchemy.orm import Session

from app.database import Base, Ready, Row, SiteId, Statement, send_together
from app.network.matching import Named, best_match, named
from app.network.models import Site, SiteState
from app.network.os_ids import os_ids_in
from app.network.site_head import THE_HEAD, is_whole, share_of
from app.network.sites import CODE_LENGTH, LONGEST_NAME, OS_ID, FoundSite, plain_code, read_label
from app.vault import Vault, VeilBroken, row_fits


@dataclass(frozen=True)
class SiteMatch:
    """Which site a worker's words mean: certain only for one clear winner. `possible` holds every candidate, best first.

    Where it is not certain, treat an interest in any possible site as an interest in this case. `whole` is False where others took
    sites away or wrote into them: then the words may mean one that is not there, and anybody may have a stake in it.
    """

    site: FoundSite | None
    certain: bool
    possible: tuple[FoundSite, ...] = ()
    whole: bool = True


def match_site(session: Session, vault: Vault, text: str) -> SiteMatch:
    """Which site a worker's words name, in any script; a poster's code or an OS ID among the words is certain."""
    written = os_ids_in(text)
    words = written.rest[:LONGEST_NAME].split()
    codes = {code for word in words if len(code := plain_code(word)) == CODE_LENGTH}
    tags = {tag for os_id in written.found for tag in vault.lookups(OS_ID, os_id)}
    # All in one statement: names are veiled, so every row is needed in any case.
    rows, head = send_together(session, [_EVERY_SITE, THE_HEAD])
    sites = {SiteId(row[0]): site for row in rows if (site := _comparable(vault, row)) is not None}
    whole = is_whole(vault, head, [site.share for site in sites.values()])
    identified = tuple(site.found for site in sites.values() if site.code in codes or site.os_id_tag in tags)
    if identified:
        certain = len(identified) == 1 and sites[identified[0].id].sound
        return SiteMatch(identified[0] if certain else None, certain, identified, whole or certain)
    match = best_match(written.rest, (site.named for site in sites.values()))
    best = None if match.best is None else sites[match.best]
    # Who wrote an OS ID that is not this site's may mean another place of the same name.
    another = written.any_written and best is not None and best.os_id_tag is not None
    possible = tuple(sites[site_id].found for site_id in match.possible)
    certain = match.certain and not another and best is not None and best.sound and whole
    return SiteMatch(None if best is None else best.found, certain, possible, whole)


_SITES = Base.metadata.tables[Site.__tablename__].c
_COLUMNS = ("id", "country", *(name for name in _SITES.keys() if name not in ("id", "country")))  # noqa: SIM118
_EVERY_SITE = Statement(
    Ready(
        select(*(_SITES[name] for name in _COLUMNS)).where(
            _SITES.state != literal(SiteState.REMOVED.value, String)
        )
    ),
    {},
)


class _Comparable(NamedTuple):
    """A site with its names made comparable. One whose row was changed by others is never certain, but may still be meant."""

    found: FoundSite
    sound: bool
    share: int  # see app.network.site_head
    code: str
    os_id_tag: bytes | None
    named: Named[SiteId]


# A worker waits while every site is compared. What is remembered here could be opened at any time with this process's own keyring.
@lru_cache(maxsize=50_000)
def _comparable(vault: Vault, row: Row) -> _Comparable | None:
    site = dict(zip(_COLUMNS, row, strict=True))
    try:
        label = read_label(vault, site["id"], site["label_veil"])
    except VeilBroken:
        return None
    names = named(site["id"], (label.name, *label.aliases), label.town.split("/"))
    found = FoundSite(site["id"], site["country"], site["label_veil"])
    fits = row_fits(vault, Site, site)
    share = share_of(site["row_mac"]) if fits else 0
    return _Comparable(found, fits, share, site["code"], site["os_id_tag"], names)
