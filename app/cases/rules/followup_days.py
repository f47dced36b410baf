"""When a worker is asked how it is without having to come first (config/deadlines.toml, `followup`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.cases.config_file import Table
from app.cases.enums import FollowupKind, Profile

_MOST_DAYS = 1000


@dataclass(frozen=True)
class FollowupDays:
    """The days of one kind of follow-up, counted from what began it; one that `repeats` comes round after so many, again and again.

    Later than `still_right` days after its day it is not asked any more; None is asked however late.
    """

    days: Mapping[Profile, tuple[int, ...]]
    still_right: int | None

    @property
    def repeats(self) -> bool:
        """Whether it has no last round: that there is no news can be said for as long as a case is open."""
        return self.still_right is None


def read_followups(file: Table) -> Mapping[FollowupKind, FollowupDays]:
    """The days of every follow-up; mistakes are noted on the table."""
    tables = file.table("followup")
    read = {}
    for kind in FollowupKind:
        if kind not in tables.names():
            tables.wrong(f"{kind} is missing.")
            continue
        table = tables.table(kind)
        repeats = kind is FollowupKind.NEWS
        still_right = None if repeats else table.whole("still_right_days", least=1, most=_MOST_DAYS)
        days = {profile: _read_days(profile, table, repeats=repeats) for profile in Profile}
        table.done()
        read[kind] = FollowupDays(MappingProxyType(days), still_right)
    tables.done()
    return MappingProxyType(read)


def _read_days(profile: Profile, table: Table, *, repeats: bool) -> tuple[int, ...]:
    if profile not in table.names():
        table.wrong(f"{profile} is missing.")
        return (1,)
    days = table.table(profile)
    if repeats:
        read: tuple[int, ...] = (days.whole("every_days", least=1, most=_MOST_DAYS),)
    else:
        read = days.rising("days", least=1, most=_MOST_DAYS)
    days.done()
    return read
