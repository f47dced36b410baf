"""Which workplaces there are, kept in one row: none can be taken away, hidden or put back as it was before, unseen.

Words about a place are compared with every site, and one that is missing would keep nobody out. So the head keeps the number of
the known sites and the sum of their MACs, modulo 2**256 (a multiset hash, MSet-Add-Hash of Clarke and others, 2003): nobody
without the key can make other rows that come to the same sum, and a reader who has every row at hand only has to add.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Ready, Row, Statement
from app.network.models import Site, SiteHead, SiteState
from app.vault import KeyHolder, Vault, holder_of, row_fits, sound

_MODULUS = 1 << 256
_TAG_BYTES = 32

_COLUMNS = SiteHead.__table__.c
THE_HEAD = Statement(Ready(select(*_COLUMNS)), {})
"""Reads the head, for `is_whole`."""


def share_of(row_mac: bytes | None) -> int:
    """What a known site adds to the sum: its MAC, read as a number."""
    return 0 if row_mac is None else int.from_bytes(row_mac[-_TAG_BYTES:])


def is_whole(holder: KeyHolder, head: Iterable[Row], shares: Iterable[int]) -> bool:
    """Whether these are the shares of all known sites; `head` is what `THE_HEAD` gave."""
    counted = list(shares)
    for row in head:
        said = dict(zip(_COLUMNS.keys(), row, strict=True))
        if said["id"] == holder.deployment and row_fits(holder, SiteHead, said):
            return (said["number"], said["total"]) == (len(counted), _packed(sum(counted)))
    return False


def sites_are_whole(session: Session, vault: Vault) -> bool:
    """Whether every known site is there as it was last written."""
    known = session.scalars(select(Site).where(Site.state != SiteState.REMOVED)).all()
    sites = list(sound(vault, known))
    head = session.connection().execute(select(*_COLUMNS)).all()
    shares = [share_of(site.row_mac) for site in sites]
    return len(sites) == len(known) and is_whole(vault, [tuple(row) for row in head], shares)


def lock_head(session: Session) -> None:
    """Let whoever changes the list of sites wait for whoever else does; to be called before any of them is read."""
    here = select(_COLUMNS.id)
    # Whoever was waited for may have counted anew: then the head is another row, and the next one may count anew as well.
    while session.execute(here.with_for_update()).first() is None and session.execute(here).first():
        pass


@contextmanager
def kept_in_head(session: Session, sites: Collection[Site]) -> Iterator[None]:
    """Change these sites within: what changes is carried over into the head. What was amiss with it before stays amiss.

    The caller has called `lock_head` and locked the sites, or they are new and become known to the session within.
    """
    before = [_share_now(site) for site in sites if site in session]
    yield
    session.flush()
    after = [_share_now(site) for site in sites]
    head = session.get(SiteHead, holder_of(session).deployment, with_for_update=True, populate_existing=True)
    if head is None:
        return  # somebody took it away: every place told in words is in doubt until the operator counts anew
    head.number += _known(after) - _known(before)
    head.total = _packed(share_of(head.total) + sum(map(_number, after)) - sum(map(_number, before)))
    session.flush()


def count_sites(session: Session, vault: Vault) -> int:
    """Take the list for whole as it stands, but for rows that others wrote; how many known sites there are.

    For the first start of a version that keeps a head, and for the operator who has looked at the list.
    """
    lock_head(session)
    known = select(Site).where(Site.state != SiteState.REMOVED).with_for_update()
    shares = [share_of(site.row_mac) for site in sound(vault, session.scalars(known))]
    stood = session.get(SiteHead, vault.deployment, with_for_update=True)
    if stood is not None:
        # Not changed but written anew: a row that others wrote stays without a MAC.
        session.delete(stood)
        session.flush()
    session.add(SiteHead(id=vault.deployment, number=len(shares), total=_packed(sum(shares))))
    session.flush()
    return len(shares)


def _share_now(site: Site) -> int | None:
    return None if site.state is SiteState.REMOVED else share_of(site.row_mac)


def _known(shares: Iterable[int | None]) -> int:
    return sum(share is not None for share in shares)


def _number(share: int | None) -> int:
    return share or 0


def _packed(total: int) -> bytes:
    return (total % _MODULUS).to_bytes(_TAG_BYTES)
