"""What the dispatcher and the desk do with dates, done at once for tests of rows that others wrote."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.cases.case.models import Clock
from app.cases.clocks import mark_clocks_missed, remind_of_dates
from app.cases.desk import QueueFilters, queue_page
from app.cases.enums import ClockKind, ClockState
from app.cases.escalation import climb_ladders, without_next_step
from app.cases.routing import expire_offers
from app.database import CaseId
from app.followups import ask_due
from app.intake.conversation.door import settle_silence
from app.messaging.sending.claims import PACE, claim_due
from tests.support.desk import Desk

DAY = 86_400


def tick(desk: Desk) -> int:
    """What the dispatcher does with dates."""
    world = desk.world
    with desk.database.writing() as session:
        mark_clocks_missed(session, world.vault, 100)
    with desk.database.writing() as session:
        return climb_ladders(session, world.vault, world.rules, 100)


def states(desk: Desk, case_id: CaseId, kind: ClockKind) -> list[ClockState]:
    """How the clocks of this kind stand."""
    with desk.database.reading() as session:
        which = Clock.case_id == case_id, Clock.kind == kind
        return list(session.scalars(select(Clock.state).where(*which).order_by(Clock.due_at)))


def everything_due(desk: Desk) -> None:
    """What the dispatcher does, what people see first, and what is checked."""
    vault, rules = desk.world.vault, desk.world.rules
    jobs: tuple[Callable[[Any], object], ...] = (
        lambda session: expire_offers(session, vault, rules, 50),
        lambda session: mark_clocks_missed(session, vault, 50),
        lambda session: climb_ladders(session, vault, rules, 5),
        lambda session: ask_due(session, vault, rules, 50),
        lambda session: remind_of_dates(session, vault, 50),
        lambda session: settle_silence(session, vault, rules, 50),
        lambda session: queue_page(session, vault, rules, desk.lead, QueueFilters(), None),
        lambda session: without_next_step(session, vault),
    )
    for job in jobs:
        with desk.database.writing() as session:
            job(session)
    claim_due(desk.database, PACE)
