"""What `redress up` does before it answers anybody: a rehearsal that may fail, and a proof of the vault that may not."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.harness import server
from tests.harness.server import running

_WITH = "import sys; from app.cli import main, {room}; from app.vault import SelfTestFailed\ndef broken(*given): raise {error}\n"
_RUN = "{room}.{name} = broken; sys.exit(main())"


def _up_with(monkeypatch: pytest.MonkeyPatch, room: str, name: str, error: str) -> None:
    program = (_WITH + _RUN).format(room=room, name=name, error=error)
    monkeypatch.setattr(server, "COMMAND", [sys.executable, "-c", program])


def test_nothing_of_the_rehearsal_is_left(tmp_path: Path) -> None:
    left_over = tmp_path / "home" / "rehearsal" / "keys"
    left_over.mkdir(parents=True)
    with running(tmp_path, "up") as live:
        assert not left_over.parent.exists()
        with urllib.request.urlopen(f"{live.url}/healthz", timeout=10) as answer:  # noqa: S310 - our own loopback
            assert answer.status == 200
    log = live.log.read_text()
    assert "rehearsal" not in log
    # What children were to read and compile they handed on: without it all is done again here, slowly and with more memory.
    assert "failure" not in log
    # What was rehearsed never happened: no event of it is told.
    assert "job.done" not in log


def test_without_a_rehearsal_it_serves_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _up_with(monkeypatch, "rehearsal", "_visit", "RuntimeError('They keep our passports.')")
    with running(tmp_path, "up") as live:
        assert not (tmp_path / "home" / "rehearsal").exists()
    log = live.log.read_text()
    assert "failure endpoint=rehearsal error=RuntimeError" in log
    assert "passports" not in log


def test_a_vault_that_does_not_open_what_it_seals_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _up_with(monkeypatch, "running", "self_test", "SelfTestFailed('SealBroken')")
    with pytest.raises(pytest.fail.Exception, match="did not start"), running(tmp_path, "up"):
        pass
    log = (tmp_path / "server.log").read_text()
    assert "SelfTestFailed" in log
    assert "process.ended process=web" in log


def test_a_start_on_sqlite_imports_nothing_that_only_others_use() -> None:
    """Each of them is megabytes in every process, and time of every start."""
    code = (
        "import sys, app.cli, app.dispatcher.run\n"
        "app.web_rooms()\n"
        "rare = {'segno', 'prometheus_client', 'sqlalchemy.dialects.postgresql', 'psycopg', 'alembic', 'holidays', 'twilio.rest',\n"
        "    'email._header_value_parser', 'babel.messages', 'rapidfuzz', 'idna',\n"
        "    'cryptography.hazmat.primitives.serialization'}\n"
        "print(*sorted(rare & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_the_words_that_every_process_keeps_are_small() -> None:
    """Tens of thousands of words: as dictionaries and objects of their own they were seven megabytes."""
    code = (
        "import pickle, tracemalloc\n"
        "from app.cli.deployment import Deployment\n"
        "from app.settings import read_settings\n"
        "words = Deployment(read_settings({'REDRESS_HOME': 'nowhere'})).read_words()\n"
        "tracemalloc.start()\n"
        "read = pickle.loads(words)\n"
        "print(tracemalloc.get_traced_memory()[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 5_200_000
