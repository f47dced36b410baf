"""Who has a stake in a site, as one digest on the site's row.

A MAC on each row alone would not tell that one was taken away, and then whoever it kept out would get the cases from there. So the
digest stands over all of a site's interests and standings, and the site's own MAC covers it.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.network.models import Interest, Site, Standing
from app.network.site_head import kept_in_head

Stake = tuple[UUID, str]
"""An organisation, and what it is to the site: a standing's word, or `INTEREST`."""

INTEREST = "interest"


def digest_of(stakes: Iterable[Stake]) -> bytes:
    """SHA-256 over who has which stake, in one order; the site's MAC is what nobody can make."""
    lines = sorted(organisation.bytes + stake.encode() for organisation, stake in stakes)
    return hashlib.sha256(b"".join(len(line).to_bytes(2) + line for line in lines)).digest()


def store_stakes(session: Session, site: Site) -> None:
    """Write the digest anew after a change; the caller has locked the site's row."""
    session.flush()
    with kept_in_head(session, [site]):
        site.stakes = _digest(session, site)


def date_sites(session: Session) -> None:
    """Write the digest of every site that never had one; for the one time that an older deployment is signed."""
    unsigned = select(Site).where(Site.row_mac.is_(None), Site.stakes.is_(None))
    table = Site.__table__.c
    for site in session.scalars(unsigned).all():
        # Past the unit of work: a row without a MAC stays without one there.
        session.connection().execute(
            update(Site.__table__).where(table.id == site.id).values(stakes=_digest(session, site))  # type: ignore[arg-type]
        )
        session.expunge(site)


def _digest(session: Session, site: Site) -> bytes:
    interests = session.scalars(select(Interest.organisation_id).where(Interest.site_id == site.id))
    standings = session.execute(
        select(Standing.union_id, Standing.standing).where(Standing.site_id == site.id)
    )
    stakes = [(organisation, INTEREST) for organisation in interests]
    return digest_of([*stakes, *((union, str(standing)) for union, standing in standings)])
