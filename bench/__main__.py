"""`make bench`: run the parts, print one table, keep it in docs/performance.md, and end with 1 when a figure is missed.

python -m bench [PART]
"""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from bench.figures import Figure, table
from bench.machine import machine
from bench.parts import PARTS, run_apart
from bench.performance_page import write_page

_AT_MOST_SECONDS = 2400
_PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def main(words: list[str]) -> int:
    """Run what was asked for; the exit status."""
    unknown = [word for word in words if word not in PARTS]
    if unknown:
        _say(f"There is no part {unknown[0]!r}; the parts are {', '.join(PARTS)}.")
        return 2
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGALRM, _leave)
    signal.alarm(_AT_MOST_SECONDS)
    where, began = machine(), time.monotonic()
    figures: list[Figure] = []
    notes: list[str] = []
    broken = []
    for name in words or PARTS:
        _say(f"measuring {name} ...")
        result = run_apart(name)
        if result is None:
            broken.append(name)
            continue
        figures += result.figures
        notes += result.notes
    took = f"The run took {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f} at its end."
    report = "\n".join([table(figures), "", *[f"{note}\n" for note in (where, *notes, took)]])
    _say(f"\n{report}", sys.stdout)
    if not words and not broken:
        write_page(_PAGE, report)
    missed = [figure for figure in figures if figure.missed]
    for figure in missed:
        _say(f"MISSED: {' '.join(cell for cell in figure.cells() if cell)}")
    for name in broken:
        _say(f"MISSED: {name} could not be measured")
    return 1 if missed or broken else 0


def _leave(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGALRM:
        _say(f"MISSED: the bench took more than {_AT_MOST_SECONDS} s")
    sys.exit(1)


def _say(words: str, stream: Any = sys.stderr) -> None:
    stream.write(f"{words}\n")
    stream.flush()


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)  # an operator's own database is never touched
    sys.exit(main(sys.argv[1:]))
