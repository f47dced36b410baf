"""When two members count as two people: a lead could invite a second person, take up the link, and agree as both."""

from collections.abc import Mapping, Set
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import CircleId, MemberId, hour_of_id
from app.network.invitations import EXPLAINED_FOR
from app.network.models import Invitation
from app.vault import (
    CircleMemberRow,
    HolderKind,
    PublicKeyForged,
    PublicKeyMissing,
    holder_of,
    public_key_of,
    sound,
)

SETTLED_AFTER = timedelta(days=7)
"""How long ago a member must have been admitted to count, whoever admitted them: time for others to meet them."""

# Hours of admission are cut to the full hour.
_CUT = timedelta(hours=1)


def are_two_people(session: Session, circle_id: CircleId, one: MemberId, other: MemberId) -> bool:
    """Whether neither of two members of a circle was brought in by the other, nor both by a third, within seven days.

    Whoever invited somebody brought them in as much as whoever admitted them: the link may have been taken up by the one who sent
    it. Whoever brought in somebody who brought in somebody counts as well: each line of newcomers leads back to one person.
    """
    query = select(CircleMemberRow).where(CircleMemberRow.circle_id == circle_id)
    holder = holder_of(session)
    # A row that others wrote is missing: nobody is vouched for by it.
    admissions = {row.member_id: row for row in sound(holder, session.scalars(query))}
    used = select(Invitation).where(Invitation.member_id.in_(admissions), Invitation.used_at.is_not(None))
    inviters: dict[MemberId, set[MemberId]] = {}
    came = set()
    for invitation in sound(holder, session.scalars(used)):
        came.add(invitation.member_id)
        lately = invitation.used_at is not None and invitation.used_at > clock.now() - SETTLED_AFTER - _CUT
        if lately and invitation.invited_by is not None:
            inviters.setdefault(invitation.member_id, set()).add(invitation.invited_by)
    # Everybody came by a link. Where it is gone too early somebody took it away, and nobody can tell who had sent it.
    admissions = {
        who: row
        for who, row in admissions.items()
        if who in came or _is_settled(row) or _joined_long_ago(session, who)
    }
    first, second = (_vouched_by(admissions, inviters, who) for who in (one, other))
    return bool(first) and bool(second) and first.isdisjoint(second)


def _is_settled(row: CircleMemberRow) -> bool:
    return row.admitted_hour + _CUT <= clock.now() - SETTLED_AFTER


def _joined_long_ago(session: Session, member: MemberId) -> bool:
    """Whether a member's key is older than links are kept, by the hour in the key's id, which its MAC covers."""
    try:
        key = public_key_of(session, holder_of(session), HolderKind.MEMBER, member)
    except (PublicKeyMissing, PublicKeyForged):
        return False
    return hour_of_id(key.id) <= clock.now() - EXPLAINED_FOR


def _vouched_by(
    admissions: Mapping[MemberId, CircleMemberRow],
    inviters: Mapping[MemberId, Set[MemberId]],
    member: MemberId,
) -> frozenset[MemberId]:
    """The settled members at whom the lines of a newcomer begin; nobody when that cannot be told of one of them."""
    roots: set[MemberId] = set()
    seen: set[MemberId] = set()
    asked = [member]
    while asked:
        who = asked.pop()
        if who in seen:
            continue
        seen.add(who)
        row = admissions.get(who)
        if row is None:
            return frozenset()
        brought_in = inviters.get(who, set()) - {who}
        if row.admitted_by == who or _is_settled(row):
            roots.add(who)
        elif row.admitted_by is None:
            return frozenset()
        else:
            brought_in = brought_in | {MemberId(row.admitted_by)}
            # An inviter who is no member of this circle vouches for nobody in it, and stands in nobody's way.
        asked += [each for each in brought_in if each in admissions]
    return frozenset(roots)
