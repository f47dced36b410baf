"""Who of an organisation holds which circle's key: made by its first lead, opened to others by a lead, one member at a time."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.database import MemberId
from app.network.models import Member, MemberState, Organisation, OrganisationKind, Role
from app.network.people import LeadsOnly, SignedIn, active_organisation
from app.vault import (
    CircleName,
    HolderKind,
    NewMemberKey,
    Vault,
    admit_to_circle,
    circle_of,
    circles_of_member,
    has_circles,
    holder_of,
    is_sound,
    journal,
    make_circle,
    open_circle,
    public_key_of,
)

_CIRCLES = (CircleName.EVERYONE, CircleName.RESTRICTED)


class NotAdmissible(Exception):
    """The person is not an active member of this organisation: their invitation waits, or they left."""


class NotTrained(Exception):
    """Restricted cases are only for members whose training is recorded."""


class CircleMissing(Exception):
    """The organisation has no circle of that name."""


def circle_names(kind: OrganisationKind) -> tuple[CircleName, ...]:
    """The circles that an organisation of this kind has."""
    return (*_CIRCLES, CircleName.CUSTODY) if kind is OrganisationKind.COORDINATOR else _CIRCLES


def make_first_circles(
    session: Session, vault: Vault, organisation: Organisation, member: Member, key: NewMemberKey
) -> None:
    """Make the organisation's circles when its first lead comes in; nothing for anybody else. The organisation's row is locked."""
    if member.role is not Role.LEAD or has_circles(session, organisation.id):
        return
    for name in circle_names(organisation.kind):
        make_circle(session, vault, organisation.id, name, key.public)


def record_training(
    session: Session, vault: Vault, by: SignedIn, member_id: MemberId, *, trained: bool
) -> None:
    """A lead records whether a member is trained for restricted cases; taking it back does not take back what was opened."""
    member = _member_of(session, by, member_id)
    member.trained_restricted = trained
    session.flush()
    journal(session, vault, None, "member.trained", by.actor, {"member": str(member_id), "trained": trained})


def admit_member(
    session: Session, vault: Vault, by: SignedIn, member_id: MemberId, circles: Collection[CircleName]
) -> None:
    """Open these circles to a member of the lead's own organisation; circles they are in already stay as they are.

    Raises `LeadsOnly`, `NotAdmissible`, `NotTrained`, `CircleMissing`, `OrganisationFrozen`, or the vault's `NotInCircle` when the
    lead does not hold the circle's key.
    """
    member = _member_of(session, by, member_id)
    if CircleName.RESTRICTED in circles and not member.trained_restricted:
        raise NotTrained
    theirs = {circle.id for circle in circles_of_member(session, member.id)}
    public = public_key_of(session, vault, HolderKind.MEMBER, member.id)
    for name in sorted(set(circles)):
        circle = circle_of(session, vault, by.organisation.id, name)
        if circle is None:
            raise CircleMissing(name)
        if circle.id not in theirs:
            opened = open_circle(session, vault, by.key, circle.id)
            admit_to_circle(session, vault, circle.id, opened, public, by.member.id)
    detail = {"member": str(member_id), "circles": sorted(circles)}
    journal(session, vault, None, "member.admitted", by.actor, detail)


def _member_of(session: Session, by: SignedIn, member_id: MemberId) -> Member:
    """The active member of the lead's organisation, locked."""
    if by.member.role is not Role.LEAD:
        raise LeadsOnly
    organisation = active_organisation(session, by.organisation.id)
    member = session.get(Member, member_id, with_for_update=True, populate_existing=True)
    # Another organisation's member is refused like one who does not exist.
    if member is None or member.organisation_id != organisation.id or member.state is not MemberState.ACTIVE:
        raise NotAdmissible
    if not is_sound(holder_of(session), member):
        raise NotAdmissible
    return member
