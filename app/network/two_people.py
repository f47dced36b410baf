"""When two members count as two people: a lead could invite a second person, take up the link, and agree as both."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import CircleId, MemberId
from app.vault import CircleMemberRow, holder_of, sound

SETTLED_AFTER = timedelta(days=7)
"""How long ago a member must have been admitted to count, whoever admitted them: time for others to meet them."""

# Hours of admission are cut to the full hour.
_CUT = timedelta(hours=1)


def are_two_people(session: Session, circle_id: CircleId, one: MemberId, other: MemberId) -> bool:
    """Whether neither of two members of a circle was brought in by the other, nor both by a third, within seven days.

    Whoever brought in somebody who brought in somebody counts as well: each line of newcomers leads back to one person.
    """
    query = select(CircleMemberRow).where(CircleMemberRow.circle_id == circle_id)
    # A row that others wrote is missing: nobody is vouched for by it.
    admissions = {row.member_id: row for row in sound(holder_of(session), session.scalars(query))}
    first, second = _vouched_by(admissions, one), _vouched_by(admissions, other)
    return first is not None and second is not None and first != second


def _vouched_by(admissions: dict[MemberId, CircleMemberRow], member: UUID) -> UUID | None:
    """The settled member at whom a line of newcomers begins; None when that cannot be told."""
    seen: set[UUID] = set()
    while member not in seen:
        seen.add(member)
        row = admissions.get(MemberId(member))
        if row is None:
            return None
        if row.admitted_by == member or row.admitted_hour + _CUT <= clock.now() - SETTLED_AFTER:
            return member
        if row.admitted_by is None:
            return None
        member = row.admitted_by
    return None
