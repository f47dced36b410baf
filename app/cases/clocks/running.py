"""The clocks of a case in the database: starting, meeting and missing them, and the one next date on the case row."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import bindparam, inspect, select, tuple_, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Clock, Offer
from app.cases.clocks.planning import ClockAct, due_after, met_by, plan_clocks
from app.cases.enums import ClockKind, ClockState, FirstAnswer, OfferState, StartEvent, Who
from app.cases.rules import Calendar, Deadlines
from app.database import LONG_PAST, NEVER_BEFORE, READS, CaseId, chosen_once, new_id
from app.network import zone_there
from app.vault import (
    SYSTEM,
    JournalEntry,
    KeyHolder,
    Vault,
    holder_of,
    is_sound,
    journal,
    read_journal,
    row_mac,
)

MISSED, LATENESS_ENDED = "clock.missed", "clock.late_ended"
"""The acts of the journal between which a clock is late."""

ASKING = (ClockState.RUNNING, ClockState.MISSED)
"""A missed clock still asks for the same thing; only what was met, passed on or paused stops waiting."""


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


def meet_clocks(session: Session, case: Case, act: ClockAct) -> None:
    """Mark the clocks that this act meets, late or not, and store the next date."""
    if act in (ClockAct.REPLIED_FIRST, ClockAct.REPLIED_AGAIN) and case.first_answer is None:
        case.first_answer = _first_answer(session, case)
    settle_clocks(session, case, met_by(act), ClockState.MET)


def _first_answer(session: Session, case: Case) -> FirstAnswer:
    """Whether it comes by the date that the worker was given first: a case that changed hands meanwhile made them wait longer."""
    promised = (row.due_at for row in clocks_of(session, case) if row.kind is ClockKind.ACKNOWLEDGE)
    return FirstAnswer.IN_TIME if clock.now() <= min(promised, default=clock.now()) else FirstAnswer.LATE


def still_asks(session: Session, case: Case, kind: ClockKind) -> bool:
    """Whether a clock of this kind is running or was missed: what it asks for has not been done."""
    return any(row.kind is kind and row.state in ASKING for row in clocks_of(session, case))


def follow_law(session: Session, case: Case, facts: CaseFacts, deadlines: Deadlines) -> None:
    """Put an earlier clock beside each running one for which the law of whoever has the case gives less time.

    What began with the filing is counted from there, but nobody is late by it in the hour in which they take the case.
    """
    law, now = deadlines.profiles.get(facts.law), clock.now()
    if law is None:
        return
    calendar = calendar_of(case, facts, deadlines)
    begun = {each.kind: case.received_hour for each in deadlines.clocks if each.start is StartEvent.FILED}
    for row in clocks_of(session, case):
        asked = law.deadlines.get(row.kind)
        if asked is None or row.state is not ClockState.RUNNING:
            continue
        due_at = due_after(begun.get(row.kind, now), asked.duration, calendar)
        due_at = due_at if due_at > now else due_after(now, asked.duration, calendar)
        if due_at < row.due_at:
            row.state = ClockState.ESCALATED
            session.add(Clock(case_id=case.id, kind=row.kind, due_at=due_at, who=row.who, law=law.code))
    store_next_date(session, case)


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
    _no_longer_late(session, [row for row in waiting if row.state is ClockState.MISSED or _is_over(row)])
    for row in waiting:
        go_on(row, outcome)
    _keep_next_date(case, clocks)
    return len(waiting)


def _is_over(row: Clock) -> bool:
    return row.state is ClockState.RUNNING and row.due_at < clock.now()


def _no_longer_late(session: Session, rows: Iterable[Clock]) -> None:
    """Write down of which late clocks the lateness is over: no MAC covers them, and a case is taken from whoever is late."""
    for row in rows:
        detail = {"clock": row.kind.value, "id": str(row.id)}
        journal(session, holder_of(session), CaseId(row.case_id), LATENESS_ENDED, SYSTEM, detail)


def lateness_ended(session: Session, vault: Vault, case_id: CaseId) -> set[str]:
    """Of which clocks, by their ids, the lateness is over by the journal and did not begin again."""
    ended: set[str] = set()
    for entry in read_journal(session, vault, case_id):
        if entry.act == LATENESS_ENDED:
            ended.add(str(entry.detail["id"]))
        elif entry.act == MISSED:
            ended.discard(str(entry.detail.get("id")))
    return ended


def once_late(clocks: Iterable[Clock], told: Iterable[JournalEntry]) -> frozenset[UUID]:
    """Which of these that were done were late before, by the case's journal; an earlier version wrote down the kind alone."""
    done = [row for row in clocks if row.state is ClockState.MET]
    late = {
        str(entry.detail.get("id", entry.detail["clock"]))
        for entry in told
        if entry.act in (MISSED, LATENESS_ENDED)
    }
    return frozenset(row.id for row in done if not late.isdisjoint((str(row.id), row.kind.value)))


