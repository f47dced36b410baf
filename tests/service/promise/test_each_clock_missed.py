"""Each clock that there is, missed, on both tracks and under each law: somebody else is asked, and the worker is told who."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.models import Clock, Escalation
from app.cases.enums import ClockKind, ClockState, Profile, Rung, RungState, State
from app.cases.worker.entering import Worker
from app.cases.worker.inbox import open_inbox
from app.cases.worker.inbox_view import InboxView
from app.database import CaseId
from tests.harness.dispatching import services_over
from tests.support.clocks import set_clocks
from tests.support.desk import Desk
from tests.support.partners import do
from tests.support.promise_watch import Watch
from tests.support.ticking import falls_due, tick_at
from tests.support.tracks import WALKS, go_to_a_thursday_before_a_day_off

_STAYS = [(Rung.LEAD, RungState.PASSED_ON), (Rung.COORDINATOR, RungState.LAST)]
_DONE_OTHERWISE = {
    # It lapses, and whoever stands by is asked: nobody is called about an answer that is of no use any more.
    ClockKind.ACCEPT: list[tuple[Rung, RungState]](),
    ClockKind.PLACE: [(Rung.CUSTODIAN, RungState.PASSED_ON), (Rung.COORDINATOR, RungState.LAST)],
    # The company is late and not the partner; and only closing gives the outcome. Neither takes the case away.
    ClockKind.COMPANY_REPLY: _STAYS,
    ClockKind.OUTCOME_FEEDBACK: _STAYS,
}


@dataclass(frozen=True)
class Missed:
    """A case of which one clock alone is left to be missed."""

    kind: ClockKind
    case_id: CaseId
    worker: Worker


def a_case_with(desk: Desk, kind: ClockKind, *, fast: bool) -> Missed:
    """One in which this clock runs; all else that was to be done is done."""
    if kind is ClockKind.PLACE:
        filed = desk.world.file(danger=fast, exclude_other="my cousin Zubin")
    else:
        filed = desk.world.file(danger=fast)
    case_id = desk.world.case_of(filed) if kind in (ClockKind.ACCEPT, ClockKind.PLACE) else desk.accept(filed)
    if kind is ClockKind.COMPANY_REPLY:
        do(desk, case_id, ClockKind.ASSESSMENT)
    if kind is not ClockKind.ACCEPT:  # whoever takes it after that needs dates of their own
        with desk.database.writing() as session:
            others = Clock.case_id == case_id, Clock.kind != kind
            set_clocks(session, *others, state=ClockState.MET)
    return Missed(kind, case_id, desk.world.enter(filed))


def what_is_told(desk: Desk, missed: Missed) -> InboxView:
    with desk.database.reading() as session:
        return open_inbox(session, desk.world.vault, missed.worker)


def climbed(desk: Desk, cases: list[Missed]) -> dict[ClockKind, list[tuple[Rung, RungState]]]:
    """Who was asked of the clock that each case is about."""
    about = {(missed.case_id, missed.kind) for missed in cases}
    found: dict[ClockKind, list[tuple[Rung, RungState]]] = {missed.kind: [] for missed in cases}
    with desk.database.reading() as session:
        rungs = select(Escalation).order_by(Escalation.asked_hour)
        for rung in session.scalars(rungs):
            if (rung.case_id, rung.kind) in about:
                found[rung.kind].append((rung.rung, rung.state))
    return found


def away(*, fast: bool) -> list[tuple[Rung, RungState]]:
    """On the fast track whoever stood by was asked at once with the first, so a custodian places it."""
    at_last = Rung.CUSTODIAN if fast else Rung.STANDBY
    asked = [(Rung.LEAD, RungState.PASSED_ON), (Rung.COORDINATOR, RungState.PASSED_ON)]
    return [*asked, (at_last, RungState.MOVED)]


def check_told(desk: Desk, missed: Missed, last: tuple[Rung, RungState] | None) -> None:
    """The worker reads what was late, and who is asked because of it by a date that is still to come."""
    view = what_is_told(desk, missed)
    if last is None:
        assert missed.kind is ClockKind.ACCEPT
        assert desk.world.near.id in view.lapsed or view.waits_for_custody
        assert view.next_by is not None
        return
    assert view.asked is not None
    assert (view.asked.kind, view.asked.rung, view.asked.state) == (missed.kind, *last)
    assert view.asked.late_since <= clock.now()
    assert view.asked.due_at > clock.now() or last[1] is not RungState.ASKED


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("database", "track", "law"), WALKS, indirect=["database"])
def test_whatever_is_missed_somebody_else_is_asked_and_the_worker_is_told(
    desk: Desk, track: Profile, law: str
) -> None:
    go_to_a_thursday_before_a_day_off(desk, law)
    fast = track is Profile.FAST_TRACK
    end = clock.now() + timedelta(days=135)
    cases = [a_case_with(desk, kind, fast=fast) for kind in ClockKind]
    services, watch = services_over(desk.database, desk.world.vault, desk.world.rules), Watch(desk.world)
    expected = {kind: _DONE_OTHERWISE.get(kind, away(fast=fast)) for kind in ClockKind}
    told, found = dict[ClockKind, int](), climbed(desk, cases)
    while found != expected or ClockKind.ACCEPT not in told:
        with desk.database.reading() as session:
            due = {name: when for name, when in falls_due(session).items() if name != "ask_followups"}
        assert clock.now() < end, found
        tick_at(services, min(due.values()), due)
        watch.look_between()
        found = climbed(desk, cases)
        for missed in cases:
            rungs = found[missed.kind]
            lapsed = missed.kind is ClockKind.ACCEPT and "case.offer_expired" in desk.acts(missed.case_id)
            if told.get(missed.kind) != len(rungs) and (rungs or lapsed):
                told[missed.kind] = len(rungs)
                check_told(desk, missed, rungs[-1] if rungs else None)
    assert set(told) == set(ClockKind)
    for missed in cases:
        if found[missed.kind] == _STAYS:
            assert desk.case(missed.case_id).organisation_id == desk.world.near.id
            assert desk.case(missed.case_id).state is not State.OFFERED
