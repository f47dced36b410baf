"""The last months of the whole network: received, answered, in time, come back. Counted from one index, by the database alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case
from app.cases.enums import FirstAnswer

_MONTHS = 12


@dataclass(frozen=True)
class CaseMonth:
    """Of the cases received in a calendar month (UTC), practice left out, how many are so today.

    `answered` by a helper, `in_time` by the first date that the worker was given. `came_back`: the worker wrote or answered a
    question a day or more after the report; who only looks is not counted, since nobody writes down when a worker looks.
    """

    first: date
    received: int
    answered: int
    in_time: int
    came_back: int

    @property
    def return_rate(self) -> float | None:
        """The share, 0 to 1, of the cases whose worker came back; None where there were none."""
        return self.came_back / self.received if self.received else None


def last_months(session: Session) -> tuple[CaseMonth, ...]:
    """This month and those before it, the earliest first."""
    bounds = list(_bounds(clock.now()))
    months = (_counted(number, begin, end) for number, (begin, end) in enumerate(pairwise(bounds)))
    counted = {row.number: row for row in session.execute(union_all(*months))}
    return tuple(
        CaseMonth(begin.date(), row.received, row.answered, row.in_time, row.came_back)
        for row, begin in ((counted[number], begin) for number, begin in enumerate(bounds[:-1]))
    )


def _counted(number: int, begin: datetime, end: datetime) -> Select[int, int, int, int, int]:
    return select(
        literal(number).label("number"),
        func.count().label("received"),
        func.count(case((Case.first_answer.in_(tuple(FirstAnswer)), 1))).label("answered"),
        func.count(case((Case.first_answer == FirstAnswer.IN_TIME, 1))).label("in_time"),
        func.count(case((Case.came_back, 1))).label("came_back"),
    ).where(Case.received_hour >= begin, Case.received_hour < end, ~Case.practice)


def _bounds(now: datetime) -> Iterator[datetime]:
    """The first moments of the months, and that of the next one."""
    this = now.year * 12 + now.month - 1
    for month in range(this - _MONTHS + 1, this + 2):
        yield datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
