"""Days on which nobody works: weekends, a country's public holidays, and the operator's own days (config/holidays.toml)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType

from app.cases.config_file import Table
from app.network import country_hint, is_country

DaysOff = Mapping[str, frozenset[date]]
"""Days off by country (ISO 3166), weekends not among them."""

_DAY = timedelta(days=1)
# Longer than any festival; whoever types the wrong year must not stop every clock of a country.
_LONGEST_RANGE = 31
_YEARS = range(2000, 2200)


@dataclass(frozen=True)
class Calendar:
    """When people work at one place: its weekend (`datetime.weekday()`), its days off, and the zone in which its days begin.

    `worked` are days of the weekend on which everybody works, to make up for a long feast, as governments order it.
    """

    weekend: frozenset[int] = frozenset()
    days_off: frozenset[date] = frozenset()
    zone: tzinfo = UTC
    worked: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether people work on that day."""
        return (day.weekday() not in self.weekend or day in self.worked) and day not in self.days_off

    def working_day_from(self, day: date) -> date:
        """The first day on which people work, this one or a later one."""
        while not self.works_on(day):
            day += _DAY
        return day

    def begins(self, day: date) -> datetime:
        """When a day begins there, in UTC; where the clocks skip midnight, the first moment after it."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Which day it is there."""
        return moment.astimezone(self.zone).date()


def read_own_days(file: Table) -> DaysOff:
    """The operator's own days off from their file; mistakes are noted on the table."""
    found: dict[str, set[date]] = {}
    for block in file.tables("day"):
        country = block.text("country")
        if country and not is_country(country):
            block.wrong(f"country must be a country's two capital letters (ISO 3166){country_hint(country)}.")
        block.text("name")
        found.setdefault(country, set()).update(_read_days(block))
        block.done()
    file.done()
    return MappingProxyType({country: frozenset(days) for country, days in found.items()})


def joined(*several: DaysOff) -> DaysOff:
    """The days off of all of these together."""
    countries = {country for days in several for country in days}
    return MappingProxyType(
        {
            country: frozenset().union(*(days.get(country, frozenset()) for days in several))
            for country in countries
        }
    )


def _read_days(block: Table) -> Iterable[date]:
    if "date" in block.names():
        only = block.day("date")
        return (only,) if only != date.min and _are_in_reach(block, only) else ()
    if not {"from", "to"} & set(block.names()):
        block.wrong("date, or from and to, must be given.")
        return ()
    first, last = block.day("from"), block.day("to")
    if date.min in (first, last) or not _are_in_reach(block, first, last):
        return ()
    if not 0 <= (last - first).days < _LONGEST_RANGE:
        block.wrong(f"to must be from or a later day, and no more than {_LONGEST_RANGE} days in all.")
        return ()
    return (first + number * _DAY for number in range((last - first).days + 1))


def _are_in_reach(block: Table, *days: date) -> bool:
    if all(day.year in _YEARS for day in days):
        return True
    block.wrong(f"the year must be one from {_YEARS[0]} to {_YEARS[-1]}.")
    return False
