"""Turns at a SQLite file: one writer at a time on this machine, each soon after it came, and nobody waits for ever.

SQLite's own busy-wait starves writers, so they queue at a lock on a file beside the database. The kernel's wait for such a lock
has no time limit, and asking again and again would starve as well. So whoever is first in a process asks again for a moment, in
which most turns end; then one thread stands in the kernel's queue for it, and it waits no longer than a person would for a page.
"""

import fcntl
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

# Longer than any unit of work of ours takes, and short enough that a worker sees "not safe just now" while still looking.
PATIENCE_SECONDS = 10.0

# One thread of each process at most asks again and again, and after this long it takes its place in the kernel's queue.
_TRIES, _MOMENT_SECONDS = 25, 0.0004


class WriteLockMissed(Exception):
    """Another writer kept the database for longer than anybody should wait; nothing was written."""


@dataclass
class _Place:
    """A place in the kernel's queue, and whether anybody still wants the turn when it comes."""

    handle: int
    wanted: bool = True
    reached: threading.Event = field(default_factory=threading.Event)


class WriteLock:
    """The turns of one process; a forked child must make its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = threading.Lock()
        self._guard = threading.Lock()
        self._place: _Place | None = None

    def take(self, patience: float) -> int:
        """Wait at most so many seconds to be the only writer, and get what `give_back` needs.

        Raises `WriteLockMissed`, or `OSError` when the lock's file cannot be opened.
        """
        deadline = time.monotonic() + patience
        if not self._first.acquire(timeout=patience):
            raise WriteLockMissed
        try:
            return self._queue(deadline)
        except BaseException:
            self._first.release()
            raise

    def give_back(self, handle: int) -> None:
        """Let the next writer go on."""
        os.close(handle)
        self._first.release()

    def _queue(self, deadline: float) -> int:
        with self._guard:
            place = self._place
            if place is not None:
                # Of somebody who gave up: further in front than a new one would be.
                place.wanted = True
        if place is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if _locked_soon(handle):
                    return handle
            except OSError:
                os.close(handle)
                raise
            place = self._place = _Place(handle)
            threading.Thread(target=self._stand, args=(place,), name="turn", daemon=True).start()
        place.reached.wait(max(0.0, deadline - time.monotonic()))
        with self._guard:
            if not place.reached.is_set():
                place.wanted = False
                raise WriteLockMissed
            self._place = None
            return place.handle

    def _stand(self, place: _Place) -> None:
        fcntl.flock(place.handle, fcntl.LOCK_EX)
        with self._guard:
            if place.wanted:
                place.reached.set()
            else:
                self._place = None
                os.close(place.handle)


def _locked_soon(handle: int) -> bool:
    """Whether the lock came free within a moment. Most turns last a few milliseconds; starting a thread would take as long."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_MOMENT_SECONDS)
        else:
            return True
    return False
