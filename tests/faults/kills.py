"""How many kills: a few in `make test`, hundreds in `make faults`, which sets KILLS for each database."""

import os
import sys
import time
from collections.abc import Iterator

_ASKED = os.environ.get("KILLS", "")
LONG = bool(_ASKED)
_TOTAL = int(_ASKED or 0)


def share(percent: int, *, short: int) -> int:
    """This test's share of the kills that were asked for, or its number in the short run."""
    return max(1, _TOTAL * percent // 100) if LONG else short


def counted(what: str, number: int) -> Iterator[int]:
    """Count up to a number, with a line of progress in the long run."""
    started = time.monotonic()
    for done in range(number):
        yield done
        if LONG and ((done + 1) % 10 == 0 or done + 1 == number):
            seconds = time.monotonic() - started
            left = seconds / (done + 1) * (number - done - 1)
            end = "\n" if done + 1 == number else ""
            line = f"\r{what}: {done + 1} of {number} kills, {seconds:.0f} s, {left:.0f} s to go   {end}"
            sys.stderr.write(line)
            sys.stderr.flush()


def told(line: str) -> None:
    """Say what a long run came to; docs/faults.md keeps these lines."""
    if LONG:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
