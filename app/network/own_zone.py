"""A member says by which time zone they live: every date at their desk is then said in it."""

from sqlalchemy.orm import Session

from app.network.models import Member
from app.network.people import SignedIn, zone_place
from app.network.zones import LONGEST_ZONE, ZoneUnknown, read_zone
from app.vault import Vault, journal


def choose_zone(session: Session, vault: Vault, by: SignedIn, typed: str) -> None:
    """Keep the member's own time zone; nothing typed means that of the organisation's country again. Raises `ZoneUnknown`."""
    if len(typed) > LONGEST_ZONE:
        raise ZoneUnknown("There is no such time zone; write it like Asia/Kuala_Lumpur.")
    zone = read_zone(typed)
    member = session.get_one(Member, by.member.id, with_for_update=True, populate_existing=True)
    member.zone_veil = vault.veil(zone_place(member.id), zone) if zone else None
    journal(session, vault, None, "member.zone", by.actor, None)
