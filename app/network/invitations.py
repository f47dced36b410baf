"""How a person comes in: a single-use link, a password, an authenticator, and a recovery code on paper."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.database import MemberId, OrganisationId, chosen_once, new_id
from app.network.circles import make_first_circles
from app.network.codes import CodeRefused, step_of_code
from app.network.logins import LoginTaken, clean_login, login_row
from app.network.models import (
    Invitation,
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Role,
)
from app.network.organisations import LONGEST_NAME, clean_name
from app.network.passwords import check_new_password
from app.network.people import (
    OrganisationFrozen,
    SignedIn,
    active_organisation,
    actor_of,
    login_place,
    member_name,
    name_place,
    require_lead,
    totp_place,
)
from app.vault import Actor, NewMemberKey, Vault, is_sound, journal

VALID_FOR = timedelta(hours=48)
# Until then an old link still says that it ran out or was used, and whom to ask.
EXPLAINED_FOR = timedelta(days=30)
_LOOKUP = "invitation"


class FirstMemberLeads(Exception):
    """The first person of an organisation has to be a lead, since only a lead can make its keys and admit the others."""


class NameMissing(Exception):
    """A member needs a name of 1 to 200 letters that colleagues recognise."""


class InvitationUnknown(Exception):
    """There is no such invitation, or a newer one replaced it."""


class InvitationExpired(Exception):
    """The invitation is older than 48 hours."""


class InvitationUsed(Exception):
    """The invitation was taken up before."""


@dataclass(frozen=True)
class InvitedMember:
    """Who an open invitation is for, as its page shows it."""

    invitation_id: UUID
    member_id: MemberId
    organisation_id: OrganisationId
    organisation_name: str
    kind: OrganisationKind
    role: Role
    login: str
    name: str


@dataclass(frozen=True)
class PreparedMembership:
    """Everything of a new membership that was slow to make, ready to be written by `take_up_invitation`."""

    invited: InvitedMember
    new_key: NewMemberKey = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_step: int = field(repr=False)


def invite_member(
    session: Session,
    vault: Vault,
    *,
    organisation_id: OrganisationId,
    role: Role,
    login: str,
    name: str,
    by: SignedIn | None = None,
    token: str | None = None,
) -> str:
    """Invite somebody and give back the token of their link: shown once, good once, for 48 hours.

    Inviting the same login again while it is still unused makes a new link and ends the old one. `token` is what a page made for
    this very post: sent twice, it is one invitation and the same link. Raises `LeadsOnly`, `LoginTaken`,
    `LoginUnusable`, `NameMissing`, `FirstMemberLeads` or `OrganisationFrozen`.
    """
    require_lead(by, organisation_id)
    organisation = active_organisation(session, organisation_id)
    # Two invitations at once wait for each other: the second finds the member whom the first one made.
    session.scalar(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    login, name = clean_login(login), clean_name(name)
    if not name or len(name) > LONGEST_NAME:
        raise NameMissing
    member = login_row(session, vault.lookups("login", login))
    if member is not None and (
        member.state is not MemberState.INVITED
        or member.organisation_id != organisation_id
        or not is_sound(vault, member)
    ):
        raise LoginTaken
    if token is not None and member is not None and _is_open(session, vault, token, member):
        return token
    member = member or Member(
        id=MemberId(new_id()), organisation_id=organisation.id, login_tag=vault.lookup("login", login)
    )
    if role is not Role.LEAD and not _has_other_lead(session, member):
        raise FirstMemberLeads
    member.role, member.state = role, MemberState.INVITED
    member.login_veil = vault.veil(login_place(member.id), login)
    member.name_veil = vault.veil(name_place(member.id), name)
    session.add(member)
    try:
        session.flush()
    except IntegrityError:
        raise LoginTaken from None  # another organisation was faster
    token = _write_invitation(session, vault, member.id, None if by is None else by.member.id, token)
    detail = {"member": str(member.id), "role": role.value}
    journal(session, vault, None, "member.invited", actor_of(by), detail)
    return token


def read_invitation(session: Session, vault: Vault, token: str) -> InvitedMember:
    """Who this link invites; raises `InvitationUnknown`, `InvitationExpired`, `InvitationUsed` or `OrganisationFrozen`."""
    invitation = find_invitation(session, vault, token)
    if invitation is None or not is_sound(vault, invitation):
        raise InvitationUnknown
    _check_open(invitation)
    return invited_by(session, vault, invitation)


def find_invitation(session: Session, vault: Vault, token: str) -> Invitation | None:
    """The invitation of a link, also one that was used or ran out."""
    tags = vault.lookups(_LOOKUP, token)
    return session.scalars(select(Invitation).where(Invitation.token_tag.in_(tags))).one_or_none()


def invited_by(session: Session, vault: Vault, invitation: Invitation) -> InvitedMember:
    """Whom an invitation is for; raises `OrganisationFrozen`."""
    member = session.get_one(Member, invitation.member_id)
    organisation = session.get_one(Organisation, member.organisation_id)
    if not is_sound(vault, member) or not is_sound(vault, organisation):
        raise InvitationUnknown
    if organisation.state is OrganisationState.FROZEN:
        raise OrganisationFrozen
    return InvitedMember(
        invitation_id=invitation.id,
        member_id=member.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        kind=organisation.kind,
        role=member.role,
        login=vault.unveil(login_place(member.id), member.login_veil),
        name=member_name(vault, member),
    )


def prepare_membership(
    vault: Vault,
    invited: InvitedMember,
    password: str,
    totp_secret: str,
    totp_code: str,
    recovery: bytes | None = None,
) -> PreparedMembership:
    """Check password and first code and make the member's key: slow (Argon2id), so call it with no unit of work open.

    `recovery` is the secret of the recovery code that the page makes (see `app.network.finishing`); without one it is drawn.

    Raises `PasswordRefused`, `CodeRefused` or `TotpSecretUnusable`.
    """
    normal = check_new_password(password, login=invited.login, organisation_name=invited.organisation_name)
    step = step_of_code(totp_secret, totp_code)
    if step is None:
        raise CodeRefused
    new_key = vault.make_member_key(invited.member_id, normal, recovery)
    return PreparedMembership(invited, new_key, totp_secret, step)


def take_up_invitation(session: Session, vault: Vault, prepared: PreparedMembership) -> str:
    """Write the new membership, use up the link, and give back the recovery code: shown once, to be printed.

    The first lead of an organisation makes its circles and their keys; everybody later waits until a lead admits them.
    Raises as `read_invitation` does, since the link may have been used meanwhile.
    """
    invited = prepared.invited
    organisation = active_organisation(session, invited.organisation_id)
    invitation = session.get(Invitation, invited.invitation_id, with_for_update=True, populate_existing=True)
    if invitation is None or invitation.member_id != invited.member_id or not is_sound(vault, invitation):
        raise InvitationUnknown
    _check_open(invitation)
    member = session.get_one(Member, invited.member_id, with_for_update=True, populate_existing=True)
    if not is_sound(vault, member):
        raise InvitationUnknown
    if member.state is not MemberState.INVITED:
        raise InvitationUsed
    invitation.used_at = clock.now()
    member.state = MemberState.ACTIVE
    member.totp_veil = vault.veil(totp_place(member.id), prepared.totp_secret)
    member.totp_last_step = prepared.totp_step
    session.add_all([prepared.new_key.row, prepared.new_key.public_row])
    session.flush()
    actor = Actor("member", member.id, organisation.id)
    journal(session, vault, None, "member.joined", actor, None)
    make_first_circles(session, vault, organisation, member, prepared.new_key)
    return prepared.new_key.recovery_code


def expire_invitations(session: Session, limit: int) -> int:
    """Delete up to so many links that nobody needs an explanation for any more, thirty days after they ran out; how many."""
    over = (
        select(Invitation.id)
        .where(Invitation.expires_at <= clock.now() - EXPLAINED_FOR)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    query = delete(Invitation).where(Invitation.id.in_(chosen_once(over))).returning(Invitation.id)
    return len(session.scalars(query, execution_options={"synchronize_session": False}).all())


def _is_open(session: Session, vault: Vault, token: str, member: Member) -> bool:
    """Whether this token leads to an invitation of this member that was not used and has not ended."""
    found = find_invitation(session, vault, token)
    return (
        found is not None
        and found.member_id == member.id
        and found.used_at is None
        and found.expires_at > clock.now()
    )


def _write_invitation(
    session: Session,
    vault: Vault,
    member_id: MemberId,
    by: MemberId | None = None,
    token: str | None = None,
) -> str:
    # An older link of this member stops working: only the newest one is in anybody's hands on purpose.
    unused = select(Invitation).where(Invitation.member_id == member_id, Invitation.used_at.is_(None))
    for older in session.scalars(unused.with_for_update()):
        older.expires_at = clock.now()
    token = token or secrets.token_urlsafe(32)
    session.add(
        Invitation(
            member_id=member_id,
            token_tag=vault.lookup(_LOOKUP, token),
            expires_at=clock.now() + VALID_FOR,
            invited_by=by,
        )
    )
    session.flush()
    return token


def _check_open(invitation: Invitation) -> None:
    if invitation.used_at is not None:
        raise InvitationUsed
    if invitation.expires_at <= clock.now():
        raise InvitationExpired


def _has_other_lead(session: Session, member: Member) -> bool:
    leads = select(func.count()).where(
        Member.organisation_id == member.organisation_id,
        Member.id != member.id,
        Member.role == Role.LEAD,
        Member.state != MemberState.DEPARTED,
    )
    return bool(session.scalar(leads))
