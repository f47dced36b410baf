"""Files of keys are replaced one after the other, whole, where a link leads to, and what a killed command left is found."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.vault import (
    IntakeKey,
    alone_with_keys,
    intake_keys,
    left_behind,
    load_keyring,
    make_keyrings,
    replace_private,
    replacing,
    rotate_intake_key,
    rotation,
)
from app.vault.keyring import KeyKind, Keyring, KeyringName

_KILLED = """
import os, sys
from pathlib import Path
from app.vault import rotate_intake_key
Path.replace = lambda *_: os._exit(9)
rotate_intake_key(Path(sys.argv[1]))
"""
_OTHERS = (
    "web.json.bak",
    "web.json.0123",
    "web.json.0123456789ABCDEF",
    "notes.0123456789abcdef",
    "web.json.old",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    make_keyrings(made)
    return made


def _killed(folder: Path) -> None:
    run = subprocess.run([sys.executable, "-c", _KILLED, str(folder)], check=False)
    assert run.returncode == 9


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_rotation_left_is_found_and_the_next_one_removes_it(folder: Path) -> None:
    before = (folder / "web.json").read_bytes()
    (folder / "rows-signed").write_text("x")
    for name in _OTHERS:
        (folder / name).write_text("somebody's own")
    _killed(folder)
    (folder / "rows-signed.00112233445566ff").write_text("x")
    assert (folder / "web.json").read_bytes() == before
    left = left_behind(folder)
    assert len(left) == 2
    assert all("secret" in path.read_text() for path in left if path.name.startswith("web.json"))
    rotate_intake_key(folder)
    assert left_behind(folder) == []
    assert _names(folder) == sorted([*_OTHERS, "dispatcher.json", "rows-signed", "web.json"])


@pytest.mark.parametrize("step", ("chown", "fsync", "replace"))
def test_a_keyring_that_cannot_be_replaced_leaves_no_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space")

    before = (folder / "web.json").read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(Path if step == "replace" else os, step, fail)
        broken.setattr(os, "geteuid", lambda: -1)
        with pytest.raises(OSError, match="no space"):
            rotate_intake_key(folder)
    assert (folder / "web.json").read_bytes() == before
    assert _names(folder) == ["dispatcher.json", "web.json"]


def test_a_keyring_behind_a_link_is_replaced_where_it_lies(folder: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    target = disk / "the web's keys"
    (folder / "web.json").rename(target)
    (folder / "web.json").symlink_to(target)
    (disk / "dispatcher.json.0123456789abcdef").write_text("somebody's own")
    _killed(folder)
    assert [path.parent for path in left_behind(folder)] == [disk]
    made = rotate_intake_key(folder)
    assert (folder / "web.json").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert made.id in [key["id"] for key in json.loads(target.read_text())["keys"]]
    assert _names(disk) == ["dispatcher.json.0123456789abcdef", target.name]
    assert _names(folder) == ["dispatcher.json", "web.json"]


def test_a_link_that_leads_nowhere_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rows-signed"
    path.symlink_to(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        replace_private(path, "x")
    assert path.is_symlink()


def test_nobody_else_replaces_keys_while_one_rotates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From before the keyring is read until the new one lies there: what is read in between would miss a key."""
    tried: list[str] = []

    def look(step: str) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(handle)
        tried.append(step)

    def load(where: Path, name: KeyringName) -> Keyring:
        if not tried:
            look("read")
        return load_keyring(where, name)

    def replace(path: Path, text: str) -> None:
        replacing.replace_private(path, text)
        look("replaced")

    monkeypatch.setattr(rotation, "load_keyring", load)
    monkeypatch.setattr(rotation, "replace_private", replace)
    rotate_intake_key(folder)
    assert tried == ["read", "replaced"]
    assert len(load_keyring(folder, "web").of_kind(KeyKind.INTAKE)) == 2


def test_each_of_two_rotations_names_the_key_that_it_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds: list[IntakeKey] = []

    @contextmanager
    def followed_at_once(place: Path) -> Iterator[None]:
        with alone_with_keys(place):
            yield
        monkeypatch.undo()
        seconds.append(rotate_intake_key(place))

    monkeypatch.setattr(rotation, "alone_with_keys", followed_at_once)
    first = rotate_intake_key(folder)
    [second] = seconds
    [current] = intake_keys(load_keyring(folder, "web"))
    assert first.id != second.id == current.id
