"""A member's session: 20 minutes idle and 8 hours in all at most, and gone with the member or the organisation."""

from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.database import MemberId
from app.network.models import Member, MemberState, Organisation, OrganisationState
from app.network.people import SignedIn, member_name, member_zone
from app.vault import (
    Actor,
    MemberKey,
    SessionEnded,
    Vault,
    end_session,
    is_sound,
    journal,
    open_session,
    read_session,
    touch_session,
)

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=8)


_WITH_ORGANISATION = (
    select(Member, Organisation)
    .join(Organisation, Organisation.id == Member.organisation_id)
    .where(Member.id == bindparam("member_id"))
)


class NotSignedIn(Exception):
    """There is no live session behind this cookie."""


def open_member_session(
    session: Session, vault: Vault, member: Member, key: MemberKey, secret: bytes | None = None
) -> str:
    """Open a session that carries the member's key; gives the cookie."""
    packed = key.packed()
    return open_session(
        session, vault, "member", member.id, packed, idle=IDLE, longest=LONGEST, secret=secret
    )


def signed_in(session: Session, vault: Vault, cookie: str) -> SignedIn:
    """Who stands behind this cookie; only reads. Raises `NotSignedIn`, also when member or organisation was shut out meanwhile.

    When `content.wants_touch`, call `stay_signed_in` in a unit of work for writing, or the session ends 20 minutes after it began.
    """
    try:
        content = read_session(session, vault, "member", cookie)
    except SessionEnded as ended:
        raise NotSignedIn from ended
    found = session.execute(_WITH_ORGANISATION, {"member_id": content.subject_id}).one_or_none()
    if found is None:
        raise NotSignedIn
    member, organisation = found
    if member.state is not MemberState.ACTIVE or organisation.state is OrganisationState.FROZEN:
        raise NotSignedIn
    if not is_sound(vault, member) or not is_sound(vault, organisation):
        raise NotSignedIn
    key = MemberKey.unpacked(content.payload)
    zone = member_zone(vault, member, organisation)
    return SignedIn(member, organisation, member_name(vault, member), key, content, zone)


def stay_signed_in(session: Session, vault: Vault, cookie: str) -> None:
    """Start the 20 minutes anew, within the 8 hours; raises `NotSignedIn`."""
    try:
        touch_session(session, vault, "member", cookie)
    except SessionEnded as ended:
        raise NotSignedIn from ended


def sign_out(session: Session, vault: Vault, cookie: str) -> None:
    """End this session; signing out of one that has ended is no mistake."""
    try:
        member = session.get(Member, MemberId(read_session(session, vault, "member", cookie).subject_id))
    except SessionEnded:
        return
    end_session(session, vault, cookie)
    if member is not None:
        journal(session, vault, None, "sign_out", Actor("member", member.id, member.organisation_id), None)
