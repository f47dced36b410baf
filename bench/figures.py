"""A figure, what is asked of it, and the one table that holds them all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """A bound that the issue sets, for the measured value itself or for its ratio to the floor."""

    at_most: float | None = None
    at_least: float | None = None
    of_ratio: bool = False

    def met_by(self, value: float) -> bool:
        """Whether the value keeps the bound."""
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )

    def words(self) -> str:
        """The bound as the table shows it."""
        sign, bound = ("<=", self.at_most) if self.at_most is not None else (">=", self.at_least)
        return f"{'ratio ' if self.of_ratio else ''}{sign} {number(bound or 0.0)}"


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured and, where there is one, the floor that ran beside it."""

    part: str
    what: str
    value: float
    unit: str
    floor: float | None = None
    asked: Asked | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of its floor."""
        return self.value / self.floor if self.floor else None

    @property
    def missed(self) -> bool:
        """Whether something is asked of this figure that it does not keep."""
        if self.asked is None:
            return False
        judged = self.ratio if self.asked.of_ratio else self.value
        return judged is None or not self.asked.met_by(judged)

    def cells(self) -> list[str]:
        """The line's cells, in the order of `HEAD`."""
        return [
            self.part,
            self.what,
            f"{number(self.value)} {self.unit}".strip(),
            "" if self.floor is None else f"{number(self.floor)} {self.unit}".strip(),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            "reported" if self.asked is None else self.asked.words(),
            "" if self.asked is None else ("NO" if self.missed else "yes"),
        ]


@dataclass(frozen=True)
class Result:
    """What one part brings back: its figures, and notes that belong under the table."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


HEAD = ["part", "what", "measured", "floor", "ratio", "asked", "met"]


def number(value: float) -> str:
    """A value with as many digits as mean something."""
    if value == int(value) and abs(value) < 1_000_000:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def table(figures: Iterable[Figure]) -> str:
    """The table, as Markdown that also reads well in a terminal."""
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values does not exceed."""
    ranked = sorted(values)
    place = max(0, -(-int(share * 1000) * len(ranked) // 1000) - 1)
    return ranked[min(place, len(ranked) - 1)]


def _line(cells: list[str], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
