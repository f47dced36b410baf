"""The keyring as it lies on the disk now, for keys that are younger than this process; read once each time that it was replaced."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from app.vault.keyring import Keyring, keyring_path, load_keyring

_Stamp = tuple[int, int, int, int]


@dataclass
class LaterKeys:
    """What one process has read of the web keyring since it started.

    Anybody may name keys that nobody knows, and each would cost the reading of a file; that it is the same file costs a glance. A
    rotation puts another file there, which is read at the next glance: no phone waits for a new key.
    """

    _read: tuple[Path, _Stamp, Keyring] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, folder: Path) -> Keyring:
        """The web keyring of this folder; raises as `load_keyring`."""
        path = keyring_path(folder, "web")
        with self._lock:
            stamp = _stamp(path)
            if self._read is not None and stamp is not None and self._read[:2] == (path, stamp):
                return self._read[2]
            keyring = load_keyring(folder, "web")
            # Replaced between the two, it has another stamp at the next glance.
            self._read = None if stamp is None else (path, stamp, keyring)
            return keyring


def _stamp(path: Path) -> _Stamp | None:
    """What differs when the file was replaced, written into, or opened to others; None where it cannot be seen."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_ctime_ns
