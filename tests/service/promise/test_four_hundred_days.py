"""Four hundred days of cases in one run: on both tracks, under each law, with partners that work in time, late, or not at all."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.assignment import claim
from app.cases.case.models import Case, Clock, Escalation
from app.cases.enums import ClockKind, ClockState, Profile, Rung, RungState, State
from app.database import CaseId
from app.services import Services
from app.vault import read_journal
from tests.harness.dispatching import services_over
from tests.harness.world import shipped_rules
from tests.support.desk import Desk
from tests.support.partners import Habit, do
from tests.support.promise_watch import Watch
from tests.support.ticking import falls_due, set_to, tick, tick_at
from tests.support.tracks import ALL_WALKS, WORKPLACE, go_to_a_thursday_before_a_day_off

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

_AFTER = ["after_closing 30", "after_closing 90"]
_CARDS = {
    (Habit.IN_TIME, False): ["worse 14", "worse 30", "put_right 37", "news 60", *_AFTER],
    (Habit.LATE, False): ["worse 14", "worse 30", "put_right 37", "news 60", "worse 90", *_AFTER],
    # Each answer comes when the lead was asked, so what is counted from it comes as much later.
    (Habit.HELPER_LATE, False): ["worse 14", "worse 30", "put_right 43", "news 63", "worse 90", *_AFTER],
    # It was taken on the fifth day, so what is new is counted from there.
    (Habit.SILENT, False): [
        *("worse 14", "worse 30", "news 35", "news 65", "worse 90"),
        *(f"news {day}" for day in range(95, 400, 30)),
    ],
    (Habit.IN_TIME, True): ["worse 3", "worse 14", "put_right 15", "news 21", "news 28", *_AFTER],
    (Habit.LATE, True): ["worse 3", "worse 14", "put_right 15", "news 21", "news 28", "worse 30", *_AFTER],
    (Habit.HELPER_LATE, True): [
        *("worse 3", "worse 14", "put_right 15", "news 21", "news 28", "worse 30", *_AFTER)
    ],
    # "Did it get worse" of days 14 and 90 stands for the news that is due some hours later.
    (Habit.SILENT, True): [
        *("worse 3", "news 7", "worse 14", "news 21", "news 28", "worse 30"),
        *(f"news {day}" for day in range(35, 85, 7)),
        "worse 90",
        *(f"news {day}" for day in range(98, 400, 7)),
    ],
}
"""What a worker who never answers finds in the inbox: by the day from the report, and then from the closing."""

_WHO_WAS_ASKED = {
    Habit.IN_TIME: [],
    # Once for each date: read, acknowledge, safety plan, first update, assessment, the company's answer, outcome.
    Habit.LATE: [(Rung.LEAD, RungState.ENDED)] * 7,
    Habit.HELPER_LATE: [(Rung.HELPER, RungState.PASSED_ON), (Rung.LEAD, RungState.ENDED)] * 7,
    Habit.SILENT: [
        (Rung.LEAD, RungState.PASSED_ON),
        (Rung.COORDINATOR, RungState.PASSED_ON),
        (Rung.STANDBY, RungState.MOVED),
        (Rung.CUSTODIAN, RungState.PASSED_ON),
        (Rung.COORDINATOR, RungState.LAST),
    ],
}


class Lives:
    """Cases, each with partners of one habit."""

    def __init__(self, desk: Desk, habits: dict[CaseId, Habit]) -> None:
        self._desk, self._habits = desk, habits

    def before(self, moment: datetime) -> None:
        """What has to be done by that moment is done an hour before it, as far as anybody does."""
        while due := self._due(moment):
            set_to(moment - _HOUR)
            case_id, kind = due[0]
            do(self._desk, case_id, kind)
            if kind is ClockKind.ACCEPT and self._habits[case_id] is Habit.HELPER_LATE:
                with self._desk.database.writing() as session:
                    claim(session, self._desk.world.vault, self._desk.caseworker, case_id)

    def after(self) -> None:
        """Who is late does what somebody was asked for."""
        with self._desk.database.reading() as session:
            asked = select(Escalation.case_id, Escalation.kind, Escalation.rung).where(
                Escalation.state == RungState.ASKED
            )
            rungs = session.execute(asked).all()
        for rung in rungs:
            habit = self._habits[CaseId(rung.case_id)]
            if habit is Habit.LATE or (habit is Habit.HELPER_LATE and rung.rung is not Rung.HELPER):
                do(self._desk, CaseId(rung.case_id), rung.kind)

    def _due(self, moment: datetime) -> list[tuple[CaseId, ClockKind]]:
        with self._desk.database.reading() as session:
            running = (
                select(Clock.case_id, Clock.kind, Case.organisation_id)
                .join(Case, Case.id == Clock.case_id)
                .where(Clock.state == ClockState.RUNNING, Clock.due_at <= moment)
            )
            due = sorted(session.execute(running).all(), key=lambda row: list(ClockKind).index(row.kind))
        return [
            (CaseId(row.case_id), row.kind)
            for row in due
            if self._does(self._habits[CaseId(row.case_id)], row.kind, row.organisation_id)
        ]

    def _does(self, habit: Habit, kind: ClockKind, whose: UUID | None) -> bool:
        takes = habit in (Habit.LATE, Habit.HELPER_LATE) or whose == self._desk.world.near.id
        return habit is Habit.IN_TIME or (kind is ClockKind.ACCEPT and takes)


def live(desk: Desk, services: Services, lives: Lives, days: int) -> None:
    """Go from one moment at which something falls due to the next, and look at all cases after each."""
    watch, end = Watch(desk.world), clock.now() + days * _DAY
    while True:
        with desk.database.reading() as session:
            due = falls_due(session)
        moment = min(due.values(), default=end)
        if moment >= end:
            break
        lives.before(moment)
        tick_at(services, moment, due)
        watch.look()
        lives.after()
    set_to(end)
    assert tick(services) == 0
    watch.look()
    watch.look_back()


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("database", "track", "law"), ALL_WALKS, indirect=["database"])
def test_no_case_is_forgotten_in_400_days_whoever_has_it(desk: Desk, track: Profile, law: str) -> None:
    start = go_to_a_thursday_before_a_day_off(desk, law)
    fast = track is Profile.FAST_TRACK
    people = {desk.world.case_of(desk.world.file(danger=fast)): habit for habit in Habit}
    for case_id in people:
        check_first_dates(desk, case_id, start, law, fast=fast)
    services = services_over(desk.database, desk.world.vault, desk.world.rules)
    live(desk, services, Lives(desk, people), 400)
    for case_id, habit in people.items():
        assert who_was_asked(desk, case_id) == _asked(habit, fast=fast)
        assert desk.case(case_id).is_open is (habit is Habit.SILENT)
        assert cards(desk, case_id, start) == _CARDS[habit, fast]


def _asked(habit: Habit, *, fast: bool) -> list[tuple[Rung, RungState]]:
    """On the fast track the second of the two partners was asked at once, so nobody stands by any more: custody is next."""
    first = _WHO_WAS_ASKED[habit]
    moved = {(Rung.STANDBY, RungState.MOVED): (Rung.CUSTODIAN, RungState.MOVED)} if fast else {}
    return [moved.get(each, each) for each in first]


def check_first_dates(desk: Desk, case_id: CaseId, start: datetime, law: str, *, fast: bool) -> None:
    """Days off and the weekend move what counts in working days and nothing else; a law's date says whose it is."""
    with desk.database.reading() as session:
        rows = {row.kind: row for row in session.scalars(select(Clock).where(Clock.case_id == case_id))}
    ten = start.astimezone(WORKPLACE).replace(hour=10, minute=0, second=0, microsecond=0)
    read, acknowledge = rows[ClockKind.READ], rows[ClockKind.ACKNOWLEDGE]
    # Friday is a day off, then come Saturday and Sunday: Monday is one working day, Tuesday two.
    assert read.due_at == ten + (_DAY if fast else 5 * _DAY)
    assert acknowledge.due_at == ten + (_DAY if fast else 7 * _DAY)
    laws = {kind: row.law for kind, row in rows.items() if row.law is not None}
    asked = shipped_rules().deadlines.profiles[law].deadlines if law else {}
    assert set(laws) <= set(asked)
    # On the fast track the network's own date comes before that of any law.
    assert laws.get(ClockKind.ACKNOWLEDGE, "") == ("" if fast or ClockKind.ACKNOWLEDGE not in asked else law)


def who_was_asked(desk: Desk, case_id: CaseId) -> list[tuple[Rung, RungState]]:
    """Each rung that was climbed, in its order."""
    with desk.database.reading() as session:
        rungs = session.scalars(select(Escalation).where(Escalation.case_id == case_id)).all()
    return [
        (rung.rung, rung.state) for rung in sorted(rungs, key=lambda rung: (rung.asked_hour, rung.due_at))
    ]


def cards(desk: Desk, case_id: CaseId, start: datetime) -> list[str]:
    """What the worker was asked, by the day: those of an open case from the report, those of a closed one from the closing."""
    found, began = [], start
    with desk.database.reading() as session:
        for entry in read_journal(session, desk.world.vault, case_id):
            if entry.act == "case.stage" and entry.detail["after"] == State.CLOSED.value:
                began = entry.at
            if entry.act == "followup.asked":
                found.append(f"{entry.detail['kind']} {(entry.at - began) // _DAY}")
    return found
