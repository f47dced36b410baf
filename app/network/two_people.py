"""When two members count as two people: a lead could invite a second person, take up the link, and agree as both."""

from collections.abc import Mapping, Set
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import CircleId, MemberId
from app.network.models import Invitation
from app.vault import CircleMemberRow, holder_of, sound

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
    used = select(Invitation).where(
        Invitation.member_id.in_(admissions), Invitation.used_at > clock.now() - SETTLED_AFTER - _CUT
    )
    inviters: dict[MemberId, set[MemberId]] = {}
    for invitation in sound(holder, session.scalars(used)):
        if invitation.invited_by is not None:
            inviters.setdefault(invitation.member_id, set()).add(invitation.invited_by)
    first, second = (_vouched_by(admissions, inviters, who) for who in (one, other))
    return bool(first) and bool(second) and first.isdisjoint(second)


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
        if row.admitted_by == who or row.admitted_hour + _CUT <= clock.now() - SETTLED_AFTER:
            roots.add(who)
        elif row.admitted_by is None:
            return frozenset()
        else:
            brought_in = brought_in | {MemberId(row.admitted_by)}
            # An inviter who is no member of this circle vouches for nobody in it, and stands in nobody's way.
        asked += [each for each in brought_in if each in admissions]
    return frozenset(roots)
