from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.clocks.planning import TICKED_BY_HAND, ClockAct, PlannedClock, due_after, met_by, plan_clocks
from app.cases.enums import ClockKind, Profile, StartEvent, Who
from app.cases.rules.deadlines import Duration, Unit
from app.cases.rules.rule_set import load_rules
from tests.support.project import CONFIG

DEADLINES = load_rules(CONFIG).deadlines
WEEKEND = frozenset({5, 6})
HOUR = timedelta(hours=1)

moments = st.integers(0, 20 * 366 * 86400 * 10**6).map(
    lambda after: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=after)
)
durations = st.builds(Duration, st.integers(1, 200), st.sampled_from(list(Unit)))
working_days = st.builds(Duration, st.integers(1, 60), st.just(Unit.WORKING_DAYS))
weekends = st.frozensets(st.integers(0, 6), max_size=6)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "number", "unit", "due"),
    (
        ("2026-11-19 10:00", 24, Unit.HOURS, "2026-11-20 10:00"),
        ("2026-11-19 10:00:01", 24, Unit.HOURS, "2026-11-20 11:00"),
        ("2026-11-19 10:59:59.999999", 7, Unit.DAYS, "2026-11-26 11:00"),
        ("2026-11-19 10:00", 1, Unit.WORKING_DAYS, "2026-11-20 10:00"),  # Thursday to Friday
        ("2026-11-19 10:00", 2, Unit.WORKING_DAYS, "2026-11-23 10:00"),  # over the weekend to Monday
        # Rounds up into Saturday, so from Monday 00:00
        ("2026-11-20 23:30", 2, Unit.WORKING_DAYS, "2026-11-25 00:00"),
        # Saturday: two whole days from Monday
        ("2026-11-21 10:00", 2, Unit.WORKING_DAYS, "2026-11-25 00:00"),
        ("2026-11-22 09:00", 2, Unit.WORKING_DAYS, "2026-11-25 00:00"),
        ("2028-02-28 08:00", 1, Unit.WORKING_DAYS, "2028-02-29 08:00"),
    ),
)
def test_due_times(start: str, number: int, unit: Unit, due: str) -> None:
    assert due_after(at(start), Duration(number, unit), WEEKEND) == at(due)


def test_friday_and_saturday_are_the_weekend_where_the_config_says_so() -> None:
    thursday = at("2026-11-19 10:00")
    two_days = Duration(2, Unit.WORKING_DAYS)
    assert due_after(thursday, two_days, DEADLINES.weekend("BD")) == at("2026-11-23 10:00")  # Sunday, Monday
    sunday = at("2026-11-22 10:00")
    assert due_after(sunday, two_days, DEADLINES.weekend("EG")) == at("2026-11-24 10:00")
    assert due_after(sunday, two_days, DEADLINES.weekend("MY")) == at("2026-11-25 00:00")
    assert DEADLINES.weekend(None) == DEADLINES.weekend("MY") == WEEKEND


@given(start=moments, duration=durations, weekend=weekends)
def test_a_deadline_is_a_full_hour_and_never_early(
    start: datetime, duration: Duration, weekend: frozenset[int]
) -> None:
    due = due_after(start, duration, weekend)
    assert (due.minute, due.second, due.microsecond) == (0, 0, 0)
    assert due.tzinfo is UTC
    least = (
        timedelta(hours=duration.number) if duration.unit is Unit.HOURS else timedelta(days=duration.number)
    )
    assert due >= start + least
    if duration.unit is not Unit.WORKING_DAYS:
        assert due < start + least + HOUR


@given(
    start=moments, later=st.timedeltas(timedelta(0), timedelta(days=10)), duration=durations, weekend=weekends
)
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, duration: Duration, weekend: frozenset[int]
) -> None:
    assert due_after(start, duration, weekend) <= due_after(start + later, duration, weekend)


@given(start=moments, duration=working_days, weekend=weekends)
def test_working_days_pass_only_on_days_on_which_people_work(
    start: datetime, duration: Duration, weekend: frozenset[int]
) -> None:
    due = due_after(start, duration, weekend)
    assert due.weekday() not in weekend
    begun = start if start == start.replace(minute=0, second=0, microsecond=0) else start + HOUR
    hour, worked = begun.replace(minute=0, second=0, microsecond=0), 0
    while hour < due:
        worked += hour.weekday() not in weekend
        hour += HOUR
    assert worked == 24 * duration.number


@given(start=moments, weekend=weekends)
def test_more_days_off_never_bring_a_deadline_forward(start: datetime, weekend: frozenset[int]) -> None:
    duration = Duration(5, Unit.WORKING_DAYS)
    assert due_after(start, duration, weekend) >= due_after(start, duration, frozenset())


