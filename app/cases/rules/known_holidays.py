"""Public holidays as the `holidays` library knows them, for the countries and years that are asked for.

Imported only where it is used: the library and what it works out take ten megabytes, the days themselves a few kilobytes.
"""

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from app.cases.rules.days_off import DaysOff

YEARS_AHEAD = 5
"""The longest duration is a thousand working days; whoever runs longer than a year without a start has more than enough."""


def public_holidays(countries: Iterable[str], today: date) -> DaysOff:
    """The public holidays that hold in the whole of each country, from a year back; unknown countries are left out."""
    import holidays

    years = range(today.year - 1, today.year + YEARS_AHEAD + 1)
    known = holidays.list_supported_countries(include_aliases=False)
    return MappingProxyType(
        {
            country: frozenset(holidays.country_holidays(country, years=years))
            for country in sorted(set(countries))
            if country in known
        }
    )
