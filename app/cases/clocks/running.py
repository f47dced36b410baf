"""The clocks of a case in the database: which there are, how they start and wait, and the one next date on the case row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Clock
from app.cases.clocks.planning import plan_clocks
from app.cases.clocks.spoilt_ids import named_anew
from app.cases.clocks.written_over import ASKING, was, what_it_asks
from app.cases.enums import ClockKind, ClockState, StartEvent
from app.cases.rules import Calendar, Deadlines
from app.database import LONG_PAST, READS, CaseId, new_id
from app.network import zone_there
from app.vault import SYSTEM, KeyHolder, holder_of, is_sound, journal, row_mac

MISSED, LATENESS_ENDED = "clock.missed", "clock.late_ended"
"""The acts of the journal between which a clock is late."""


def clock_rows(case: Case, facts: CaseFacts, event: StartEvent, deadlines: Deadlines) -> list[Clock]:
    """The clocks that an event starts now for this case, running."""
    calendar = calendar_of(case, facts, deadlines)
    planned = plan_clocks(facts.profile, event, clock.now(), deadlines.following(facts.law), calendar)
    return [
        Clock(
            case_id=case.id,
            id=new_id(),
            kind=plan.kind,
            due_at=plan.due_at,
            state=ClockState.RUNNING,
            who=plan.who,
            law=plan.law,
        )
        for plan in planned
    ]


def calendar_of(case: Case, facts: CaseFacts, deadlines: Deadlines) -> Calendar:
    """When people work at the workplace of this case, in its own time zone."""
    return deadlines.calendar(case.country, zone_there(facts.zone, case.country), facts.region)


def start_clocks(
    session: Session,
    case: Case,
    facts: CaseFacts,
    event: StartEvent,
    deadlines: Deadlines,
    *,
    beside: bool = False,
) -> dict[ClockKind, datetime]:
    """Write down the clocks that this event starts now, and when each is due; `beside` those that already ask for the same."""
    asked = {row.kind for row in clocks_of(session, case) if row.state in ASKING} if beside else ()
    rows = [row for row in clock_rows(case, facts, event, deadlines) if row.kind not in asked]
    session.add_all(rows)
    store_next_date(session, case)
    return {row.kind: row.due_at for row in rows}


def still_asks(session: Session, case: Case, kind: ClockKind) -> bool:
    """Whether a clock of this kind is running or was missed: what it asks for has not been done."""
    return any(row.kind is kind and row.state in ASKING for row in clocks_of(session, case))


def let_wait(row: Clock) -> None:
    """A helper lets this running clock wait from now on, to the hour: no minute of theirs stands in the database."""
    row.state, row.paused_hour = ClockState.PAUSED, clock.hour_of(clock.now())


def go_on(row: Clock, state: ClockState = ClockState.RUNNING) -> timedelta:
    """End a helper's pause: the clock has the time that it had left; how long it waited, and never less than nothing."""
    waited = timedelta(0)
    if row.paused_hour is not None:
        # The computer's clock may have been put back meanwhile.
        waited = max(waited, clock.hour_of(clock.now()) - row.paused_hour)
    row.state, row.due_at, row.paused_hour = state, row.due_at + waited, None
    return waited


def waits(row: Clock) -> bool:
    """Whether a helper lets it wait, rather than that its case was closed or stopped."""
    return row.state is ClockState.PAUSED and row.paused_hour is not None


_STATES = frozenset(ClockState)


_OF_CASE = select(Clock).where(Clock.case_id == bindparam("case")).order_by(Clock.due_at, Clock.kind)


def clocks_of(session: Session, case: Case) -> Sequence[Clock]:
    """All the clocks of a case, the earliest first; one that others wrote counts as missed, of whatever kind they made it."""
    session.flush()
    found = session.scalars(_OF_CASE, {"case": case.id}).all()
    if any(not row.id.int for row in found):
        found = named_anew(session, case)
    holder = holder_of(session)
    forged = [row for row in found if not _stands(holder, row)]
    for row in forged:
        _count_as_missed(session, row)
    rows = [row for row in found if row.state in _STATES and row.due_at != LONG_PAST]
    return sorted(rows, key=lambda row: (row.due_at, row.kind)) if forged else rows


def _stands(holder: KeyHolder, row: Clock) -> bool:
    """Whether it is as this deployment wrote it; of one that is only called missed the journal tells (`JournaledLateness`).

    Only called so: with any other date or doer it would be signed anew as others wrote it.
    """
    if is_sound(holder, row):
        return True
    return row.state is ClockState.MISSED and any(was(holder, vars(row), state) for state in ClockState)


def as_it_ran(session: Session, row: Clock) -> None:
    """A clock that others called missed runs: it is written as this deployment would."""
    row.state = ClockState.RUNNING
    row.row_mac = row_mac(holder_of(session), Clock, vars(row))


def _count_as_missed(session: Session, row: Clock) -> None:
    """A clock that others wrote, whatever they made of it, is one whose date passed: what it asks for is not silently done.

    Where something may be stored it stands so from now on, and in the journal: its ladder begins.
    """
    now = clock.hour_of(clock.now())
    values = {
        "state": ClockState.MISSED,
        "due_at": now if row.due_at == LONG_PAST else min(row.due_at, now),
        "paused_hour": None,
        **what_it_asks(session, vars(row)),
    }
    if not session.info.get(READS) and _store_as_missed(session, row, values):
        session.refresh(row)
        detail = {"clock": row.kind.value, "id": str(row.id), "forged": True}
        journal(session, holder_of(session), CaseId(row.case_id), MISSED, SYSTEM, detail)
        return
    if row in session:
        session.expunge(row)
    for name, value in values.items():
        setattr(row, name, value)


def _store_as_missed(session: Session, row: Clock, values: dict[str, Any]) -> bool:
    """Whether it could be stored: no statement finds a row whose own id others spoilt."""
    mac = row_mac(holder_of(session), Clock, vars(row) | values)
    this = update(Clock).where(Clock.case_id == row.case_id, Clock.id == row.id)
    stored = session.execute(
        this.values(**values, row_mac=mac).returning(Clock.id),
        execution_options={"synchronize_session": False},
    )
    return len(stored.all()) == 1


def store_next_date(session: Session, case: Case) -> None:
    """Keep exactly one current deadline on the case: the earliest that is running or was missed; a closed case has none."""
    keep_next_date(case, clocks_of(session, case))
    session.flush()


def keep_next_date(case: Case, clocks: Sequence[Clock]) -> None:
    """As `store_next_date`, for all the clocks of the case as `clocks_of` gave them; nothing is read."""
    waiting = (row for row in clocks if row.state in ASKING)
    earliest = next(waiting, None) if case.is_open else None
    case.next_due_at = None if earliest is None else earliest.due_at
    case.next_clock = None if earliest is None else earliest.kind
