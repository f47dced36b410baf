"""Days and hours in the language and the time zone of the member who reads."""

from datetime import UTC, date, datetime, time
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_timezone_location, parse_pattern
from flask import g

from app import clock
from app.network import zone_info
from app.web.language import page_language

# Read once: a page shows a hundred moments. With the year wherever it is not this one, or a day far away looks past.
_HOUR, _HOUR_OF_YEAR = parse_pattern("EEE d MMM, HH:mm"), parse_pattern("EEE d MMM y, HH:mm")

_WEEKDAY, _WEEKDAY_OF_YEAR = parse_pattern("EEE d MMM"), parse_pattern("EEE d MMM y")

_MIDNIGHT = time()


def hour(moment: datetime) -> str:
    """Date and time of day in the time zone of the member who reads, which is named because desks sit in many of them."""
    here = moment.astimezone(zone_info(g.get("zone", "")))
    pattern = _HOUR if here.year == _this_year() else _HOUR_OF_YEAR
    return f"{pattern.apply(here, page_language().locale)} {own_zone()}"


def due(moment: datetime) -> str:
    """As `hour`, for a moment by which something has to be done: midnight is the end of the day before, "Mon 14 Dec, 24:00"."""
    here = moment.astimezone(zone_info(g.get("zone", "")))
    if here.time() != _MIDNIGHT:
        return hour(moment)
    return f"{weekday(clock.last_moment(here).date())}, {due_hour(here)} {own_zone()}"


def due_hour(due_at: datetime) -> str:
    """The time of day, in its own zone, by which something has to be done on the day of `last_moment`."""
    return "24:00" if due_at.time() == _MIDNIGHT else f"{due_at:%H:%M}"


def _this_year() -> int:
    return clock.now().astimezone(zone_info(g.get("zone", ""))).year


def own_zone() -> str:
    """The name of the time zone of the member who reads."""
    return zone_name(g.get("zone", ""), page_language().locale)


@lru_cache(maxsize=512)
def zone_name(name: str, locale: Locale) -> str:
    """A time zone by the city that stands for it, in the reader's language; UTC where there is none."""
    zone = zone_info(name)
    return "UTC" if zone is UTC else get_timezone_location(zone, locale=locale, return_city=True)


def day(on: date) -> str:
    """A day without a time, such as that of a hearing."""
    return format_date(on, "medium", page_language().locale)


def weekday(on: date) -> str:
    """A day of these weeks, by its name and date."""
    return _weekday(on, page_language().locale, with_year=on.year != _this_year())


@lru_cache(maxsize=512)
def _weekday(on: date, locale: Locale, *, with_year: bool) -> str:
    return (_WEEKDAY_OF_YEAR if with_year else _WEEKDAY).apply(on, locale)


def weekdays() -> list[str]:
    """The days of the week, Monday first, in the reader's language."""
    names = page_language().locale.days["stand-alone"]["wide"]
    return [names[number] for number in range(7)]
