"""The queue of a desk as its pages ask for it."""

from typing import Any

from app.cases.desk.queue import QueueFilters, QueueKey, QueuePage, queue_page
from app.database import CaseId
from app.network import SignedIn
from tests.support.desk import Desk


def page(
    desk: Desk,
    by: SignedIn | None = None,
    filters: QueueFilters | None = None,
    after: QueueKey | None = None,
) -> QueuePage:
    """One page of a queue."""
    with desk.database.reading() as session:
        return queue_page(
            session, desk.world.vault, desk.world.rules, by or desk.lead, filters or QueueFilters(), after
        )


def shown(desk: Desk, by: SignedIn | None = None, **filters: Any) -> set[CaseId]:
    """The cases on the first page with these filters."""
    return {row.id for row in page(desk, by, QueueFilters(**filters)).rows}
