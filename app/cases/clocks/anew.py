"""Dates that change because the case did: graver, reopened, in other hands, under another law."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Clock
from app.cases.clocks.planning import due_after
from app.cases.clocks.running import calendar_of, clock_rows, clocks_of, go_on, store_next_date, waits
from app.cases.clocks.settling import no_longer_late
from app.cases.clocks.written_over import ASKING
from app.cases.enums import ClockKind, ClockState, ConsentLevel, StartEvent, Who
from app.cases.rules import Deadlines


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
    no_longer_late(session, [row for row in (*late, *unanswered) if row.state is ClockState.MISSED])
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


def ask_again(
    session: Session,
    case: Case,
    facts: CaseFacts,
    deadlines: Deadlines,
    ids: Collection[UUID],
    *,
    changed_hands: bool = False,
) -> None:
    """Ask for what these clocks asked for, by the dates they had: what met them was called off before anybody heard it.

    Each stays as it was met, and another one runs beside it, unless that is asked for already. Whoever takes the case over
    afterwards has the time that anybody has, and where a case rests, so does what is asked in it.
    """
    known = clocks_of(session, case)
    asked = {row.kind for row in known if row.state in ASKING or waits(row)}
    met = {row.kind: row for row in known if row.id in ids and row.state is ClockState.MET}
    undone = {row.kind: row for row in met.values() if row.kind not in asked}
    if changed_hands:
        begun = (StartEvent.FILED, StartEvent.ACCEPTED)
        anew = [
            row for event in begun for row in clock_rows(case, facts, event, deadlines) if row.kind in undone
        ]
    else:
        anew = [
            Clock(case_id=case.id, kind=row.kind, due_at=row.due_at, who=row.who, law=row.law)
            for row in undone.values()
        ]
    rests = not case.is_open or case.stopped_hour is not None or facts.consent is ConsentLevel.NOBODY
    for row in anew:
        row.state = ClockState.PAUSED if rests else ClockState.RUNNING
    session.add_all(anew)
    if ClockKind.ACKNOWLEDGE in undone:
        case.first_answer = None
    store_next_date(session, case)