def kinds(planned: tuple[PlannedClock, ...]) -> list[ClockKind]:
    return [clock.kind for clock in planned]


def test_filing_a_standard_case_promises_the_domains_dates() -> None:
    planned = plan_clocks(Profile.STANDARD, StartEvent.FILED, at("2026-11-19 10:20"), DEADLINES, "MY")
    assert [(clock.kind, clock.due_at, clock.who) for clock in planned] == [
        (ClockKind.READ, at("2026-11-23 11:00"), Who.PARTNER),
        (ClockKind.ACKNOWLEDGE, at("2026-11-26 11:00"), Who.PARTNER),
        (ClockKind.FIRST_UPDATE, at("2026-12-19 11:00"), Who.PARTNER),
        (ClockKind.OUTCOME_FEEDBACK, at("2027-02-17 11:00"), Who.PARTNER),
    ]


def test_on_the_fast_track_weekends_do_not_stop_a_helper() -> None:
    saturday = at("2026-11-21 10:00")
    filed = plan_clocks(Profile.FAST_TRACK, StartEvent.FILED, saturday, DEADLINES, "MY")
    assert filed[0].due_at == filed[1].due_at == at("2026-11-22 10:00")
    assert kinds(filed)[:2] == [ClockKind.ACKNOWLEDGE, ClockKind.READ]
    offered = plan_clocks(Profile.FAST_TRACK, StartEvent.OFFERED, saturday, DEADLINES, "MY")
    assert [(clock.kind, clock.due_at) for clock in offered] == [(ClockKind.ACCEPT, at("2026-11-21 22:00"))]


@pytest.mark.parametrize("profile", list(Profile))
def test_an_idle_offer_moves_on_before_the_promised_reading_date(profile: Profile) -> None:
    moment = at("2026-11-19 10:00")
    accept = plan_clocks(profile, StartEvent.OFFERED, moment, DEADLINES, "MY")[0]
    filed = plan_clocks(profile, StartEvent.FILED, moment, DEADLINES, "MY")
    read = next(clock for clock in filed if clock.kind is ClockKind.READ)
    assert accept.due_at <= read.due_at


def test_every_clock_is_started_by_exactly_one_event_and_the_fast_track_is_never_slower() -> None:
    moment = at("2026-11-16 10:00")
    started: list[ClockKind] = []
    for event in StartEvent:
        fast = {
            clock.kind: clock.due_at
            for clock in plan_clocks(Profile.FAST_TRACK, event, moment, DEADLINES, None)
        }
        standard = {
            clock.kind: clock.due_at
            for clock in plan_clocks(Profile.STANDARD, event, moment, DEADLINES, None)
        }
        assert fast.keys() == standard.keys()
        assert all(fast[kind] < standard[kind] for kind in fast)
        started += fast
    assert sorted(started) == sorted(ClockKind)


def test_who_must_act_while_a_case_waits_for_custody_or_the_company() -> None:
    moment = at("2026-11-16 10:00")
    held = plan_clocks(Profile.STANDARD, StartEvent.HELD, moment, DEADLINES, None)
    asked = plan_clocks(Profile.STANDARD, StartEvent.ENGAGING, moment, DEADLINES, None)
    assert [(clock.kind, clock.who) for clock in held] == [(ClockKind.PLACE, Who.COORDINATOR)]
    assert [(clock.kind, clock.who) for clock in asked] == [(ClockKind.COMPANY_REPLY, Who.COMPANY)]


def test_a_start_in_another_time_zone_is_counted_in_utc() -> None:
    hanoi = datetime(2026, 11, 21, 5, 0, tzinfo=timezone(timedelta(hours=7)))  # Friday 22:00 in UTC
    due = due_after(hanoi, Duration(1, Unit.WORKING_DAYS), WEEKEND)
    assert due == at("2026-11-23 22:00")


def test_every_clock_can_be_met() -> None:
    by_acts = frozenset[ClockKind]().union(*(met_by(act) for act in ClockAct))
    assert by_acts | TICKED_BY_HAND == set(ClockKind)
    assert met_by(ClockAct.REPLIED_FIRST) == {ClockKind.ACKNOWLEDGE, ClockKind.SAFETY_CONTACT}
    assert met_by(ClockAct.REPLIED_AGAIN) == {ClockKind.FIRST_UPDATE, ClockKind.SAFETY_CONTACT}
    assert ClockKind.READ not in TICKED_BY_HAND
