"""The deadlines as the operator wrote them (config/deadlines.toml): who acts, what starts the clock, how long it runs.

The days on which a worker is asked how it is stand in the same file (`followup_days`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.cases.config_file import Table
from app.cases.enums import ClockKind, FollowupKind, Profile, StartEvent, Who
from app.cases.rules.followup_days import FollowupDays, read_followups
from app.network import country_hint, is_country

_MOST = 1000


class Unit(StrEnum):
    """What a duration is counted in."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


class Weekday(StrEnum):
    """The days of the week as the config file writes them, in the order of `datetime.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


@dataclass(frozen=True)
class Duration:
    """So many hours, days or working days."""

    number: int
    unit: Unit


@dataclass(frozen=True)
class Deadline:
    """One clock of the plan: who acts, which event starts it, and how long it runs in each profile."""

    kind: ClockKind
    who: Who
    start: StartEvent
    durations: Mapping[Profile, Duration]


@dataclass(frozen=True)
class Deadlines:
    """Every clock, every follow-up and every country's weekend; built by `read_deadlines` only."""

    clocks: tuple[Deadline, ...]
    followups: Mapping[FollowupKind, FollowupDays]
    default_weekend: frozenset[int]
    weekends: Mapping[str, frozenset[int]]

    def weekend(self, country: str | None) -> frozenset[int]:
        """The days on which nobody works there, as `datetime.weekday()` counts them."""
        return self.default_weekend if country is None else self.weekends.get(country, self.default_weekend)


def read_deadlines(file: Table) -> Deadlines:
    """The deadlines from their file; mistakes are noted on the table."""
    clocks = file.table("clock")
    read = []
    for kind in ClockKind:
        if kind not in clocks.names():
            clocks.wrong(f"{kind} is missing.")
            continue
        table = clocks.table(kind)
        who, start = table.word("who", Who), table.word("start", StartEvent)
        durations = {profile: _read_duration(profile, table) for profile in Profile}
        table.done()
        read.append(Deadline(kind, who, start, MappingProxyType(durations)))
    clocks.done()
    followups = read_followups(file)
    weekend = file.table("weekend")
    default = _read_weekend("default", weekend)
    weekends = {country: _read_weekend(country, weekend) for country in weekend.names()}
    for country in weekends:
        if not is_country(country):
            weekend.wrong(
                f"{country} must be a country's two capital letters (ISO 3166){country_hint(country)}."
            )
    file.done()
    return Deadlines(tuple(read), followups, default, MappingProxyType(weekends))


def _read_duration(profile: Profile, table: Table) -> Duration:
    if profile not in table.names():
        table.wrong(f"{profile} is missing.")
        return Duration(1, Unit.HOURS)
    duration = table.table(profile)
    units = [unit for unit in Unit if unit in duration.names()]
    if len(units) != 1:
        duration.wrong(f"exactly one of {', '.join(Unit)} must be given.")
        return Duration(1, Unit.HOURS)
    number = duration.whole(units[0], least=1, most=_MOST)
    duration.done()
    return Duration(number, units[0])


def _read_weekend(key: str, table: Table) -> frozenset[int]:
    if key not in table.names():
        table.wrong(f"{key} is missing.")
        return frozenset()
    days = frozenset(list(Weekday).index(day) for day in table.words(key, Weekday, frozenset()))
    if len(days) == len(Weekday):
        table.wrong(f"{key} leaves no day to work on.")
    return days
