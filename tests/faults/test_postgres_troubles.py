"""A PostgreSQL that is stopped, restarted in the middle, or holds a lock: everybody is told, keeps the words, and goes on."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

import app.database.engine
from app.database import Database
from tests.faults.crowd import SECRET, Crowd
from tests.faults.kills import counted, share, told
from tests.faults.people import people_over
from tests.faults.promises import check_kept
from tests.faults.service import breathe, service_over
from tests.harness.databases import closing_database, create_schema
from tests.harness.postgres import OwnPostgres

_PATIENCE = 1.0


@pytest.fixture
def server(shared_folder: Path) -> Iterator[OwnPostgres]:
    """A PostgreSQL of this test's own."""
    own = OwnPostgres(shared_folder / f"own-{uuid4()}")
    try:
        create_schema(own.url)
        yield own
    finally:
        own.close()


@pytest.fixture
def own_database(server: OwnPostgres) -> Iterator[Database]:
    """The database of that server."""
    with closing_database(server.url) as database:
        yield database


@pytest.mark.parametrize("how", (signal.SIGINT, signal.SIGQUIT))
def test_a_server_that_is_stopped_and_comes_back(
    server: OwnPostgres, own_database: Database, tmp_path: Path, how: signal.Signals
) -> None:
    people = people_over(own_database, tmp_path)
    server.stop(how)
    people.press()
    server.start()
    people.press_again()


def test_tables_that_somebody_keeps_locked(
    own_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by an operator's own tool, or by a process of ours that was stopped while it held a case."""
    monkeypatch.setattr(app.database.engine, "PATIENCE_SECONDS", _PATIENCE)
    people = people_over(own_database, tmp_path)
    with psycopg.connect(own_database.url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE cases, entries IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        people.press()
        # One after the other each would wait for the lock on its own.
        assert time.monotonic() - started < len(people.posts) * _PATIENCE
        other.rollback()
    people.press_again()


@pytest.mark.timeout(0)
def test_a_server_that_is_restarted_while_everybody_works(
    server: OwnPostgres, own_database: Database, tmp_path: Path
) -> None:
    dice = random.Random()  # noqa: S311 - the moment of a restart is no secret
    with service_over(own_database, tmp_path) as service:
        crowd = Crowd(service)
        with crowd.at_work():
            for _ in counted("PostgreSQL itself", share(4, short=3)):
                breathe(dice, 0.6)
                server.stop(dice.choice((signal.SIGQUIT, signal.SIGINT)))
                breathe(dice, 0.4)
                server.start()
            crowd.go_on_until(receipts=4)
        own_database.dispose()
        check_kept(service.world, crowd.promises)
        assert SECRET not in service.log()
        told(
            f"PostgreSQL restarted {share(4, short=3)} times; {crowd.summary()}; all of it kept, nothing twice"
        )
        # Web and dispatcher lived through it.
        assert service.log().count("dispatcher.started") == 1