_KINDS, _STATES = frozenset(ClockKind), frozenset(ClockState)
_OF_CASE = select(Clock).where(Clock.case_id == bindparam("case")).order_by(Clock.due_at, Clock.kind)


def clocks_of(session: Session, case: Case) -> Sequence[Clock]:
    """All the clocks of a case, the earliest first; one that others wrote counts as missed.

    One of no kind that there is asks for nothing: it must not keep its worker from saying that they are in danger.
    """
    session.flush()
    found = session.scalars(_OF_CASE, {"case": case.id}).all()
    holder = holder_of(session)
    forged = [row for row in found if row.kind in _KINDS and not _stands(holder, row)]
    for row in forged:
        _count_as_missed(session, row)
    rows = [row for row in found if row.kind in _KINDS and row.state in _STATES and row.due_at != LONG_PAST]
    return sorted(rows, key=lambda row: (row.due_at, row.kind)) if forged else rows


def _stands(holder: KeyHolder, row: Clock) -> bool:
    """Whether it is as this deployment wrote it; of one that is called missed the journal tells (`JournaledLateness`)."""
    return is_sound(holder, row) or row.state is ClockState.MISSED


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
        "who": row.who if row.who in set(Who) else Who.PARTNER,
        "paused_hour": None,
    }
    if not session.info.get(READS) and _store_as_missed(session, row, values):
        session.refresh(row)
        detail = {"clock": row.kind.value, "id": str(row.id), "forged": True}
        journal(session, holder_of(session), CaseId(row.case_id), MISSED, SYSTEM, detail)
        return
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


def resume_clocks(session: Session, case: Case, facts: CaseFacts, deadlines: Deadlines) -> None:
    """Let clocks run on when a closed case is reopened, with the dates they had: what was promised by then still is.

    A date that passed meanwhile tells nobody when something happens: it is reckoned anew from now. Each clock stays the one it was,
    so a ladder that was climbed for it goes on where it stood. The feedback that closing gave was not the end of it, so it is owed
    again; an open case always has a next date.
    """
    known = clocks_of(session, case)
    anew = {row.kind: row.due_at for event in StartEvent for row in clock_rows(case, facts, event, deadlines)}
    now = clock.now()
    given = [row for row in known if row.kind is ClockKind.OUTCOME_FEEDBACK and row.state is ClockState.MET]
    # One of each kind: two would ask for the same.
    for row in {row.kind: row for row in known if row.state is ClockState.PAUSED}.values():
        go_on(row)
        row.due_at = anew[row.kind] if row.due_at <= now else row.due_at
    for row in given[-1:]:
        due_at = anew[row.kind] if row.due_at <= now else row.due_at
        session.add(Clock(case_id=case.id, kind=row.kind, due_at=due_at, who=row.who, law=row.law))
    store_next_date(session, case)


def hasten_clocks(
    session: Session, case: Case, facts: CaseFacts, deadlines: Deadlines
) -> dict[ClockKind, timedelta]:
    """Put an earlier clock beside each running one that would come later on the case's present profile, counted from now.

    What a helper lets wait goes on: they decided so before it came to this, and may let the new date wait. Which, and how long
    it had waited.
    """
    known = clocks_of(session, case)
    gone_on = {row.kind: go_on(row) for row in known if waits(row)}
    running = [row for row in known if row.state is ClockState.RUNNING]
    sooner = {plan.kind: plan for event in StartEvent for plan in clock_rows(case, facts, event, deadlines)}
    for row in running:
        if sooner[row.kind].due_at < row.due_at:
            row.state = ClockState.ESCALATED
            session.add(sooner[row.kind])
    store_next_date(session, case)
    return gone_on


