"""What one start worked out serves the next only while every file that it came from is the same."""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.worked_out import WorkedOut
from app.settings import read_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    (folder / "demo").mkdir(parents=True)
    (folder / "danger_words.toml").write_text("fire = true\n")
    (folder / "demo" / "sites.toml").write_text("")
    return folder


@pytest.fixture
def kept_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = tmp_path / "beside"
    folder.mkdir()
    return folder


def _keep(config: Path, folder: Path, made: bytes = b"worked out") -> None:
    first = WorkedOut(config, folder)
    assert first.get("words") == b""
    first.keep("words", made)
    first.keep("pages", b"")  # its child failed
    first.write()


def test_the_next_start_has_what_the_first_one_made_and_nothing_of_what_failed(
    config: Path, kept_at: Path
) -> None:
    _keep(config, kept_at)

    assert WorkedOut(config, kept_at).get("words") == b"worked out"
    assert WorkedOut(config, kept_at).get("pages") == b""
    assert [path.name for path in kept_at.iterdir()] == ["worked-out"]


def _another_byte(config: Path) -> None:
    (config / "danger_words.toml").write_text("fire = True\n")


def _another_file(config: Path) -> None:
    (config / "more.toml").write_text("")


def _another_name(config: Path) -> None:
    (config / "demo" / "sites.toml").rename(config / "demo" / "places.toml")


def _one_less(config: Path) -> None:
    (config / "demo" / "sites.toml").unlink()


@pytest.mark.parametrize("change", (_another_byte, _another_file, _another_name, _one_less))
def test_a_configuration_that_changed_is_worked_out_anew(
    config: Path, kept_at: Path, change: Callable[[Path], None]
) -> None:
    _keep(config, kept_at)
    change(config)

    assert WorkedOut(config, kept_at).get("words") == b""


def test_a_program_that_changed_is_worked_out_anew(
    config: Path, kept_at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "app"
    (program / "__pycache__").mkdir(parents=True)
    (program / "reading.py").write_text("1")
    monkeypatch.setattr("app.cli.worked_out._PROGRAM", program)
    _keep(config, kept_at)
    (program / "__pycache__" / "reading.pyc").write_bytes(b"1")
    assert WorkedOut(config, kept_at).get("words") == b"worked out"

    (program / "reading.py").write_text("2")
    assert WorkedOut(config, kept_at).get("words") == b""


def test_a_file_that_is_cut_off_or_foreign_is_never_opened(config: Path, kept_at: Path) -> None:
    _keep(config, kept_at)
    file = kept_at / "worked-out"
    whole = file.read_bytes()

    for broken in (
        b"",
        whole[:40],
        whole[:-1],
        whole + b"x",
        whole[:70] + bytes(len(whole) - 70),
        pickle.dumps({"words": b"x"}),
    ):
        file.write_bytes(broken)
        assert WorkedOut(config, kept_at).get("words") == b""


def test_where_python_writes_no_bytecode_nothing_is_kept(
    config: Path, kept_at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    _keep(config, kept_at)

    assert list(kept_at.iterdir()) == []


def test_a_folder_that_is_not_there_keeps_nothing_and_stops_nobody(config: Path, kept_at: Path) -> None:
    _keep(config, kept_at / "gone")


def test_what_was_read_while_somebody_wrote_is_not_kept(config: Path, kept_at: Path) -> None:
    start = WorkedOut(config, kept_at)
    start.keep("words", b"of the new file")
    before = (config / "danger_words.toml").read_text()
    _another_byte(config)
    start.write()
    (config / "danger_words.toml").write_text(before)

    assert WorkedOut(config, kept_at).get("words") == b""


def test_a_configuration_that_is_not_there_is_for_others_to_complain_about(kept_at: Path) -> None:
    _keep(kept_at / "nowhere", kept_at)

    assert list(kept_at.iterdir()) == []


def test_the_words_that_are_kept_are_those_that_were_read(tmp_path: Path) -> None:
    from app.cli.deployment import Deployment

    settings = read_settings({"REDRESS_HOME": str(tmp_path)})
    reader, taker = Deployment(settings), Deployment(settings)
    taker.take_words(reader.read_words())

    found = taker.rules.danger.found_in("They locked us in, there is a fire")
    assert [kind.name for kind in found] == [
        kind.name for kind in reader.rules.danger.found_in("They locked us in, there is a fire")
    ]
    assert found
    assert taker.rules.taxonomy == reader.rules.taxonomy
