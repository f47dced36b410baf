"""The numbered parts of a long text: phones and carriers that tear one apart mark them, and they arrive in any order. No I/O.

Only the order of showing changes, and only where several marks fit together: "2/3 of my pay" alone is a sentence, and stays where
it came. Every part is shown as it was written, with its mark.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from app.language import plain_signs

T = TypeVar("T")

JOIN_WINDOW = timedelta(seconds=90)
"""Parts of one text arrive this soon after each other; later ones belong to another text."""

_MOST_PARTS = 20
_PAIR = r"(\d{1,2})\s*(?:/|\\|\bof\b|\bde\b|\bvon\b|\bsur\b|\bdi\b|\btheke\b|से|من)\s*(\d{1,2})"
_NAMED = r"(?:part|parte|partie|page|pg|p|sms|msg|message|text|txt|no)?\s*[.:#]?\s*"
_OPEN, _CLOSE = r"[(\[{<*]\s*", r"\s*[)\]}>*]"
_EDGE = r"[\s:.,;\-–—_|*]*"
# In brackets, or with its word: people write "1/2 of my pay" too.
_CERTAIN = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"^{_EDGE}{_OPEN}{_NAMED}{_PAIR}{_CLOSE}",
        rf"{_OPEN}{_NAMED}{_PAIR}{_CLOSE}{_EDGE}$",
        rf"^{_EDGE}part\s*{_PAIR}(?![\w/])",
        rf"(?<!\w)part\s*{_PAIR}{_EDGE}$",
    )
)
_LIKELY = (
    *_CERTAIN,
    re.compile(rf"^{_EDGE}{_NAMED}{_PAIR}(?![\d/\\%]|[.,]\d)", re.IGNORECASE),
    re.compile(rf"(?<![\w/\\.]){_NAMED}{_PAIR}\)?{_EDGE}$", re.IGNORECASE),
)
# A mark stands at the edge of its text.
_EDGE_SIGNS = 30


@dataclass(frozen=True)
class Part:
    """The mark of one part of a long text: "(2/3)"."""

    number: int
    total: int


def read_part(text: str, *, likely: bool = False) -> Part | None:
    """The mark of a part at the beginning or the end of a text, None when there is none.

    `likely` also reads marks that could be words, such as "2/3": good for what fits together with others.
    """
    text = text.strip()
    # The edges are read apart, so that a text of any length costs the same.
    edges = (
        (text,) if len(text) <= 2 * _EDGE_SIGNS else (text[:_EDGE_SIGNS] + "\nx", "x\n" + text[-_EDGE_SIGNS:])
    )
    plain = [plain_signs(edge) for edge in edges]
    for shape in _LIKELY if likely else _CERTAIN:
        for edge in plain:
            found = shape.search(edge)
            if found is None:
                continue
            number, total = int(found[1]), int(found[2])
            if 1 <= number <= total <= _MOST_PARTS and total > 1:
                return Part(number, total)
    return None


def in_order(items: Iterable[T], seen: Callable[[T], tuple[datetime, str] | None]) -> tuple[T, ...]:
    """The items with numbered parts put in order among their own places; all others stay where they are.

    `seen` gives the moment and the words of an item that one and the same person wrote, None for every other.
    """
    ordered = list(items)
    for places in _runs([seen(item) for item in ordered]):
        numbered = sorted(places, key=lambda place: place[1])
        moved = [ordered[place] for place, _number in numbered]
        for (place, _number), item in zip(places, moved, strict=True):
            ordered[place] = item
    return tuple(ordered)


@dataclass
class _Run:
    total: int
    last: datetime
    places: list[tuple[int, int]]

    def takes(self, part: Part, at: datetime) -> bool:
        fresh = all(number != part.number for _place, number in self.places)
        return part.total == self.total and fresh and abs(at - self.last) <= JOIN_WINDOW


def _runs(seen: Sequence[tuple[datetime, str] | None]) -> list[list[tuple[int, int]]]:
    """Places and numbers of the parts that belong together: two at least, of as many, each once, within the window."""
    runs: list[_Run] = []
    for place, one in enumerate(seen):
        part = None if one is None else read_part(one[1], likely=True)
        if one is None or part is None:
            continue
        run = next((run for run in reversed(runs) if run.takes(part, one[0])), None)
        if run is None:
            runs.append(_Run(part.total, one[0], [(place, part.number)]))
        else:
            run.places.append((place, part.number))
            run.last = one[0]
    return [run.places for run in runs if len(run.places) > 1]
