"""What becomes of a clock: done, closed with its case, or missed at its date."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import inspect, select, tuple_, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Clock
from app.cases.clocks.planning import ClockAct, met_by
from app.cases.clocks.running import (
    LATENESS_ENDED,
    MISSED,
    clocks_of,
    go_on,
    keep_next_date,
    waits,
)
from app.cases.clocks.written_over import ASKING, was, what_it_asks
from app.cases.enums import ClockKind, ClockState, FirstAnswer
from app.database import NEVER_BEFORE, CaseId, chosen_once, has_id
from app.vault import SYSTEM, Json, Vault, holder_of, journal, row_mac


def meet_clocks(session: Session, case: Case, act: ClockAct) -> None:
    """Mark the clocks that this act meets, late or not, and store the next date."""
    if act in (ClockAct.REPLIED_FIRST, ClockAct.REPLIED_AGAIN) and case.first_answer is None:
        case.first_answer = _first_answer(session, case)
    settle_clocks(session, case, met_by(act), ClockState.MET)


def _first_answer(session: Session, case: Case) -> FirstAnswer:
    """Whether it comes by the date that the worker was given first: a case that changed hands meanwhile made them wait longer."""
    promised = (row.due_at for row in clocks_of(session, case) if row.kind is ClockKind.ACKNOWLEDGE)
    return FirstAnswer.IN_TIME if clock.now() <= min(promised, default=clock.now()) else FirstAnswer.LATE


def settle_clocks(session: Session, case: Case, kinds: Collection[ClockKind], outcome: ClockState) -> int:
    """Give the clocks of these kinds that still ask for something their outcome, store the next date; how many there were.

    What a helper lets wait gets it too: its reason is over when it was done, or when the case is closed or taken back.
    """
    settled = settle(session, case, clocks_of(session, case), kinds, outcome)
    session.flush()
    return settled


def settle(
    session: Session, case: Case, clocks: Sequence[Clock], kinds: Collection[ClockKind], outcome: ClockState
) -> int:
    """As `settle_clocks`, for all the clocks of the case as `clocks_of` gave them; nothing is read."""
    waiting = [row for row in clocks if row.kind in kinds and (row.state in ASKING or waits(row))]
    # Nothing marks one as missed in the very minute: what is done after its date was late all the same.
    no_longer_late(session, [row for row in waiting if row.state is ClockState.MISSED or _is_over(row)])
    for row in waiting:
        go_on(row, outcome)
    keep_next_date(case, clocks)
    return len(waiting)


def _is_over(row: Clock) -> bool:
    return row.state is ClockState.RUNNING and row.due_at < clock.now()


def no_longer_late(session: Session, rows: Iterable[Clock]) -> None:
    """Write down of which late clocks the lateness is over: a case is taken from whoever is late, by the journal."""
    for row in rows:
        detail = {"clock": row.kind.value, "id": str(row.id)}
        journal(session, holder_of(session), CaseId(row.case_id), LATENESS_ENDED, SYSTEM, detail)


def mark_clocks_missed(session: Session, vault: Vault, limit: int) -> int:
    """Claim running clocks whose date is over and mark them missed; how many. Safe with several dispatchers at once."""
    due = (
        # By the whole key: one that others copied to another case has the same id, and says nothing of when ours is due.
        select(Clock.case_id, Clock.id)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.state == ClockState.RUNNING, Clock.due_at.between(NEVER_BEFORE, clock.now()))
        .where(has_id(Case.id))
        .order_by(Clock.due_at)
        .limit(limit)
        # Whoever changes anything of a case locks its row first, so two claims can never wait for each other in a circle.
        .with_for_update(of=Case, skip_locked=True)
    )
    # The state is asked for once more outside: a claimer that waited for another one's commit must find nothing left.
    claim = (
        update(Clock)
        .where(tuple_(Clock.case_id, Clock.id).in_(chosen_once(due)), Clock.state == ClockState.RUNNING)
        .values(state=ClockState.MISSED)
        .returning(*inspect(Clock).columns)
        .execution_options(synchronize_session=False)
    )
    missed = session.execute(claim).mappings().all()
    for row in missed:
        ours = was(vault, row, ClockState.RUNNING)
        values = {} if ours else what_it_asks(session, row)
        detail: dict[str, Json] = {"clock": str(values.get("kind", row["kind"])), "id": str(row["id"])}
        detail |= {} if ours else {"forged": True}
        this = (Clock.case_id == row["case_id"], Clock.id == row["id"])
        signed = update(Clock).where(*this).values(**values, row_mac=row_mac(vault, Clock, {**row, **values}))
        session.execute(signed.execution_options(synchronize_session=False))
        journal(session, vault, CaseId(row["case_id"]), MISSED, SYSTEM, detail)
    return len(missed)
