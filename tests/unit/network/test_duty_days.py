"""Who is on duty on which day of an organisation's own time zone."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.database import MemberId, new_id
from app.network.duty_days import AHEAD, Absence, Roster, Shift

ANA, BO, CY = (MemberId(new_id()) for _ in range(3))
MONDAY = date(2026, 11, 30)
EVERY_DAY = frozenset(range(7))


def roster(*turns: Shift, away: tuple[Absence, ...] = (), zone: str = "Asia/Kuala_Lumpur") -> Roster:
    return Roster(turns, away, ZoneInfo(zone))


def turn(
    who: MemberId, days: frozenset[int] = EVERY_DAY, first: date | None = None, last: date | None = None
) -> Shift:
    return Shift(uuid4(), who, days, first, last)


def test_weekly_turns_and_turns_of_some_days_stand_beside_each_other() -> None:
    here = roster(
        turn(ANA, frozenset({0, 1})), turn(BO, first=date(2026, 12, 1), last=date(2026, 12, 2)), turn(CY)
    )
    for day, expected in ((0, {ANA, CY}), (1, {ANA, BO, CY}), (2, {BO, CY}), (3, {CY}), (7, {ANA, CY})):
        assert here.on_duty(MONDAY + timedelta(days=day)) == expected


def test_who_is_away_is_not_on_duty_from_the_first_day_to_the_last() -> None:
    away = Absence(uuid4(), ANA, MONDAY, MONDAY + timedelta(days=1))
    here = roster(turn(ANA), turn(BO, frozenset({1})), away=(away,))
    found = [here.on_duty(MONDAY + timedelta(days=number)) for number in range(-1, 3)]
    assert found == [{ANA}, set(), {BO}, {ANA}]
    assert here.away(MONDAY) == {ANA}
    now = datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert here.gaps(now) == (MONDAY,)
    assert here.alone(BO, now) == (MONDAY + timedelta(days=1),)
    assert len(here.alone(ANA, now)) == AHEAD - 2
    assert here.of({BO}).gaps(now) == tuple(d for d in here.days_ahead(now) if d.weekday() != 1)


@pytest.mark.parametrize(
    ("zone", "moment", "weekday"),
    (
        # Monday has begun in Malaysia, while it is Sunday in UTC.
        ("Asia/Kuala_Lumpur", datetime(2026, 11, 29, 16, 0, tzinfo=UTC), 0),
        ("Asia/Kuala_Lumpur", datetime(2026, 11, 29, 15, 59, tzinfo=UTC), 6),
        # The day on which Berlin's clocks go back has 25 hours, that on which they go forward 23.
        ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 6),
        ("Europe/Berlin", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), 0),
        ("Europe/Berlin", datetime(2027, 3, 28, 21, 59, tzinfo=UTC), 6),
        ("Europe/Berlin", datetime(2027, 3, 28, 22, 0, tzinfo=UTC), 0),
    ),
)
def test_a_day_is_one_of_the_organisations_zone(zone: str, moment: datetime, weekday: int) -> None:
    here = roster(turn(ANA, frozenset({0})), turn(BO, frozenset({6})), zone=zone)
    assert here.on_duty(here.day_of(moment)) == ({ANA} if weekday == 0 else {BO})
