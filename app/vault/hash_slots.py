"""At most two Argon2id at once on one machine, in whichever processes they run, and guesses one after the other.

Each run takes its memory and a whole core, so that without a bound a flood of codes or log-ins would take both from the workers who
file. A slot is a locked file: the system frees it when its process dies, which a shared semaphore would not do. Whoever waits holds
a thread, so of log-ins and guesses only a few of each process wait, and the other threads stay with the workers.

Where too many wrong ones came from, each further try goes through a lane (`guessing`). A right code still opens; what is bounded is
the machine's work and the guessers' speed. Receipts: twenty tries a second, an eighth of a core. Ten years of it are 6 in 10^10 of
the numbers there are, which finds one of 100,000 cases with a chance of 1 in 16,000. Passwords: one in two seconds, and the code of
the app, which rests after five wrong ones, has to be right in the same try.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

SLOTS = 2

_PATIENCE_SECONDS = 4.0
# A receipt's run takes some six milliseconds.
_LOOK_AGAIN_SECONDS = 0.002

# Of the eight threads of a process, so that at least half stay with the workers who file.
_LOG_INS_IN_LINE = 3
_GUESSES_IN_LINE = 1


class Guess(StrEnum):
    """What is guessed; each has a lane of its own."""

    RECEIPT = "receipt"
    PASSWORD = "password"  # noqa: S105 - the word, not one


# From the beginning of one try to the beginning of the next.
_SECONDS_APART = {Guess.RECEIPT: 0.05, Guess.PASSWORD: 2.0}


class TooBusy(Exception):
    """All slots stayed taken for as long as somebody may be kept waiting; nothing was hashed."""


class Slots:
    """The slots of this machine, as files in one folder; made again when somebody tidied them away."""

    def __init__(self, folder: Path, patience: float = _PATIENCE_SECONDS) -> None:
        self._folder = folder
        self._paths = [folder / str(number) for number in range(SLOTS)]
        self._patience = patience
        self._log_ins = threading.BoundedSemaphore(_LOG_INS_IN_LINE)
        self._guesses = {guess: threading.BoundedSemaphore(_GUESSES_IN_LINE) for guess in Guess}

    def prepare(self) -> None:
        """Make them at the start: a folder that cannot be written raises `OSError` now and not at a worker's first report."""
        for path in self._paths:
            os.close(self._open(path))

    @contextmanager
    def one(self, *, spare: int = 0) -> Iterator[None]:
        """Hold a slot, but none of the first `spare`; waits for one and raises `TooBusy` when none came free."""
        if not spare:
            with self._held(lambda: self._first_free(0)):
                yield
        else:
            with _in_line(self._log_ins), self._held(lambda: self._first_free(spare)):
                yield

    @contextmanager
    def guessing(self, what: Guess) -> Iterator[None]:
        """Hold the lane of this machine for a try that may be a guess; waits for its turn and raises `TooBusy`."""
        path = self._folder / f"guess-{what}"
        with _in_line(self._guesses[what]), self._held(lambda: self._turn(path, _SECONDS_APART[what])):
            yield

    @contextmanager
    def _held(self, look: Callable[[], int | None]) -> Iterator[None]:
        until = time.monotonic() + self._patience
        while (handle := look()) is None:
            if time.monotonic() >= until:
                raise TooBusy
            time.sleep(_LOOK_AGAIN_SECONDS)
        try:
            yield
        finally:
            os.close(handle)

    def _first_free(self, spare: int) -> int | None:
        for number in range(spare, SLOTS):
            slot = self._lock(self._paths[number])
            if slot is not None:
                return slot
        return None

    def _turn(self, path: Path, apart: float) -> int | None:
        """The lane, when nobody is in it and the last one began long enough ago; its file's time says when that was."""
        lane = self._lock(path)
        if lane is None:
            return None
        now = time.time()
        # A clock that was set back must not close the lane.
        if 0 <= now - os.fstat(lane).st_mtime < apart:
            os.close(lane)
            return None
        os.utime(lane, (now, now))
        return lane

    def _lock(self, path: Path) -> int | None:
        # Opened anew each time: a lock belongs to an opening of the file, so threads of one process keep each other out too.
        slot = self._open(path)
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(slot)
            if isinstance(error, BlockingIOError):
                return None
            raise
        return slot

    def _open(self, path: Path) -> int:
        flags = os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC
        try:
            return os.open(path, flags, 0o600)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            return os.open(path, flags, 0o600)


@contextmanager
def _in_line(places: threading.BoundedSemaphore) -> Iterator[None]:
    """A place among those of this process that wait; raises `TooBusy` at once when there is none."""
    if not places.acquire(blocking=False):
        raise TooBusy
    try:
        yield
    finally:
        places.release()
