"""Hours in which a text wakes nobody: seven in the morning to nine in the evening, wherever in the country the worker is.

A number tells its country and no more, so where a country has several time zones the hours hold in all of them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from functools import cache

from app import clock
from app.network import zone_info, zones_of

FIRST_HOUR, LAST_HOUR = 7, 21

_STEP = timedelta(minutes=15)  # every time zone differs from every other by a multiple of it
_LONGEST = timedelta(hours=10)
_SHORTEST = timedelta(minutes=30)
_AT_NIGHT = timedelta(hours=2)


def local_times(country: str | None, at: datetime) -> tuple[datetime, ...]:
    """What time it is in the country, once for each different time that its clocks show; empty when it is not known."""
    times = {
        moment.replace(tzinfo=None): moment for moment in (at.astimezone(zone) for zone in _zones(country))
    }
    return tuple(times[shown] for shown in sorted(times))


def quiet_until(country: str | None, at: datetime) -> datetime | None:
    """When the hours begin in which a text wakes nobody, or None when they are now or the country is not known."""
    zones = _zones(country)
    if not zones or _everywhere_by_day(zones, at):
        return None
    moment = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(timedelta(days=2) // _STEP):
        moment += _STEP
        if _everywhere_by_day(zones, moment):
            return moment
    return None  # a country so wide that it is always night somewhere


def valid_for(country: str | None, from_then: datetime) -> timedelta:
    """How long a text that may go out from then on stays worth sending: never into the night, unless it begins in it."""
    zones = _zones(country)
    if not _everywhere_by_day(zones, from_then):
        return _AT_NIGHT
    left = _LONGEST
    while left > _SHORTEST and not _everywhere_by_day(zones, clock.quarter_after(from_then + left)):
        left -= _STEP
    return left


def was_put_off(country: str | None, valid_until: datetime, at: datetime) -> bool:
    """Whether a text that is worth sending for so long was to wait at this moment of a night: sent in it, it would end sooner."""
    return not _everywhere_by_day(_zones(country), at) and valid_until > clock.quarter_after(at + _AT_NIGHT)


def _everywhere_by_day(zones: Collection[tzinfo], at: datetime) -> bool:
    return all(FIRST_HOUR <= at.astimezone(zone).hour < LAST_HOUR for zone in zones)


@cache
def _zones(country: str | None) -> tuple[tzinfo, ...]:
    return tuple(map(zone_info, zones_of(country)))
