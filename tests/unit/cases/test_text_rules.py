"""Few texts and in the right hours, whatever is asked when: rules over plain values."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.case import NoHourLeft, TextTimes
from app.cases.rules.text_rules import TextRules

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
ZONES = [BERLIN, LORD_HOWE, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Asia/Kuala_Lumpur"), ZoneInfo("UTC")]
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda passed: BEGAN + passed)
WEEK, QUARTER = timedelta(days=7), timedelta(days=90)
RULES = TextRules(TextTimes(9, 20), timedelta(days=14), ((WEEK, 1), (QUARTER, 6)), timedelta(days=30), {})


@st.composite
def times(draw: st.DrawFn) -> TextTimes:
    """Hours that somebody may choose."""
    first = draw(st.integers(0, 23))
    last = draw(st.integers(1, 24).filter(lambda hour: hour != first))
    return TextTimes(first, last, draw(st.frozensets(st.integers(0, 6), min_size=1)))


@given(times(), st.lists(st.sampled_from(ZONES), min_size=1, max_size=1), MOMENTS)
def test_the_next_time_is_one_and_there_is_none_before(
    chosen: TextTimes, zones: list[ZoneInfo], at: datetime
) -> None:
    found = chosen.next(zones, at)
    assert found is not None
    assert chosen.hold(zones, found)
    assert found >= at
    quarter = found - timedelta(minutes=15)
    assert found == at or quarter < at or not chosen.hold(zones, quarter)
    left = chosen.left(zones, found, timedelta(hours=4))
    assert timedelta() < left <= timedelta(hours=4)
    assert chosen.hold(zones, found + left - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("evening", "morning"),
    (
        (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
    ),
    ids=("an hour less", "an hour more"),
)
def test_the_clocks_there_count_over_a_change_of_summer_time(evening: datetime, morning: datetime) -> None:
    assert RULES.times.next([BERLIN], evening) == morning


def test_hours_over_midnight_belong_to_their_evening_and_no_hour_is_refused() -> None:
    night = TextTimes(22, 2, frozenset({4}))  # Friday
    there = [ZoneInfo("UTC")]
    assert night.hold(there, datetime(2026, 11, 27, 23, tzinfo=UTC))
    assert night.hold(there, datetime(2026, 11, 28, 1, tzinfo=UTC))
    assert not night.hold(there, datetime(2026, 11, 28, 23, tzinfo=UTC))
    assert not night.hold(there, datetime(2026, 11, 27, 1, tzinfo=UTC))
    assert not RULES.times.hold([], datetime(2026, 11, 27, 12, tzinfo=UTC))
    for first, last, days in ((9, 9, {1}), (9, 10, set()), (24, 1, {1}), (9, 25, {1}), (9, 10, {7})):
        with pytest.raises(NoHourLeft):
            TextTimes(first, last, frozenset(days))


@given(MOMENTS, st.lists(st.timedeltas(timedelta(hours=-1), timedelta(days=20)), max_size=60), times())
def test_never_more_than_the_limits_and_never_outside_the_hours(
    began: datetime, gaps: list[timedelta], chosen: TextTimes
) -> None:
    sent: list[datetime] = []
    now = began
    for gap in gaps:  # now and then the clock is put back
        now += gap
        moment = chosen.next([BERLIN], RULES.room_at(sent, now))
        assert moment is not None
        if moment <= now:
            sent.append(now + timedelta(hours=4))  # by then it went at the latest
            assert chosen.hold([BERLIN], now)
    for within, most in RULES.most:
        for number, first in enumerate(sent):
            assert sum(timedelta() <= later - first < within for later in sent[number:]) <= most
