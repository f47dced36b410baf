"""When a helper is reminded of a date that the world sets."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.cases.case import WARNED_BEFORE
from app.cases.clocks import next_warning

FLIGHT = date(2027, 3, 1)


def at(day: int, month: int, hour: int = 0) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=UTC)


def test_each_reminder_comes_in_its_turn_and_then_only_that_it_is_over() -> None:
    assert next_warning(FLIGHT, at(1, 1)) == at(30, 1)
    assert next_warning(FLIGHT, at(30, 1)) == at(15, 2)
    assert next_warning(FLIGHT, at(15, 2, 9)) == at(22, 2)
    assert next_warning(FLIGHT, at(22, 2, 9)) == at(27, 2)
    # Wherever on earth the day is, it is over then: an empty column is one that others emptied.
    assert next_warning(FLIGHT, at(27, 2, 9)) == at(3, 3)
    assert next_warning(FLIGHT, at(3, 3)) is None


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)), st.integers(0, 24 * 400))
def test_a_reminder_is_always_ahead_and_one_of_the_four_or_the_end(on: date, hours_before: int) -> None:
    now = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=hours_before)
    found = next_warning(on, now)
    assert found is None or (found > now and (on - found.date()).days in (*WARNED_BEFORE, -2))
    assert found is not None
    assert (found.date() > on) == (hours_before <= 2 * 24)
