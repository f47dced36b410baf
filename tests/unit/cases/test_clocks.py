from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.clocks.planning import TICKED_BY_HAND, ClockAct, PlannedClock, due_after, met_by, plan_clocks
from app.cases.enums import ClockKind, Profile, StartEvent, Who
from app.cases.rules.days_off import Calendar
from app.cases.rules.durations import Duration, Unit
from app.cases.rules.rule_set import load_rules
from tests.support.project import CONFIG

DEADLINES = load_rules(CONFIG).deadlines
WEEKEND = frozenset({5, 6})
USUAL = Calendar(WEEKEND)
HOUR = timedelta(hours=1)

moments = st.integers(0, 20 * 366 * 86400 * 10**6).map(
    lambda after: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=after)
)
durations = st.builds(Duration, st.integers(1, 200), st.sampled_from(list(Unit)))
working_days = st.builds(Duration, st.integers(1, 60), st.just(Unit.WORKING_DAYS))
days = st.dates(date(2020, 1, 1), date(2045, 1, 1))
zones = st.sampled_from(
    (
        UTC,
        *map(
            ZoneInfo,
            ("Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"),
        ),
    )
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Weekends of any kind, single days off, and a feast that lasts."""
    feast = draw(days)
    off = draw(st.frozensets(days, max_size=20)) | {
        feast + timedelta(day) for day in range(draw(st.integers(0, 12)))
    }
    return Calendar(draw(st.frozensets(st.integers(0, 6), max_size=6)), off, draw(zones))


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
    assert due_after(at(start), Duration(number, unit), USUAL) == at(due)


def test_friday_and_saturday_are_the_weekend_where_the_config_says_so() -> None:
    thursday = at("2026-11-19 10:00")
    two_days = Duration(2, Unit.WORKING_DAYS)
    assert due_after(thursday, two_days, DEADLINES.calendar("BD")) == at("2026-11-23 10:00")  # Sunday, Monday
    sunday = at("2026-11-22 10:00")
    assert due_after(sunday, two_days, DEADLINES.calendar("EG")) == at("2026-11-24 10:00")
    assert due_after(sunday, two_days, DEADLINES.calendar("MY")) == at("2026-11-25 00:00")
    assert DEADLINES.calendar(None) == DEADLINES.calendar("MY") == USUAL


@given(start=moments, duration=durations, calendar=calendars())
def test_a_deadline_is_a_full_hour_and_never_early(
    start: datetime, duration: Duration, calendar: Calendar
) -> None:
    due = due_after(start, duration, calendar)
    assert (due.minute, due.second, due.microsecond) == (0, 0, 0)
    assert due.tzinfo is UTC
    least = (
        timedelta(hours=duration.number) if duration.unit is Unit.HOURS else timedelta(days=duration.number)
    )
    # A day on which the clocks are put forward is an hour shorter.
    assert due >= start + least - (HOUR if duration.unit is Unit.WORKING_DAYS else timedelta(0))
    if duration.unit in (Unit.HOURS, Unit.DAYS):
        assert due < start + least + HOUR


@given(
    start=moments,
    later=st.timedeltas(timedelta(0), timedelta(days=10)),
    duration=durations,
    calendar=calendars(),
)
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, duration: Duration, calendar: Calendar
) -> None:
    assert due_after(start, duration, calendar) <= due_after(start + later, duration, calendar)


@given(start=moments, duration=working_days, calendar=calendars())
def test_working_days_end_on_a_day_on_which_people_work(
    start: datetime, duration: Duration, calendar: Calendar
) -> None:
    assert calendar.works_on(calendar.day_of(due_after(start, duration, calendar)))


@given(start=moments, duration=working_days, calendar=calendars())
def test_working_days_pass_only_on_days_on_which_people_work(
    start: datetime, duration: Duration, calendar: Calendar
) -> None:
    calendar = replace(calendar, zone=UTC)
    due = due_after(start, duration, calendar)
    begun = start if start == start.replace(minute=0, second=0, microsecond=0) else start + HOUR
    hour, worked = begun.replace(minute=0, second=0, microsecond=0), 0
    while hour < due:
        worked += calendar.works_on(hour.date())
        hour += HOUR
    assert worked == 24 * duration.number


@given(start=moments, calendar=calendars())
def test_more_days_off_never_bring_a_deadline_forward(start: datetime, calendar: Calendar) -> None:
    duration = Duration(5, Unit.WORKING_DAYS)
    assert due_after(start, duration, calendar) >= due_after(start, duration, Calendar(zone=calendar.zone))


def kinds(planned: tuple[PlannedClock, ...]) -> list[ClockKind]:
    return [clock.kind for clock in planned]


def test_filing_a_standard_case_promises_the_domains_dates() -> None:
    planned = plan_clocks(
        Profile.STANDARD, StartEvent.FILED, at("2026-11-19 10:20"), DEADLINES, DEADLINES.calendar("MY")
    )
    assert [(clock.kind, clock.due_at, clock.who) for clock in planned] == [
        (ClockKind.READ, at("2026-11-23 11:00"), Who.PARTNER),
        (ClockKind.ACKNOWLEDGE, at("2026-11-26 11:00"), Who.PARTNER),
        (ClockKind.FIRST_UPDATE, at("2026-12-19 11:00"), Who.PARTNER),
        (ClockKind.OUTCOME_FEEDBACK, at("2027-02-17 11:00"), Who.PARTNER),
    ]


def test_on_the_fast_track_weekends_do_not_stop_a_helper() -> None:
    saturday = at("2026-11-21 10:00")
    filed = plan_clocks(Profile.FAST_TRACK, StartEvent.FILED, saturday, DEADLINES, DEADLINES.calendar("MY"))
    assert filed[0].due_at == filed[1].due_at == at("2026-11-22 10:00")
    assert kinds(filed)[:2] == [ClockKind.ACKNOWLEDGE, ClockKind.READ]
    offered = plan_clocks(
        Profile.FAST_TRACK, StartEvent.OFFERED, saturday, DEADLINES, DEADLINES.calendar("MY")
    )
    assert [(clock.kind, clock.due_at) for clock in offered] == [(ClockKind.ACCEPT, at("2026-11-21 22:00"))]


@pytest.mark.parametrize("profile", list(Profile))
def test_an_idle_offer_moves_on_before_the_promised_reading_date(profile: Profile) -> None:
    moment = at("2026-11-19 10:00")
    accept = plan_clocks(profile, StartEvent.OFFERED, moment, DEADLINES, DEADLINES.calendar("MY"))[0]
    filed = plan_clocks(profile, StartEvent.FILED, moment, DEADLINES, DEADLINES.calendar("MY"))
    read = next(clock for clock in filed if clock.kind is ClockKind.READ)
    assert accept.due_at <= read.due_at


def test_every_clock_is_started_by_exactly_one_event_and_the_fast_track_is_never_slower() -> None:
    moment = at("2026-11-16 10:00")
    started: list[ClockKind] = []
    for event in StartEvent:
        fast = {
            clock.kind: clock.due_at
            for clock in plan_clocks(Profile.FAST_TRACK, event, moment, DEADLINES, DEADLINES.calendar(None))
        }
        standard = {
            clock.kind: clock.due_at
            for clock in plan_clocks(Profile.STANDARD, event, moment, DEADLINES, DEADLINES.calendar(None))
        }
        assert fast.keys() == standard.keys()
        assert all(fast[kind] < standard[kind] for kind in fast)
        started += fast
    assert sorted(started) == sorted(ClockKind)


def test_who_must_act_while_a_case_waits_for_custody_or_the_company() -> None:
    moment = at("2026-11-16 10:00")
    held = plan_clocks(Profile.STANDARD, StartEvent.HELD, moment, DEADLINES, DEADLINES.calendar(None))
    asked = plan_clocks(Profile.STANDARD, StartEvent.ENGAGING, moment, DEADLINES, DEADLINES.calendar(None))
    assert [(clock.kind, clock.who) for clock in held] == [(ClockKind.PLACE, Who.COORDINATOR)]
    assert [(clock.kind, clock.who) for clock in asked] == [(ClockKind.COMPANY_REPLY, Who.COMPANY)]


def test_a_start_in_another_time_zone_is_counted_in_utc() -> None:
    hanoi = datetime(2026, 11, 21, 5, 0, tzinfo=timezone(timedelta(hours=7)))  # Friday 22:00 in UTC
    due = due_after(hanoi, Duration(1, Unit.WORKING_DAYS), USUAL)
    assert due == at("2026-11-23 22:00")


def test_every_clock_can_be_met() -> None:
    by_acts = frozenset[ClockKind]().union(*(met_by(act) for act in ClockAct))
    assert by_acts | TICKED_BY_HAND == set(ClockKind)
    assert met_by(ClockAct.REPLIED_FIRST) == {ClockKind.ACKNOWLEDGE, ClockKind.SAFETY_CONTACT}
    assert met_by(ClockAct.REPLIED_AGAIN) == {ClockKind.FIRST_UPDATE, ClockKind.SAFETY_CONTACT}
    assert ClockKind.READ not in TICKED_BY_HAND


BERLIN, SANTIAGO, MALAYSIA = map(ZoneInfo, ("Europe/Berlin", "America/Santiago", "Asia/Kuala_Lumpur"))


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    (
        # Clocks go forward in the night to Sunday, 29 March, and back in that to 25 October: the same time of day on Monday.
        (BERLIN, "2026-03-27 10:00", "2026-03-30 10:00"),
        (BERLIN, "2026-10-23 10:00", "2026-10-26 10:00"),
        # In Chile midnight itself is skipped, on 6 September, and comes twice on the evening of 4 April.
        (SANTIAGO, "2026-09-04 10:00", "2026-09-07 10:00"),
        (SANTIAGO, "2026-04-03 22:00", "2026-04-06 22:00"),
        # Saturday there while it is still Friday in UTC, and Monday there while it is still Sunday.
        (MALAYSIA, "2026-11-21 05:00", "2026-11-24 00:00"),
        (MALAYSIA, "2026-11-23 05:00", "2026-11-24 05:00"),
    ),
)
def test_a_working_day_is_that_of_the_workplace(zone: ZoneInfo, start: str, due: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=zone)
    found = due_after(begun, Duration(1, Unit.WORKING_DAYS), Calendar(WEEKEND, zone=zone))
    assert found == datetime.fromisoformat(due).replace(tzinfo=zone)


def test_a_working_day_begins_where_midnight_is_skipped() -> None:
    every_day = Calendar(zone=SANTIAGO)
    sunday = date(2026, 9, 6)
    assert every_day.begins(sunday) == datetime(2026, 9, 6, 1, tzinfo=SANTIAGO)
    late = datetime(2026, 9, 5, 23, tzinfo=SANTIAGO)
    # That day has 23 hours: what would fall behind its end falls on the next midnight.
    assert due_after(late, Duration(1, Unit.WORKING_DAYS), every_day) == at("2026-09-07 03:00")
