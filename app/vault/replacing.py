"""Files of keys that are replaced: by one process at a time, whole or not at all, and with nothing of them left lying about."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault.keyring import write_private

_RANDOM_BYTES = 8
_LEFT_BEHIND = re.compile(rf"(?P<name>.+)\.[0-9a-f]{{{2 * _RANDOM_BYTES}}}")


@contextmanager
def alone_with_keys(folder: Path) -> Iterator[None]:
    """Whoever replaces a file of keys holds this: two at once would each write one without the other's key."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace_private(path: Path, text: str) -> None:
    """Write a file in place of the one that is there, for its owner alone: after a crash it is the old one or the new one.

    Where `path` is a link, the file that it leads to is replaced: whoever put the link there reads the keys in that place.
    """
    path = path.resolve(strict=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(_RANDOM_BYTES)}")
    try:
        write_private(fresh, text)
        owner = path.stat()
        if owner.st_uid != os.geteuid():
            # Root writes what another user has to read.
            os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def left_behind(folder: Path) -> list[Path]:
    """What a process that was killed while it replaced a file of keys left beside it: a copy with secrets that nobody reads."""
    places = {(each.parent, each.name) for each in _real_files(folder)}
    found = {
        each
        for parent in {folder.resolve(), *(parent for parent, _ in places)}
        for each in parent.iterdir()
        if (match := _LEFT_BEHIND.fullmatch(each.name)) is not None
        # Beside the target of a link lie files that are none of ours.
        and (parent, match["name"]) in places
        and each.is_file()
        and not each.is_symlink()
    }
    return sorted(found)


def remove_left_behind(folder: Path) -> None:
    """Remove such copies; to be called by whoever is alone with the keys, or it could be the one that is being written."""
    for path in left_behind(folder):
        path.unlink()
        _settle(path.parent)


def _real_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if _LEFT_BEHIND.fullmatch(path.name) is None:
            yield path.resolve()


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
