"""At most two Argon2id at once on one machine, in whichever processes they run.

Each run takes its memory and a whole core, so that without a bound a flood of codes or log-ins would take both from the workers who
file. A slot is a locked file: the system frees it when its process dies, which a shared semaphore would not do.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SLOTS = 2

_PATIENCE_SECONDS = 4.0
# A receipt's run takes some six milliseconds.
_LOOK_AGAIN_SECONDS = 0.002


class TooBusy(Exception):
    """All slots stayed taken for as long as somebody may be kept waiting; nothing was hashed."""


class Slots:
    """The slots of this machine, as files in one folder; made again when somebody tidied them away."""

    def __init__(self, folder: Path, patience: float = _PATIENCE_SECONDS) -> None:
        self._folder = folder
        self._paths = [folder / str(number) for number in range(SLOTS)]
        self._patience = patience

    def prepare(self) -> None:
        """Make them at the start: a folder that cannot be written raises `OSError` now and not at a worker's first report."""
        for number in range(SLOTS):
            os.close(self._open(number))

    @contextmanager
    def one(self, *, spare: int = 0) -> Iterator[None]:
        """Hold a slot, but none of the first `spare`; waits for one and raises `TooBusy` when none came free."""
        slot = self._wait(spare)
        try:
            yield
        finally:
            os.close(slot)

    def _wait(self, spare: int) -> int:
        until = time.monotonic() + self._patience
        while True:
            for number in range(spare, SLOTS):
                slot = self._try(number)
                if slot is not None:
                    return slot
            if time.monotonic() >= until:
                raise TooBusy
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _try(self, number: int) -> int | None:
        # Opened anew each time: a lock belongs to an opening of the file, so threads of one process keep each other out too.
        slot = self._open(number)
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(slot)
            if isinstance(error, BlockingIOError):
                return None
            raise
        return slot

    def _open(self, number: int) -> int:
        path, flags = self._paths[number], os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC
        try:
            return os.open(path, flags, 0o600)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            return os.open(path, flags, 0o600)
