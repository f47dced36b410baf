"""The hour that an id holds, whoever wrote the id."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app import clock
from app.database import FAR_FUTURE, LONG_PAST, hour_of_id, new_id, new_id_beside

_LAST_HOUR = datetime(2999, 12, 31, 23, tzinfo=UTC)


def test_an_id_of_ours_tells_its_hour() -> None:
    assert hour_of_id(new_id()) == clock.hour_of(clock.now())


def test_ids_beside_another_stand_next_to_it_and_each_alone() -> None:
    other = new_id()
    beside = [new_id_beside(other) for _ in range(100)]
    assert len({other, *beside}) == 101
    assert {each.bytes[:10] for each in beside} == {other.bytes[:10]}
    assert {(each.version, each.variant, hour_of_id(each)) for each in beside} == {
        (other.version, other.variant, hour_of_id(other))
    }


@pytest.mark.parametrize(
    ("milliseconds", "hour"),
    (
        (0, LONG_PAST),
        (int(_LAST_HOUR.timestamp()) * 1000, _LAST_HOUR),
        (int(FAR_FUTURE.timestamp()) * 1000, LONG_PAST),
        (253_402_300_800_000, LONG_PAST),  # the year 10000
        ((1 << 48) - 1, LONG_PAST),
    ),
)
def test_an_id_that_holds_no_time_is_long_past(milliseconds: int, hour: datetime) -> None:
    assert hour_of_id(UUID(int=milliseconds << 80)) == hour
    assert hour_of_id(UUID(int=(milliseconds << 80) | ((1 << 80) - 1))) == hour
