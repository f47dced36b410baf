"""Legal profiles: calendar months, the earliest of several deadlines, and where each stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.clocks.planning import due_after, plan_clocks
from app.cases.config_file import open_config
from app.cases.enums import ClockKind, Profile, StartEvent
from app.cases.rules.days_off import Calendar
from app.cases.rules.deadlines import Deadlines, read_deadlines
from app.cases.rules.durations import Duration, Unit
from app.cases.rules.ladder import read_ladder
from tests.support.project import CONFIG

UTC_DAYS = Calendar()


def deadlines(tmp_path: Path, old: str = "law = []", new: str = "law = []") -> tuple[Deadlines, list[str]]:
    mistakes: list[str] = []
    text = (CONFIG / "deadlines.toml").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    file = tmp_path / "deadlines.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    table = open_config(file, mistakes)
    read_ladder(table)  # it stands in the same file
    return read_deadlines(table, {}), mistakes


@pytest.mark.parametrize(
    ("start", "months", "day"),
    (
        ("2026-01-31 10:00", 1, date(2026, 2, 28)),
        ("2028-01-31 10:00", 1, date(2028, 2, 29)),
        ("2026-11-30 00:00", 3, date(2027, 2, 28)),
        ("2026-11-19 23:59", 3, date(2027, 2, 19)),
        ("2026-12-15 08:00", 12, date(2027, 12, 15)),
    ),
)
def test_a_month_ends_with_the_day_of_the_same_number_or_the_last(start: str, months: int, day: date) -> None:
    for zone in (UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Santiago")):
        calendar = Calendar(zone=zone)
        due = due_after(
            datetime.fromisoformat(start).replace(tzinfo=zone), Duration(months, Unit.MONTHS), calendar
        )
        assert calendar.day_of(due) == day
        assert due >= calendar.begins(day + timedelta(days=1)) - timedelta(hours=1)


@given(
    start=st.integers(0, 7000 * 24 * 60).map(
        lambda m: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
    ),
    later=st.timedeltas(timedelta(0), timedelta(days=5)),
    months=st.integers(1, 30),
)
def test_a_later_start_never_ends_a_month_earlier(start: datetime, later: timedelta, months: int) -> None:
    duration = Duration(months, Unit.MONTHS)
    assert due_after(start, duration, UTC_DAYS) <= due_after(start + later, duration, UTC_DAYS)


def test_of_several_deadlines_the_earliest_holds_and_says_whose_it_is(tmp_path: Path) -> None:
    followed, mistakes = deadlines(tmp_path, new='law = ["eu_whistleblower"]')
    assert mistakes == []
    own = replace(followed, laws=())
    june, december = (datetime(2026, month, 20, 10, tzinfo=UTC) for month in (6, 12))
    for profile in Profile:
        for moment in (june, december):
            with_law = {c.kind: c for c in plan_clocks(profile, StartEvent.FILED, moment, followed, UTC_DAYS)}
            without = {c.kind: c for c in plan_clocks(profile, StartEvent.FILED, moment, own, UTC_DAYS)}
            assert with_law.keys() == without.keys()
            assert all(with_law[kind].due_at <= without[kind].due_at for kind in without)
            assert {clock.law for clock in without.values()} == {None}
            fast = profile is Profile.FAST_TRACK
            # Seven days are seven days: at the same hour it is the law's. Three months may be longer than ninety days.
            assert with_law[ClockKind.ACKNOWLEDGE].law == (None if fast else "eu_whistleblower")
            assert with_law[ClockKind.READ].law is None
    assert (
        followed.source(ClockKind.ACKNOWLEDGE, "eu_whistleblower")
        == "EU directive 2019/1937, article 9(1)(b)"
    )
    assert followed.source(ClockKind.READ, None) == ""
    assert followed.source(ClockKind.READ, "a law of before") == "a law of before"


def test_only_what_the_data_says_may_wait(tmp_path: Path) -> None:
    found, _ = deadlines(tmp_path)
    assert found.may_pause(ClockKind.ASSESSMENT, None)
    assert found.may_pause(ClockKind.ASSESSMENT, "csddd_procedure")
    assert not found.may_pause(ClockKind.READ, None)
    assert not found.may_pause(ClockKind.OUTCOME_FEEDBACK, "eu_whistleblower")
    assert not found.may_pause(ClockKind.ASSESSMENT, "a law of before")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    (
        ("law = []", 'law = ["eu_wb"]', "deadlines.toml: law names eu_wb, but there is no [profile.eu_wb]."),
        ("law = []", "", "deadlines.toml: law must be a list of texts."),
        (
            'acknowledge = { days = 7, source = "article 9(1)(b)" }',
            "acknowledge = { days = 7 }",
            "deadlines.toml, profile, eu_whistleblower, acknowledge: source is missing.",
        ),
        (
            'acknowledge = { days = 7, source = "article 9(1)(b)" }',
            'acknowlege = { days = 7, source = "article 9(1)(b)" }',
            "deadlines.toml, profile, eu_whistleblower: acknowlege is not known here.",
        ),
        (
            "{ months = 3,",
            "{ months = 3, days = 90,",
            (
                "deadlines.toml, profile, eu_whistleblower, outcome_feedback: "
                "exactly one of hours, days, working_days, months must be given."
            ),
        ),
        (
            "[clock.assessment]\npause = true",
            "[clock.assessment]\npause = 1",
            "deadlines.toml, clock, assessment: pause must be true or false.",
        ),
    ),
)
def test_a_mistake_in_a_profile_is_a_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert deadlines(tmp_path, old, new)[1][0] == line
