"""What is seen of a case: at a desk, in its inbox, and who holds it."""

from typing import Any
from uuid import UUID

from app.cases.case.models import Case
from app.cases.desk.queue import QueueFilters, QueuePage, queue_page
from app.cases.desk.reading import open_case
from app.cases.desk.week import week_of
from app.cases.worker.entering import Worker
from app.cases.worker.inbox import open_inbox
from app.cases.worker.inbox_view import InboxView
from app.database import CaseId
from app.intake import Filed
from app.network import (
    SignedIn,
)
from tests.support.desk import Desk


def queue(desk: Desk, by: SignedIn) -> QueuePage:
    """The first page of a member's queue."""
    with desk.database.reading() as session:
        return queue_page(session, desk.world.vault, desk.world.rules, by, QueueFilters(), None)


def seen(desk: Desk, by: SignedIn) -> set[CaseId]:
    """The cases in a member's queue."""
    return {row.id for row in queue(desk, by).rows}


def due(desk: Desk, by: SignedIn) -> set[CaseId]:
    """The cases of which something is late or due in a member's week."""
    with desk.database.reading() as session:
        week = week_of(session, desk.world.vault, by)
    return {step.case_id for steps in (week.late, *week.due.values()) for step in steps}


def read(desk: Desk, by: SignedIn, case_id: CaseId) -> Any:
    """A case as a member opens it."""
    with desk.database.writing() as session:
        return open_case(session, desk.world.vault, by, case_id)


def inbox(desk: Desk, worker: Worker) -> InboxView:
    """What its worker reads."""
    with desk.database.reading() as session:
        return open_inbox(session, desk.world.vault, worker)


def holder_of_case(desk: Desk, filed: Filed) -> UUID | None:
    """The organisation that holds the case of a report."""
    with desk.database.reading() as session:
        return session.get_one(Case, desk.world.case_of(filed)).organisation_id
