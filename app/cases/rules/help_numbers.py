"""Emergency and help numbers (config/help.toml): shown only for a known country, and only when checked within twelve months."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.cases.config_file import Table
from app.network import country_hint, is_country

_DIALLED = frozenset("0123456789*#+ -")


class HelpKind(StrEnum):
    """What kind of help answers, the most general first, which is the order of showing."""

    EMERGENCY = "emergency"
    POLICE = "police"
    AMBULANCE = "ambulance"
    VIOLENCE = "violence"
    CHILD = "child"
    WORKERS = "workers"
    HEALTH = "health"


@dataclass(frozen=True)
class HelpNumber:
    """One number that somebody has called and found answered."""

    country: str
    kind: HelpKind
    number: str
    name: str
    checked_on: date
    checked_by: str


@dataclass(frozen=True)
class HelpNumbers:
    """Every number that was entered; built by `read_help_numbers` only."""

    numbers: tuple[HelpNumber, ...]

    def help_for(self, country: str | None, today: date) -> tuple[HelpNumber, ...]:
        """The country's numbers that were checked within twelve months; an unknown country has none."""
        order = list(HelpKind)
        found = [
            number
            for number in self.numbers
            if number.country == country and _a_year_before(today) <= number.checked_on <= today
        ]
        return tuple(sorted(found, key=lambda number: order.index(number.kind)))


def read_help_numbers(file: Table) -> HelpNumbers:
    """The numbers from their file; mistakes are noted on the table."""
    numbers = tuple(_read_number(table) for table in file.tables("number"))
    file.done()
    return HelpNumbers(numbers)


def _read_number(table: Table) -> HelpNumber:
    number = HelpNumber(
        country=table.text("country"),
        kind=table.word("kind", HelpKind),
        number=table.text("number"),
        name=table.text("name"),
        checked_on=table.day("checked_on"),
        checked_by=table.text("checked_by"),
    )
    if number.country and not is_country(number.country):
        table.wrong(f"country must be two capital letters (ISO 3166){country_hint(number.country)}.")
    if number.number and not (
        set(number.number) <= _DIALLED and any(sign.isdigit() for sign in number.number)
    ):
        table.wrong("number must be what one dials: digits, spaces, -, +, * or #.")
    table.done()
    return number


def _a_year_before(today: date) -> date:
    try:
        return today.replace(year=today.year - 1)
    except ValueError:  # 29 February
        return today.replace(year=today.year - 1, day=28)