def ask_anew(
    session: Session,
    case: Case,
    facts: CaseFacts,
    deadlines: Deadlines,
    also: Collection[ClockKind] = (),
) -> None:
    """Pass on what a partner missed and ask for it anew, from now: whoever takes a case over has the time that anybody has.

    `also` what has to be done again, unless that is asked for already. What the one before let wait is asked of the next one anew;
    what somebody else owes, such as the company, goes on. Where it let its date pass, whoever comes next asks it anew.
    """
    known = clocks_of(session, case)
    waiting = [row for row in known if waits(row)]
    for row in waiting:
        go_on(row)
    missed = [row for row in known if row.state is ClockState.MISSED]
    late = [row for row in (*missed, *waiting) if row.who is Who.PARTNER]
    rested = [row for row in known if row.state is ClockState.PAUSED and row.who is Who.PARTNER]
    unanswered = [row for row in missed if row.who is Who.COMPANY]
    _no_longer_late(session, [row for row in (*late, *unanswered) if row.state is ClockState.MISSED])
    for row in (*late, *rested, *unanswered):
        row.state = ClockState.ESCALATED
    asked = {row.kind for row in known if row.state is ClockState.RUNNING}
    wanted = {row.kind for row in late} | set(also)
    session.add_all(
        row
        for event in (StartEvent.FILED, StartEvent.ACCEPTED)
        for row in clock_rows(case, facts, event, deadlines)
        if row.kind in wanted - asked
    )
    store_next_date(session, case)


def store_next_date(session: Session, case: Case) -> None:
    """Keep exactly one current deadline on the case: the earliest that is running or was missed; a closed case has none."""
    _keep_next_date(case, clocks_of(session, case))
    session.flush()


def _keep_next_date(case: Case, clocks: Sequence[Clock]) -> None:
    waiting = (row for row in clocks if row.state in ASKING)
    earliest = next(waiting, None) if case.is_open else None
    case.next_due_at = None if earliest is None else earliest.due_at
    case.next_clock = None if earliest is None else earliest.kind


def mark_clocks_missed(session: Session, vault: Vault, limit: int) -> int:
    """Claim running clocks whose date is over and mark them missed; how many. Safe with several dispatchers at once."""
    due = (
        # By the whole key: one that others copied to another case has the same id, and says nothing of when ours is due.
        select(Clock.case_id, Clock.id)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.state == ClockState.RUNNING, Clock.due_at.between(NEVER_BEFORE, clock.now()))
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
        this = (Clock.case_id == row["case_id"], Clock.id == row["id"])
        signed = update(Clock).where(*this).values(row_mac=row_mac(vault, Clock, row))
        session.execute(signed.execution_options(synchronize_session=False))
        detail = {"clock": str(row["kind"]), "id": str(row["id"])}
        journal(session, vault, CaseId(row["case_id"]), MISSED, SYSTEM, detail)
    return len(missed)


def put_off(session: Session, deadlines: Deadlines) -> list[str]:
    """The references of cases of which a running clock, or an offer, is due later than any that begins now: somebody moved it."""
    now, calendars = clock.now(), deadlines.every_calendar(_zones_now(clock.now()))
    found: set[str] = set()
    for deadline in deadlines.clocks:
        durations = [*deadline.durations.values(), *deadlines.asked_by_laws(deadline.kind)]
        latest = max(due_after(now, duration, calendar) for duration in durations for calendar in calendars)
        moved = select(Case.reference).join(Clock, Clock.case_id == Case.id)
        running = (Clock.kind == deadline.kind, Clock.state == ClockState.RUNNING)
        found.update(session.scalars(moved.where(*running, Clock.due_at > latest + timedelta(hours=2))))
        if deadline.kind is ClockKind.ACCEPT:
            put = select(Case.reference).join(Offer, Offer.case_id == Case.id)
            asked = (Offer.state == OfferState.OFFERED, Offer.expires_at > latest + timedelta(hours=2))
            found.update(session.scalars(put.where(*asked)))
    return sorted(found)


def _zones_now(moment: datetime) -> frozenset[timezone]:
    """Every distance from UTC that some clocks of the world have at the moment: a working day begins by one of them."""
    offsets = (moment.astimezone(ZoneInfo(name)).utcoffset() for name in available_timezones())
    return frozenset(timezone(offset) for offset in offsets if offset is not None)
