"""A SQLite file that is locked, gone or replaced: everybody is told, keeps what was typed, and can go on afterwards."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

import app.database.engine
import app.database.unit_of_work
import app.web.worker.receipt
from app.database import Database
from tests.faults.people import People, people_over
from tests.faults.phones import Post

_PATIENCE = 1.0
_HOLD = """
import fcntl, sys, time
file = open(sys.argv[1])
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere, only sooner."""
    for room in (app.database.engine, app.database.unit_of_work):
        monkeypatch.setattr(room, "PATIENCE_SECONDS", _PATIENCE)


@pytest.fixture
def people(sqlite_database: Database, tmp_path: Path) -> People:
    return people_over(sqlite_database, tmp_path)


def file_of(database: Database) -> Path:
    """The SQLite file."""
    return Path(make_url(database.url).database or "")


def test_a_file_that_another_program_locks(people: People) -> None:
    with closing(sqlite3.connect(file_of(people.world.database))) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        people.press()
        # One after the other each would wait for the lock on its own.
        assert time.monotonic() - started < len(people.posts) * _PATIENCE
        people.phone.get("/en/")
    people.press_again()


def test_a_writer_that_hangs_with_the_turn(people: People) -> None:
    """A process that was stopped in the middle of writing must not make everybody wait for ever."""
    turn = f"{file_of(people.world.database)}.turn"
    held = subprocess.Popen([sys.executable, "-c", _HOLD, turn], stdout=subprocess.PIPE, text=True)
    with held:
        try:
            assert held.stdout is not None
            assert held.stdout.readline() == "held\n"
            for _ in range(2):
                started = time.monotonic()
                people.press()
                assert _PATIENCE <= time.monotonic() - started < len(people.posts) * _PATIENCE
        finally:
            held.kill()
    people.press_again()


def test_a_file_that_is_gone_and_comes_back(people: People) -> None:
    file = file_of(people.world.database)
    away = file.with_name("away")
    file.rename(away)
    people.press()
    assert people.phone.send(Post("/healthz", {})).status != HTTPStatus.OK
    # Nothing was put in its place, which would be mixed up with the log that still lies there.
    assert not file.exists()
    away.rename(file)
    people.press_again()


def test_a_process_that_starts_while_the_file_is_gone_makes_no_new_one(people: People) -> None:
    file = file_of(people.world.database)
    people.world.database.dispose()
    away = file.with_name("away")
    file.rename(away)
    people.press()
    assert not file.exists()
    away.rename(file)
    people.press_again()


def test_a_file_that_was_replaced_while_connections_were_open(people: People) -> None:
    """As by an operator who brings a copy back without stopping the service: nobody may go on in the old file."""
    file = file_of(people.world.database)
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(file.with_name("copy"))) as copy:
        old.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    for log in ("-wal", "-shm"):
        Path(f"{file}{log}").unlink(missing_ok=True)
    file.with_name("copy").replace(file)
    assert people.phone.send(people.posts["report"]).status == HTTPStatus.SERVICE_UNAVAILABLE
    people.press_again()


def test_a_receipt_page_that_cannot_be_made_is_not_half_a_success(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored, and then the database fails while the page is made: the same form, sent again, shows the receipt."""
    form = people.posts["report"]
    with monkeypatch.context() as broken:
        broken.setattr(
            app.web.worker.receipt,
            "format_receipt",
            lambda *_: people.world.database.reading().__enter__().execute(text("no")),
        )
        assert people.phone.send(form).status == HTTPStatus.SERVICE_UNAVAILABLE
    people.press_again()
