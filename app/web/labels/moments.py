"""Days and hours in the language and the time zone of the member who reads."""

from datetime import UTC, date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_timezone_location, parse_pattern
from flask import g

from app.network import zone_info
from app.web.language import page_language

# Read once: a page shows a hundred moments.
_HOUR = parse_pattern("EEE d MMM, HH:mm")

_WEEKDAY = parse_pattern("EEE d MMM")


def hour(moment: datetime) -> str:
    """Date and time of day in the time zone of the member who reads, which is named because desks sit in many of them."""
    zone = zone_info(g.get("zone", ""))
    return f"{_HOUR.apply(moment.astimezone(zone), page_language().locale)} {own_zone()}"


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
    return _weekday(on, page_language().locale)


@lru_cache(maxsize=512)
def _weekday(on: date, locale: Locale) -> str:
    return _WEEKDAY.apply(on, locale)


def weekdays() -> list[str]:
    """The days of the week, Monday first, in the reader's language."""
    names = page_language().locale.days["stand-alone"]["wide"]
    return [names[number] for number in range(7)]
