"""Who acts: a member who is logged in, or the operator at the command line; and who belongs to an organisation."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.database import MemberId, OrganisationId
from app.network.models import Member, MemberState, Organisation, OrganisationState, Role
from app.network.zones import main_zone
from app.vault import (
    Actor,
    CircleName,
    MemberKey,
    Place,
    SessionContent,
    Vault,
    circle_name,
    circles_of_member,
    holder_of,
    is_sound,
    sound,
)


class LeadsOnly(Exception):
    """Only a lead of this organisation may do that."""


class OrganisationFrozen(Exception):
    """The organisation is frozen: nobody is invited, admitted or let in."""


@dataclass(frozen=True)
class SignedIn:
    """A member who is logged in, with the opened key that this session may use."""

    member: Member
    organisation: Organisation
    name: str
    key: MemberKey
    content: SessionContent
    zone: str
    """The time zone by which the member lives, as IANA names it."""

    @property
    def has_own_zone(self) -> bool:
        """Whether the member chose it; else it is that of the organisation's country."""
        return self.member.zone_veil is not None

    @property
    def actor(self) -> Actor:
        """The member as the journal writes them."""
        return Actor("member", self.member.id, self.organisation.id)


@dataclass(frozen=True)
class ListedMember:
    """One line of an organisation's list of members."""

    id: MemberId
    name: str
    role: Role
    state: MemberState
    trained_restricted: bool
    circles: frozenset[CircleName]


def actor_of(by: SignedIn | None) -> Actor:
    """Who stands in the journal; nobody logged in means the operator at the command line."""
    return Actor("operator", None, None) if by is None else by.actor


def member_name(vault: Vault, member: Member) -> str:
    """The name that colleagues and the coordinator see."""
    return read_member_name(vault, member.id, member.name_veil)


def read_member_name(vault: Vault, member_id: MemberId, name_veil: bytes) -> str:
    """The name in the veiled column of a member's row, for whoever read only that column."""
    return vault.unveil(name_place(member_id), name_veil)


_NAMES = select(Member.id, Member.name_veil).where(Member.id.in_(bindparam("ids", expanding=True)))


def member_names(session: Session, vault: Vault, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of these members, in one statement; nobody and unknown ids are passed over."""
    wanted = {member_id for member_id in ids if member_id is not None}
    found = session.execute(_NAMES, {"ids": list(wanted)})
    return {row.id: read_member_name(vault, row.id, row.name_veil) for row in found}


def leads_of(session: Session, vault: Vault, organisation_id: OrganisationId) -> list[MemberId]:
    """The active leads of an organisation."""
    leads = select(Member).where(
        Member.organisation_id == organisation_id,
        Member.role == Role.LEAD,
        Member.state == MemberState.ACTIVE,
    )
    return [MemberId(lead.id) for lead in sound(vault, session.scalars(leads))]


def colleagues(session: Session, vault: Vault, organisation_id: OrganisationId) -> list[ListedMember]:
    """The members of an organisation who have not departed, by name."""
    members = session.scalars(
        select(Member).where(Member.organisation_id == organisation_id, Member.state != MemberState.DEPARTED)
    )
    lines = [
        ListedMember(
            member.id,
            member_name(vault, member),
            member.role,
            member.state,
            member.trained_restricted,
            frozenset(circle_name(vault, circle) for circle in circles_of_member(session, member.id)),
        )
        for member in sound(vault, members)
    ]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.id))


def require_lead(by: SignedIn | None, organisation_id: OrganisationId) -> None:
    """Raise `LeadsOnly` unless the operator or a lead of that organisation acts."""
    if by is not None and (by.member.role is not Role.LEAD or by.organisation.id != organisation_id):
        raise LeadsOnly


def active_organisation(session: Session, organisation_id: OrganisationId) -> Organisation:
    """The organisation, locked for this unit of work; raises `OrganisationFrozen` when it is, or others changed it."""
    organisation = session.get_one(
        Organisation, organisation_id, with_for_update=True, populate_existing=True
    )
    if organisation.state is OrganisationState.FROZEN or not is_sound(holder_of(session), organisation):
        raise OrganisationFrozen
    return organisation


def login_place(member_id: MemberId) -> Place:
    """Where a login is veiled."""
    return Place("members", member_id, "login_veil")


def name_place(member_id: MemberId) -> Place:
    """Where a name is veiled."""
    return Place("members", member_id, "name_veil")


def member_zone(vault: Vault, member: Member, organisation: Organisation) -> str:
    """The time zone that the member chose, else the main one of the organisation's country."""
    if member.zone_veil is None:
        return main_zone(organisation.country)
    return vault.unveil(zone_place(member.id), member.zone_veil)


def zone_place(member_id: MemberId) -> Place:
    """Where a member's time zone is veiled."""
    return Place("members", member_id, "zone_veil")


def totp_place(member_id: MemberId) -> Place:
    """Where the secret of an authenticator is veiled."""
    return Place("members", member_id, "totp_veil")
