"""The ladder as the operator wrote it (config/deadlines.toml): how long each one who is asked has, and where it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.cases.config_file import Table
from app.cases.enums import ClockKind, Profile
from app.cases.rules.deadlines import read_duration
from app.cases.rules.durations import Duration


@dataclass(frozen=True)
class Ladder:
    """How long a rung has in each profile, for which clocks no case is taken away, and how many declines are enough."""

    intervals: Mapping[Profile, Duration]
    stays: frozenset[ClockKind]
    declines: int


def read_ladder(file: Table) -> Ladder:
    """The ladder from the file of the deadlines; mistakes are noted on the table."""
    table = file.table("ladder")
    intervals = {profile: read_duration(profile, table) for profile in Profile}
    stays = table.words("stays", ClockKind, frozenset())
    declines = table.whole("declines", least=1, most=20)
    table.done()
    return Ladder(MappingProxyType(intervals), stays, declines)
