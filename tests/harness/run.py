"""One folder a test run, shared by all pytest workers and removed with whatever still uses it when the run ends.

The controller holds a file lock for as long as it lives. Nothing else needs to be told that a run is over: a lock is let go by
the kernel even when the run was killed, so keepers wait for it and the next run sweeps up what an earlier one left.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "redress-tests-"
_ROOM_NEEDED = 1 << 30


class TestRun:
    """The controller's hold on the shared folder of this run."""

    __test__ = False

    def __init__(self) -> None:
        base = _base()
        _sweep(base)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        # Under root the PostgreSQL inside runs as another user, who must be able to walk through.
        self.folder.chmod(0o711)
        self._lock = (self.folder / "run.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Let the keepers stop their servers, wait for that, and remove the folder."""
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        self._lock.close()
        for lock in self.folder.glob("*.keeper"):
            with locked(lock):
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file lock, waiting for whichever process has it."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _base() -> Path:
    """A folder for many short-lived databases: memory where there is enough of it, since a clone there takes 8 ms, not 60."""
    memory = Path("/dev/shm")  # noqa: S108 - the folders inside get random names and closed modes
    if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > _ROOM_NEEDED:
        return memory
    usual = Path(tempfile.gettempdir()).resolve()
    if os.geteuid() == 0 and not all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents)):
        return Path("/tmp")  # noqa: S108 - as above; root's own folder would be closed to PostgreSQL's user
    return usual


def _sweep(base: Path) -> None:
    """Remove folders of runs that died: nobody holds their lock any more."""
    for folder in base.glob(f"{PREFIX}*"):
        lock = folder / "run.lock"
        if folder.stat().st_uid != os.geteuid() or not lock.exists():
            continue
        with lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
