"""How long something may take, as the operator writes it."""

from dataclasses import dataclass
from enum import StrEnum

from app.cases.config_file import Table

_MOST = 1000


class Unit(StrEnum):
    """What a duration is counted in."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True)
class Duration:
    """So many hours, days, working days or calendar months."""

    number: int
    unit: Unit


def read_unit(table: Table) -> Duration:
    """The one unit of a table with its number; what else is in the table is left to whoever reads it."""
    units = [unit for unit in Unit if unit in table.names()]
    if len(units) != 1:
        table.wrong(f"exactly one of {', '.join(Unit)} must be given.")
        return Duration(1, Unit.HOURS)
    return Duration(table.whole(units[0], least=1, most=_MOST), units[0])
