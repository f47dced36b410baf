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


def public_holidays(places: Iterable[str], today: date) -> DaysOff:
    """The public holidays that hold in the whole of each country, from a year back; unknown ones are left out.

    For a region, such as DE-BY, those that hold there.
    """
    return MappingProxyType({country: frozenset(known) for country, known in _known(places, today)})


def regions_of(countries: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The regions with holidays of their own of each country that has any, as ISO 3166-2 writes them."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    return {
        country: tuple(f"{country}-{region}" for region in known[country])
        for country in sorted(set(countries))
        if known.get(country)
    }


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


def _known(places: Iterable[str], today: date) -> "Iterator[tuple[str, HolidayBase]]":
    import holidays

    supported = holidays.list_supported_countries(include_aliases=False)
    for place in sorted(set(places)):
        country, _, region = place.partition("-")
        if region in ("", *supported.get(country, ())) and country in supported:
            yield place, holidays.country_holidays(country, subdiv=region or None, years=_years(today))
