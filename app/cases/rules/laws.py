"""Legal profiles as data (config/deadlines.toml, `[profile.*]`): what a law or procedure asks for, by when, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.cases.config_file import Table
from app.cases.enums import ClockKind
from app.cases.rules.durations import Duration, read_unit


@dataclass(frozen=True)
class LegalDeadline:
    """By when a law asks for something, where it says so, and whether it lets that wait for a reason."""

    duration: Duration
    source: str
    may_pause: bool


@dataclass(frozen=True)
class LegalProfile:
    """A law or procedure by the code that clocks are kept with, and what it asks for."""

    code: str
    name: str
    deadlines: Mapping[ClockKind, LegalDeadline]


def read_profiles(file: Table) -> tuple[Mapping[str, LegalProfile], tuple[LegalProfile, ...]]:
    """Every profile of the file, and those that this network follows; mistakes are noted on the table."""
    followed = file.texts("law")
    found = {}
    for code, table in file.table("profile").every_table():
        name, source = table.text("name"), table.text("source")
        deadlines = {
            kind: _read_deadline(table.table(kind), source) for kind in ClockKind if kind in table.names()
        }
        table.done()
        found[code] = LegalProfile(code, name, MappingProxyType(deadlines))
    for code in followed:
        if code not in found:
            file.wrong(f"law names {code}, but there is no [profile.{code}].")
    return MappingProxyType(found), tuple(found[code] for code in followed if code in found)


def _read_deadline(table: Table, source: str) -> LegalDeadline:
    found = LegalDeadline(read_unit(table), f"{source}, {table.text('source')}", table.flag("pause", False))
    table.done()
    return found
