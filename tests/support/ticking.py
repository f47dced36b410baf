"""The dispatcher's jobs on cases, in the order in which it runs them, and the moments at which they have something to do."""

from collections.abc import Collection, Mapping
from datetime import datetime
from math import ceil
from types import MappingProxyType

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import Case, Clock, Escalation, Offer, OutsideDate
from app.cases.clocks import NOT_HELD
from app.cases.enums import ClockState, FollowupState, OfferState, RungState
from app.cases.followups import Followup
from app.dispatcher.jobs import JOBS, run_job
from app.services import Services

_FALLS_DUE: Mapping[str, Select[datetime | None]] = MappingProxyType(
    {
        "expire_offers": select(func.min(Offer.expires_at)).where(Offer.state == OfferState.OFFERED),
        "mark_clocks_missed": select(func.min(Clock.due_at)).where(Clock.state == ClockState.RUNNING),
        "climb_ladders": select(func.min(Escalation.due_at)).where(Escalation.state == RungState.ASKED),
        "ask_followups": select(func.min(Followup.due_at)).where(Followup.state == FollowupState.PLANNED),
        # While nobody has a case its reminders wait.
        "remind_of_dates": select(func.min(OutsideDate.warn_at))
        .join(Case, Case.id == OutsideDate.case_id)
        .where(
            OutsideDate.ended_hour.is_(None), Case.stopped_hour.is_(None), Case.state.not_in(tuple(NOT_HELD))
        ),
    }
)
ON_CASES = frozenset(_FALLS_DUE)
"""The jobs that keep a case from being forgotten."""


def set_to(moment: datetime) -> None:
    """Move the clock so that it has just shown this moment."""
    clock.set_offset(0)
    clock.set_offset(ceil((moment - clock.now()).total_seconds()) + 1)


def tick(services: Services, names: Collection[str] = ON_CASES) -> int:
    """Each of these jobs once; how many pieces of work they did."""
    return sum(run_job(job, services) for job in JOBS if job.name in names)


def falls_due(session: Session) -> dict[str, datetime]:
    """When each of these jobs has something to do next; what is due already counts too."""
    due = ((name, session.scalar(query)) for name, query in _FALLS_DUE.items())
    return {name: moment for name, moment in due if moment is not None}


def tick_at(services: Services, moment: datetime, due: Mapping[str, datetime]) -> None:
    """Move the clock there and run what has something to do, and the ladder, of which a rung may have ended without a date."""
    set_to(moment)
    tick(services, {name for name, when in due.items() if when <= clock.now()} | {"climb_ladders"})
