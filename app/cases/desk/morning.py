"""What waits for a member this morning, as numbers and nothing else, for a mail that others may read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, not_, or_, select, union_all
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, granted, holders_of_member, planned_before
from app.cases.desk.queue import COUNTED_AT_MOST
from app.cases.enums import State
from app.database import MemberId, OrganisationId
from app.vault import GrantState


@dataclass(frozen=True)
class MorningCounts:
    """Of the open cases that are the member's or nobody's yet: late, due before the day ends, with unread answers; and offers.

    One in which the member planned something counts as late, or due, by that too.
    """

    late: int
    due_today: int
    unread_answers: int
    offers: int


def morning_counts(
    session: Session, member_id: MemberId, organisation_id: OrganisationId, day_ends: datetime
) -> MorningCounts:
    """Count, in one statement, the first `COUNTED_AT_MOST` cases that the member can open or that their circles are offered."""
    now, holders = clock.now(), holders_of_member(session, member_id, organisation_id)
    theirs = and_(Case.state != State.OFFERED, or_(Case.assignee_id == member_id, Case.assignee_id.is_(None)))
    late = or_(and_(theirs, Case.next_due_at <= now), planned_before(now, member_id))
    due = or_(and_(theirs, Case.next_due_at < day_ends), planned_before(day_ends, member_id))
    wanted = {
        "late": late,
        "due_today": and_(due, not_(late)),
        "unread_answers": and_(theirs, Case.worker_wrote.is_(True)),
        "offers": Case.state == State.OFFERED,
    }
    offered = and_(Case.state == State.OFFERED, granted(holders, (GrantState.OFFERED,)))
    held = and_(Case.state != State.OFFERED, granted(holders, (GrantState.LIVE,)))
    # Two stretches of two indexes: a case may be before two organisations at once.
    counted = (
        select(*(case((condition, 1), else_=0).label(name) for name, condition in wanted.items()))
        .where(stretch, Case.is_open, Case.practice.is_(False))
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        .limit(COUNTED_AT_MOST)
        .subquery()
        for stretch in (
            and_(Case.organisation_id == organisation_id, or_(offered, held)),
            and_(Case.also_asked_id == organisation_id, offered),
        )
    )
    first = union_all(*(select(stretch) for stretch in counted)).subquery()
    found = session.execute(select(*(func.coalesce(func.sum(first.c[name]), 0) for name in wanted))).one()
    return MorningCounts(*(int(number) for number in found))
