"""A lead says which law or procedure their organisation follows, and in which region of its country it works."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.network.models import Organisation
from app.network.people import SignedIn
from app.vault import RowForged, Vault, is_sound, journal


class ProfileUnknown(Exception):
    """There is no such legal profile (config/deadlines.toml)."""


class RegionUnknown(Exception):
    """The organisation's country has no such region that keeps holidays of its own."""


def choose_procedure(
    session: Session,
    vault: Vault,
    by: SignedIn,
    profile: str,
    region: str,
    *,
    profiles: Collection[str],
    regions: Collection[str],
) -> None:
    """Keep the organisation's legal profile and region, each empty for none; cases that it accepts from now on take both.

    The same again changes nothing. Raises `ProfileUnknown` for what is none of `profiles`, `RegionUnknown` for none of `regions`.
    """
    if profile and profile not in profiles:
        raise ProfileUnknown(profile)
    if region and region not in regions:
        raise RegionUnknown(region)
    organisation = session.get_one(
        Organisation, by.organisation.id, with_for_update=True, populate_existing=True
    )
    if not is_sound(vault, organisation):
        raise RowForged("the organisation was not written by this deployment as it stands")
    wanted = profile or None, region or None
    if (organisation.legal_profile, organisation.region) == wanted:
        return
    organisation.legal_profile, organisation.region = wanted
    detail = {"organisation": str(organisation.id), "profile": profile, "region": region}
    journal(session, vault, None, "organisation.procedure", by.actor, detail)
