"""Reading a config file so that the operator sees every mistake at once, one line each.

A reading never stops at a mistake: it notes it and goes on with a stand-in. `load_rules` refuses the whole when there is a note.
"""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)
Values = dict[str, object]


class Table:
    """One table of a config file; whatever is taken from it is checked, whatever is left over is a mistake."""

    def __init__(self, where: str, values: Values, mistakes: list[str]) -> None:
        self.where = where
        self.mistakes = mistakes
        self._values = dict(values)

    def wrong(self, text: str) -> None:
        """Note a mistake in this table."""
        self.mistakes.append(f"{self.where}: {text}")

    def text(self, key: str) -> str:
        """A text that must be there and not be empty."""
        value = self._take(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.wrong(f"{key} must be a text." if value is not None else f"{key} is missing.")
        return ""

    def optional_text(self, key: str, default: str | None) -> str | None:
        """A text that may be left out."""
        return self.text(key) if key in self._values else default

    def flag(self, key: str, default: bool) -> bool:
        """True or false; may be left out."""
        value = self._values.pop(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(f"{key} must be true or false.")
        return default

    def whole(self, key: str, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._take(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(f"{key} must be a whole number from {least} to {most}.")
        return least

    def rising(self, key: str, *, least: int, most: int) -> tuple[int, ...]:
        """A list of whole numbers within bounds, at least one, each larger than the one before."""
        value = self._take(key)
        numbers = value if isinstance(value, list) else []
        whole = all(isinstance(each, int) and not isinstance(each, bool) for each in numbers)
        if (
            numbers
            and whole
            and numbers == sorted({*numbers})
            and least <= numbers[0]
            and numbers[-1] <= most
        ):
            return tuple(numbers)
        self.wrong(f"{key} must be rising whole numbers from {least} to {most}, like [14, 30].")
        return (least,)

    def day(self, key: str) -> date:
        """A date, written like 2026-01-31 without quotation marks."""
        value = self._take(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.wrong(f"{key} must be a date like 2026-01-31, without quotation marks.")
        return date.min

    def word(self, key: str, words: type[Word], default: Word | None = None) -> Word:
        """One word of a closed list; may be left out when there is a default."""
        value = self._values.pop(key, default)
        found = self._word(key, value, words)
        return next(iter(words)) if found is None else found

    def words(self, key: str, words: type[Word], default: frozenset[Word]) -> frozenset[Word]:
        """Several words of a closed list; may be left out."""
        if key not in self._values:
            return default
        return frozenset(
            found for text in self.texts(key) if (found := self._word(key, text, words)) is not None
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(f"{key} must be a list of texts.")
            return ()
        if len(set(value)) != len(value):
            self.wrong(f"{key} names something twice.")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """The table within this one; a missing one counts as empty."""
        return self._as_table(key, self._values.pop(key, {}))

    def tables(self, key: str) -> Iterator["Table"]:
        """The blocks `[[key]]`; none is no mistake."""
        value = self._values.pop(key, [])
        if not isinstance(value, list):
            self.wrong(f"{key} must be blocks headed [[{key}]].")
            return
        for place, item in enumerate(value, start=1):
            yield self._as_table(f"{key} {place}", item)

    def every_table(self) -> Iterator[tuple[str, "Table"]]:
        """Every table within this one, by its name."""
        for key in list(self._values):
            yield key, self.table(key)

    def names(self) -> tuple[str, ...]:
        """What has not been taken yet."""
        return tuple(self._values)

    def done(self) -> None:
        """Say that everything known has been taken; the rest are mistakes, most likely misspelt."""
        for key in self._values:
            self.wrong(f"{key} is not known here.")

    def _take(self, key: str) -> object:
        return self._values.pop(key, None)

    def _word(self, key: str, value: object, words: type[Word]) -> Word | None:
        for word in words:
            if word == value:
                return word
        self.wrong(f"{key} must be one of {', '.join(words)}.")
        return None

    def _as_table(self, key: str, value: object) -> "Table":
        if not isinstance(value, dict):
            self.wrong(f"{key} must be a table.")
            value = {}
        return Table(f"{self.where}, {key}", value, self.mistakes)


def open_config(file: Path, mistakes: list[str]) -> Table:
    """The whole of a config file; one that is missing or is not TOML is noted and read as empty."""
    values: Values = {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        mistakes.append(f"{file.name}: the file is missing.")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{file.name}: cannot be read ({type(error).__name__}).")
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"{file.name}: not valid TOML ({error}).")
    return Table(file.name, values, mistakes)
