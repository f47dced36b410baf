"""Bars that lie beside each other, as lengths for a drawing. The rectangles are SVG attributes: our pages allow no inline style."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LENGTH = 1_000
"""How long the longest bar is, in the units of its drawing."""


@dataclass(frozen=True)
class BarPart:
    """One stretch of a bar: which of the legend's kinds it is, where it begins and how long it is."""

    kind: str
    begins: int
    length: int


@dataclass(frozen=True)
class Bar:
    """One bar with its name and what is written behind it."""

    name: str
    stretches: tuple[BarPart, ...]
    value: str


def bar(name: str, numbers: Iterable[tuple[str, int]], longest: int, value: str) -> Bar:
    """A bar of stretches one behind the other, each as long as its number is of `longest`; what is not nothing can be seen."""
    stretches: list[BarPart] = []
    begins = 0
    for kind, number in numbers:
        length = max(4, LENGTH * number // longest) if number > 0 else 0
        if length:
            stretches.append(BarPart(kind, begins, min(length, LENGTH - begins)))
            begins += stretches[-1].length
    return Bar(name, tuple(stretches), value)


def longest_of(totals: Sequence[int]) -> int:
    """The number that the longest bar stands for; never nothing, by which no length could be divided."""
    return max(1, *totals) if totals else 1
