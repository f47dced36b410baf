"""The deadlines as the operator wrote them (config/deadlines.toml): who acts, what starts the clock, how long it runs.

The days on which a worker is asked how it is stand in the same file (`followup_days`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from enum import StrEnum
from types import MappingProxyType

from app.cases.config_file import Table
from app.cases.enums import ClockKind, FollowupKind, Profile, StartEvent, Who
from app.cases.rules.days_off import Calendar, DaysOff, joined
from app.cases.rules.durations import Duration, Unit, read_unit
from app.cases.rules.followup_days import FollowupDays, read_followups
from app.cases.rules.laws import LegalProfile, read_profiles
from app.cases.rules.text_rules import TextRules, read_text_rules
from app.network import country_hint, is_country


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
class Deadline:
    """One clock of the plan: who acts, which event starts it, and how long it runs in each profile."""

    kind: ClockKind
    who: Who
    start: StartEvent
    durations: Mapping[Profile, Duration]
    may_pause: bool


@dataclass(frozen=True)
class Deadlines:
    """Every clock, every follow-up, and every country's weekend and days off; built by `read_deadlines` only."""

    clocks: tuple[Deadline, ...]
    followups: Mapping[FollowupKind, FollowupDays]
    texts: TextRules
    default_weekend: frozenset[int]
    weekends: Mapping[str, frozenset[int]]
    days_off: DaysOff
    worked: DaysOff
    """Days of the weekend on which everybody works, by country."""
    profiles: Mapping[str, LegalProfile]
    laws: tuple[LegalProfile, ...]  # those of the profiles that this network follows
    regions: Mapping[str, tuple[str, ...]]
    """The regions with holidays of their own, such as DE-BY, of each country of the network."""

    def may_pause(self, kind: ClockKind, law: str | None) -> bool:
        """Whether a clock that holds by that law, or by this network's own procedure, may wait for a reason."""
        if law is None:
            return any(each.may_pause for each in self.clocks if each.kind is kind)
        asked = self.profiles[law].deadlines.get(kind) if law in self.profiles else None
        return asked is not None and asked.may_pause

    def asked_by_laws(self, kind: ClockKind) -> tuple[Duration, ...]:
        """How long the profiles of the file give for this, whichever of them the network follows."""
        return tuple(
            each.deadlines[kind].duration for each in self.profiles.values() if kind in each.deadlines
        )

    def source(self, kind: ClockKind, law: str | None) -> str:
        """Where it stands that this has to happen by then; nothing where it is this network's own procedure."""
        if law is None or law not in self.profiles or kind not in self.profiles[law].deadlines:
            return law or ""
        return self.profiles[law].deadlines[kind].source

    def following(self, code: str) -> "Deadlines":
        """The same deadlines for whoever follows this profile too; one that is not in the file any more asks for nothing."""
        law = self.profiles.get(code)
        return self if law is None or law in self.laws else replace(self, laws=(*self.laws, law))

    def calendar(self, country: str | None, zone: tzinfo = UTC, region: str = "") -> Calendar:
        """When people work there, with days that begin in that zone; without a country only the usual weekend is free.

        A `region` of another country says nothing here.
        """
        if country is None:
            return Calendar(self.default_weekend, zone=zone)
        weekend = self.weekends.get(country, self.default_weekend)
        off, worked = self.days_off.get(country, frozenset()), self.worked.get(country, frozenset())
        if region.startswith(f"{country}-"):
            off |= self.days_off.get(region, frozenset())
        return Calendar(weekend, off, zone, worked)

    def every_calendar(self, zones: Collection[tzinfo]) -> frozenset[Calendar]:
        """Every calendar that a case may run on, each with days that begin in each of these zones."""
        places: set[tuple[str | None, str]] = {(None, "")}
        places |= {(key.partition("-")[0], key) for key in (*self.weekends, *self.days_off)}
        return frozenset(self.calendar(country, zone, region) for country, region in places for zone in zones)

    def with_days_off(
        self,
        found: DaysOff,
        worked: DaysOff = MappingProxyType({}),
        regions: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> "Deadlines":
        """The same deadlines with more days off, more days of the weekend on which people work, and the regions there are."""
        off, on = joined(self.days_off, found), joined(self.worked, worked)
        return replace(self, days_off=off, worked=on, regions=regions)


_WHOEVER_HAS_IT = (Who.PARTNER, Who.COMPANY)
_WHO = {ClockKind.ACCEPT: (Who.PARTNER,), ClockKind.PLACE: (Who.COORDINATOR,)}
"""Who can be late with what: of anybody else's missed date nobody would be told, and no ladder climbed."""


def read_deadlines(file: Table, own_days: DaysOff) -> Deadlines:
    """The deadlines from their file; mistakes are noted on the table."""
    clocks = file.table("clock")
    read = []
    for kind in ClockKind:
        if kind not in clocks.names():
            clocks.wrong(f"{kind} is missing.")
            continue
        table = clocks.table(kind)
        who, start = table.word("who", Who), table.word("start", StartEvent)
        durations = {profile: read_duration(profile, table) for profile in Profile}
        if who not in _WHO.get(kind, _WHOEVER_HAS_IT):
            table.wrong(
                f"who must be {' or '.join(_WHO.get(kind, _WHOEVER_HAS_IT))}: nobody else would be asked."
            )
        may_pause = table.flag("pause", False)
        table.done()
        read.append(Deadline(kind, who, start, MappingProxyType(durations), may_pause))
    clocks.done()
    followups, texts = read_followups(file), read_text_rules(file)
    weekend = file.table("weekend")
    default = _read_weekend("default", weekend)
    weekends = {country: _read_weekend(country, weekend) for country in weekend.names()}
    for country in weekends:
        if not is_country(country):
            weekend.wrong(
                f"{country} must be a country's two capital letters (ISO 3166){country_hint(country)}."
            )
    profiles, laws = read_profiles(file)
    file.done()
    by_country = MappingProxyType(weekends)
    worked: DaysOff = MappingProxyType({})
    return Deadlines(
        tuple(read),
        followups,
        texts,
        default,
        by_country,
        own_days,
        worked,
        profiles,
        laws,
        MappingProxyType({}),
    )


def read_duration(profile: Profile, table: Table) -> Duration:
    """How long it is on a profile; mistakes are noted on the table."""
    if profile not in table.names():
        table.wrong(f"{profile} is missing.")
        return Duration(1, Unit.HOURS)
    duration = table.table(profile)
    found = read_unit(duration)
    duration.done()
    return found


def _read_weekend(key: str, table: Table) -> frozenset[int]:
    if key not in table.names():
        table.wrong(f"{key} is missing.")
        return frozenset()
    days = frozenset(list(Weekday).index(day) for day in table.words(key, Weekday, frozenset()))
    if len(days) == len(Weekday):
        table.wrong(f"{key} leaves no day to work on.")
    return days
