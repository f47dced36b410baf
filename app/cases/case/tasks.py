"""What helpers plan to do themselves: a day, who has it, and the note in which its words stand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import Case, Task
from app.cases.enums import State
from app.clock import hour_of
from app.database import CaseId, MemberId
from app.network import member_names
from app.vault import Vault, is_sound

_HOUR = timedelta(hours=1)
# Moments before it stand in no row of ours, and PostgreSQL has some that no program can read.
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_END = datetime(3000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KnownTask:
    """A task that is still to be done; its words are those of the entry."""

    id: UUID
    case_id: CaseId
    entry_id: UUID
    due_at: datetime
    member_id: MemberId
    member: str = ""

    @property
    def late(self) -> bool:
        """Whether its day is over."""
        return self.due_at <= clock.now()


def open_tasks(session: Session, vault: Vault, cases: Select[UUID]) -> list[KnownTask]:
    """The tasks of these cases that are still to be done, the earliest first: those of whoever has the case now, and ours."""
    query = (
        select(Task)
        .join(Case, Case.id == Task.case_id)
        .where(Task.case_id.in_(cases), Task.ended_hour.is_(None))
        .where(Task.organisation_id == Case.organisation_id)
        .where(Task.due_at.between(_BEGINNING, _END), Task.planned_hour.between(_BEGINNING, _END))
        .order_by(Task.due_at, Task.id)
    )
    return [
        KnownTask(row.id, CaseId(row.case_id), row.entry_id, row.due_at, MemberId(row.member_id))
        for row in session.scalars(query)
        if is_sound(vault, row)
    ]


def planned_before(moment: datetime, of: MemberId | None = None) -> ColumnElement[bool]:
    """Whether a next step in an open case that an organisation has was to be done by then, or one that is this member's."""
    wanted = [
        Task.case_id == Case.id,
        Task.organisation_id == Case.organisation_id,
        Task.ended_hour.is_(None),
        Task.due_at.between(_BEGINNING, moment),
        Case.state != State.OFFERED,
        Case.is_open,
    ]
    return exists().where(*wanted, *(() if of is None else (Task.member_id == of,)))


def tasks_of(session: Session, vault: Vault, case: Case) -> tuple[KnownTask, ...]:
    """The same of one case, with the names of those who have them."""
    found = open_tasks(session, vault, select(Case.id).where(Case.id == case.id))
    people = member_names(session, vault, {each.member_id for each in found}) if found else {}
    return tuple(
        KnownTask(
            each.id,
            each.case_id,
            each.entry_id,
            each.due_at,
            each.member_id,
            people.get(each.member_id, ""),
        )
        for each in found
    )


def end_of_day(on: date, zone: tzinfo) -> datetime:
    """The last full hour of a day where somebody is: the database shows no finer time."""
    last = datetime.combine(on + timedelta(days=1), time(), zone).astimezone(UTC) - _HOUR
    return hour_of(last) if hour_of(last) == last else hour_of(last) + _HOUR
