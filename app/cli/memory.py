"""Giving freed memory back to the system, where the C library keeps it.

Each key derivation takes 8 MiB. glibc keeps them in an arena of each thread that made one, sixteen in all, for ever: a machine that
rests at 125 MB held 355 MB after two thousand reports. Mapping such blocks apart each time would give them back at once, and make
every derivation a third slower; so they are kept while there is work and given back every few seconds.
"""

import ctypes
import time
from collections.abc import Callable
from contextlib import suppress

_EVERY_SECONDS = 10.0


class Trimming:
    """Gives back what was freed, every few seconds in which something was done; without glibc it does nothing."""

    def __init__(self, trim: Callable[[int], int] | None = None) -> None:
        self._trim = trim or _malloc_trim()
        self._last, self._done = time.monotonic(), 0

    def after(self, done: int) -> None:
        """Called often, with how many requests were answered so far."""
        now = time.monotonic()
        if self._trim is None or done == self._done or now - self._last < _EVERY_SECONDS:
            return
        self._last, self._done = now, done
        self._trim(0)


def _malloc_trim() -> Callable[[int], int] | None:
    """Glibc's function (malloc_trim(3)), which goes through every arena; other threads run on meanwhile."""
    with suppress(OSError, AttributeError):
        trim = ctypes.CDLL(None).malloc_trim
        trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
        return trim
    return None
