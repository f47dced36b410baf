"""Giving freed memory back to the system, where the C library keeps it.

Each key derivation takes 8 MiB. glibc keeps them in an arena of each thread that made one, sixteen in all, for ever, and trims none
but the first: a machine that rests at 140 MB held 330 MB after two thousand reports. Mapping such blocks apart each time would give
them back at once, and make every derivation a third slower; so all threads share one arena, which is trimmed every few seconds
and not by itself in between: with four derivations at once it gave blocks back and took them again all the time.
"""

import ctypes
import gc
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h
_EVERY_SECONDS = 10.0
# Bytes. Setting either of glibc's limits ends its guessing at both: the blocks of a derivation are not mapped apart.
_MAPPED_FROM, _KEPT_FREE = 16 * 1024 * 1024, 64 * 1024 * 1024


def share_one_arena() -> None:
    """Let all threads of this process and its children take memory from one place; call it before there are threads."""
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE)


def give_back() -> None:
    """Give back what this process has freed: before a fork, so that no child inherits it, and where much was taken once."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


class Trimming:
    """Gives back what was freed, every few seconds in which something was done; without glibc it does nothing."""

    def __init__(self, trim: Callable[[int], int] | None = None) -> None:
        self._trim = trim or _of_glibc("malloc_trim")
        self._last, self._done, self._rests = time.monotonic(), 0, True

    def after(self, done: int) -> None:
        """Called often, with how many requests were begun so far. After the last one it looks twice, for that may have lasted."""
        now, idle = time.monotonic(), done == self._done
        if self._trim is None or (idle and self._rests) or now - self._last < _EVERY_SECONDS:
            return
        self._last, self._done, self._rests = now, done, idle
        # What refers to itself is not freed before somebody looks; what was there at the start is not looked at again.
        gc.collect()
        self._trim(0)


@cache
def _of_glibc(name: str) -> Any:
    """A function of glibc's own (mallopt(3), malloc_trim(3)), or nothing where another C library serves."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        _ = library.gnu_get_libc_version
        return getattr(library, name)
    return None
