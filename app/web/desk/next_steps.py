"""What the case page says comes next, beside its clocks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app import clock
from app.cases.case import end_of_day
from app.cases.clocks import Beside, sooner_than
from app.cases.desk import OpenedCase
from app.cases.enums import OutsideDateKind
from app.network import zone_info
from app.web.member_session import member


@dataclass(frozen=True)
class SoonerStep:
    """What comes before the next clock, and whether its day is over."""

    kind: OutsideDateKind | None  # none of what a helper planned
    due_at: datetime
    late: bool


def sooner(opened: OpenedCase) -> SoonerStep | None:
    """What was planned, or comes from outside, before the next clock; what is late comes before all of it."""
    if opened.next_due is None or opened.late:
        return None
    zone = zone_info(member().zone)
    dates = (Beside(end_of_day(each.on, zone), each.kind) for each in opened.outside if not each.over)
    found = sooner_than(opened.next_due, [*dates, *(Beside(task.due_at) for task in opened.tasks)])
    return None if found is None else SoonerStep(found.kind, found.due_at, found.due_at <= clock.now())


def task_words(opened: OpenedCase) -> dict[UUID, str]:
    """The words of each planned step, out of the note that keeps them."""
    written = {entry.id: (entry.body or {}).get("text", "") for entry in opened.entries}
    return {task.id: written.get(task.entry_id, "") for task in opened.tasks}
