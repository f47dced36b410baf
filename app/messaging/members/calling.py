"""Whom an alert goes to: the one place that decides it, by who is on duty, who is away and who wants to be told."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import MemberId, OrganisationId
from app.messaging.members.addresses import Channel
from app.messaging.members.notices import USUAL, Notice, Wishes, wishes_of
from app.messaging.models import MemberAddress
from app.network import Member, MemberState, Role, roster_of
from app.vault import CircleMemberRow, CircleRow, Vault, holder_of, is_sound

_ACTING = (Role.LEAD, Role.CASEWORKER)


def called_in(
    session: Session,
    vault: Vault,
    circle: CircleRow,
    notice: Notice,
    *,
    foremost: Collection[UUID] = (),
    but_not: MemberId | None = None,
) -> list[MemberAddress]:
    """The addresses in a circle to which an alert goes now: those of who is on duty, else of who is not away, else everybody's.

    `foremost` are asked before the others, on duty or not.
    """
    addresses = [each for each in addresses_in(session, circle) if each.member_id != but_not]
    if not addresses:
        return []
    roster = roster_of(session, vault, OrganisationId(circle.organisation_id))
    today = roster.day_of(clock.now())
    wishes = wishes_of(session, vault, {each.member_id for each in addresses})
    return choose(
        addresses,
        wishes,
        notice,
        on_duty=roster.on_duty(today),
        away=roster.away(today),
        foremost=foremost,
    )


def called_member(session: Session, vault: Vault, member_id: MemberId, notice: Notice) -> list[MemberAddress]:
    """The addresses of one member, while they can do something about a case, are not away and want to be told."""
    found = session.execute(
        select(MemberAddress, Member)
        .join(Member, Member.id == MemberAddress.member_id)
        .where(Member.id == member_id, Member.state == MemberState.ACTIVE, Member.role.in_(_ACTING))
        .order_by(MemberAddress.id)
    ).all()
    ours = [(each, member) for each, member in found if is_sound(vault, each) and is_sound(vault, member)]
    if not ours:
        return []
    roster = roster_of(session, vault, ours[0][1].organisation_id)
    if member_id in roster.away(roster.day_of(clock.now())):
        return []
    wishes = wishes_of(session, vault, [member_id])
    return [address for address, _ in ours if _wants(wishes[member_id], notice, address)]


def choose(
    addresses: Sequence[MemberAddress],
    wishes: dict[UUID, Wishes],
    notice: Notice,
    *,
    on_duty: Collection[UUID],
    away: Collection[UUID],
    foremost: Collection[UUID] = (),
) -> list[MemberAddress]:
    """The first of these rings in which somebody wants to be told; of danger also who does not, where nobody in a ring does."""
    here = {each.member_id for each in addresses} - set(away)
    rings = (
        here & set(foremost) & set(on_duty),
        here & set(foremost),
        here & set(on_duty),
        here,
        set() if here else {each.member_id for each in addresses},
    )
    for ring in rings:
        inside = [each for each in addresses if each.member_id in ring]
        willing = [each for each in inside if _wants(wishes.get(each.member_id, USUAL), notice, each)]
        if willing or (inside and notice is Notice.DANGER):
            return willing or inside
    return []


def addresses_in(session: Session, circle: CircleRow) -> list[MemberAddress]:
    """The addresses of the members of a circle who can do something about a case."""
    query = (
        select(MemberAddress, Member, CircleMemberRow)
        .join(Member, Member.id == MemberAddress.member_id)
        .join(CircleMemberRow, CircleMemberRow.member_id == Member.id)
        .where(
            CircleMemberRow.circle_id == circle.id,
            Member.state == MemberState.ACTIVE,
            Member.role.in_(_ACTING),
        )
        .order_by(MemberAddress.id)
    )
    holder = holder_of(session)
    return [
        address
        for address, member, membership in session.execute(query)
        if all(is_sound(holder, each) for each in (address, member, membership))
    ]


def _wants(wishes: Wishes, notice: Notice, address: MemberAddress) -> bool:
    return Channel(address.channel) in wishes[notice]
