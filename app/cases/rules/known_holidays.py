"""Public holidays as the `holidays` library knows them, for the countries and years that are asked for.

Imported only where it is used: the library and what it works out take ten megabytes, the days themselves a few kilobytes.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.cases.rules.days_off import DaysOff

if TYPE_CHECKING:
    from holidays import HolidayBase

YEARS_AHEAD = 5
"""The longest duration is a thousand working days; whoever runs longer than a year without a start has more than enough."""


def public_holidays(countries: Iterable[str], today: date) -> DaysOff:
    """The public holidays that hold in the whole of each country, from a year back; unknown countries are left out."""
    return MappingProxyType({country: frozenset(known) for country, known in _known(countries, today)})


def worked_weekends(countries: Iterable[str], today: date) -> DaysOff:
    """The days of weekends on which everybody of a country works, as China orders it to make up for the golden weeks."""
    years = _years(today)
    return MappingProxyType(
        {
            country: frozenset(day for day in known.weekend_workdays if day.year in years)
            for country, known in _known(countries, today)
            if known.weekend_workdays
        }
    )


def _years(today: date) -> range:
    return range(today.year - 1, today.year + YEARS_AHEAD + 1)


def _known(countries: Iterable[str], today: date) -> "Iterator[tuple[str, HolidayBase]]":
    import holidays

    supported = holidays.list_supported_countries(include_aliases=False)
    for country in sorted(set(countries)):
        if country in supported:
            yield country, holidays.country_holidays(country, years=_years(today))
