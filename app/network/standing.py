"""Who must not be near a case from a site: unions that are not free there, and organisations with a stake in it."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import OrganisationId, SiteId, new_id
from app.network.models import Interest, OrganisationKind, Site, Standing, UnionStanding
from app.network.organisations import get_organisation
from app.network.people import SignedIn, actor_of
from app.network.site_head import lock_head
from app.network.stakes import store_stakes
from app.vault import Place, Vault, journal


class NotAUnion(Exception):
    """Only a trade union has a standing at a site."""


def set_standing(
    session: Session,
    vault: Vault,
    *,
    union_id: OrganisationId,
    site_id: SiteId,
    standing: UnionStanding,
    source: str,
    as_of: date,
    by: SignedIn | None = None,
) -> Standing:
    """Record how independent a union is at a site, who says so and since when; what was recorded before is replaced."""
    # Locking the site keeps two people from recording the same pair at once.
    lock_head(session)
    site = session.get_one(Site, site_id, with_for_update=True)
    if get_organisation(session, union_id).kind is not OrganisationKind.TRADE_UNION:
        raise NotAUnion
    pair = (Standing.union_id == union_id, Standing.site_id == site.id)
    row = session.scalars(select(Standing).where(*pair)).one_or_none()
    row = row or Standing(id=new_id(), union_id=union_id, site_id=site.id)
    row.standing, row.as_of = standing, as_of
    row.source_veil = vault.veil(_source_place(row.id), source)
    session.add(row)
    store_stakes(session, site)
    detail = {
        "union": str(union_id),
        "site": str(site_id),
        "standing": standing.value,
        "as_of": as_of.isoformat(),
    }
    journal(session, vault, None, "standing.set", actor_of(by), detail)
    return row


def declare_interest(
    session: Session,
    vault: Vault,
    *,
    organisation_id: OrganisationId,
    site_id: SiteId,
    reason: str,
    by: SignedIn | None = None,
) -> Interest:
    """Record that an organisation has a stake in a site; from now on it is left out of every case from there."""
    get_organisation(session, organisation_id)
    lock_head(session)
    site = session.get_one(Site, site_id, with_for_update=True)
    pair = (Interest.organisation_id == organisation_id, Interest.site_id == site.id)
    row = session.scalars(select(Interest).where(*pair)).one_or_none()
    row = row or Interest(id=new_id(), organisation_id=organisation_id, site_id=site.id)
    row.reason_veil = vault.veil(_reason_place(row.id), reason)
    session.add(row)
    store_stakes(session, site)
    detail = {"organisation": str(organisation_id), "site": str(site_id)}
    journal(session, vault, None, "interest.declared", actor_of(by), detail)
    return row


def _source_place(standing_id: UUID) -> Place:
    return Place("standings", standing_id, "source_veil")


def _reason_place(interest_id: UUID) -> Place:
    return Place("interests", interest_id, "reason_veil")
