"""What every start works out alike, kept beside Python's own bytecode: the words of the configuration, and templates as code.

They take a second of the processor, and are used again only while every file that they came from is the same to the last byte.
Whoever can write there can change the program itself, so nothing is believed here that was not believed before.
"""

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import babel
import jinja2

from app.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "app" / "__pycache__"

_NAME = "worked-out"
_PROGRAM = PROJECT_ROOT / "app"
# Neither words nor templates come out of these.
_LEFT_OUT = frozenset({"__pycache__", "static"})
_DIGEST_BYTES = hashlib.sha256().digest_size


class WorkedOut:
    """What an earlier start kept for this program and this configuration, by name; nothing where either has changed since."""

    def __init__(self, config: Path, folder: Path = FOLDER) -> None:
        self._file, self._config = folder / _NAME, config
        self._of = _digest_of(config)
        self._kept = self._read()
        self._is_new = False

    def get(self, name: str) -> bytes:
        """What is kept under this name, or nothing."""
        return self._kept.get(name, b"")

    def keep(self, name: str, made: bytes) -> None:
        """Note what was worked out; where that failed nothing is kept."""
        if made and self._kept.get(name) != made:
            self._kept[name], self._is_new = made, True

    def write(self) -> None:
        """Keep what was noted for later starts, as Python keeps bytecode: not where it must not, and not where it cannot."""
        if not self._is_new or sys.dont_write_bytecode:
            return
        if self._of is None or self._of != _digest_of(self._config):
            return  # somebody writes to the files just now, and nobody knows what was read
        told = pickle.dumps(self._kept, pickle.HIGHEST_PROTOCOL)
        with suppress(OSError):
            # Whole or not at all: two starts may write at once, and disks are full at times.
            handle, beside = tempfile.mkstemp(prefix=f"{_NAME}.", dir=self._file.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(self._of + hashlib.sha256(told).digest() + told)
                Path(beside).replace(self._file)
            except OSError:
                Path(beside).unlink()
                raise

    def _read(self) -> dict[str, bytes]:
        try:
            found = self._file.read_bytes()
        except OSError:
            return {}
        of, whole, told = (
            found[:_DIGEST_BYTES],
            found[_DIGEST_BYTES : 2 * _DIGEST_BYTES],
            found[2 * _DIGEST_BYTES :],
        )
        if of != self._of or whole != hashlib.sha256(told).digest():
            return {}
        kept: dict[str, bytes] = pickle.loads(told)  # noqa: S301 - as much ours as the bytecode beside it
        return kept


def _digest_of(config: Path) -> bytes | None:
    """A digest of all that it depends on: every file of the program and the configuration, and the versions of what reads them.

    None where one of them cannot be read: whoever needs it says so.
    """
    with suppress(OSError):
        return _digest_of_files((*_files(_PROGRAM), *_files(config)))
    return None


def _digest_of_files(paths: Iterable[str]) -> bytes:
    digest = hashlib.sha256(f"{sys.version} {babel.__version__} {jinja2.__version__}".encode())
    for path in paths:
        with open(path, "rb") as file:  # noqa: PTH123 - at each start, and a Path costs more than the file
            body = file.read()
        digest.update(b"%s\0%d " % (os.fsencode(path), len(body)))
        digest.update(body)
    return digest.digest()


def _files(folder: str | Path) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            if entry.name not in _LEFT_OUT:
                yield from _files(entry.path)
        else:
            yield entry.path
