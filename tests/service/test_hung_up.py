"""Connections that PostgreSQL ended while they rested: the next unit of work has another one, and nobody is turned away."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

import app.database.engine
from app.database import Database
from tests.harness.databases import Databases, closing_database
from tests.harness.postgres import OwnPostgres

_AT_ONCE = 4


@pytest.fixture
def postgresql(databases: Databases, tmp_path: Path) -> Iterator[Database]:
    with databases.fresh("postgresql", tmp_path) as database:
        yield database


@pytest.fixture
def pings(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every way there and back that only asks whether somebody is still there."""
    seen: list[object] = []
    ping = postgresql.engine.dialect.do_ping

    def noted(connection: Any) -> bool:
        seen.append(connection)
        return ping(connection)

    monkeypatch.setattr(postgresql.engine.dialect, "do_ping", noted)
    return seen


def test_units_of_work_right_after_a_restart_find_the_database(shared_folder: Path) -> None:
    own = OwnPostgres(shared_folder / f"own-{uuid4()}")
    try:
        with closing_database(own.url) as database:
            for how in (signal.SIGINT, signal.SIGQUIT):
                _use_all(database)
                own.stop(how)
                own.start()
                assert _use_all(database) == _AT_ONCE
    finally:
        own.close()


@pytest.mark.parametrize("unit", ("reading", "writing"))
def test_a_connection_that_was_ended_is_replaced_before_the_unit_of_work_begins(
    postgresql: Database, pings: list[object], unit: str
) -> None:
    begin = getattr(postgresql, unit)
    with begin() as session:
        ended = session.scalar(text("SELECT pg_backend_pid()"))
    _end(postgresql, ended)
    blocks = 0
    with begin() as session:
        blocks += 1
        assert session.scalar(text("SELECT pg_backend_pid()")) != ended
    assert (blocks, len(pings)) == (1, 1)


def test_connections_in_use_cost_no_way_there_and_back(postgresql: Database, pings: list[object]) -> None:
    for _ in range(5):
        with postgresql.writing() as session:
            session.execute(text("SELECT 1"))
        with postgresql.reading() as session:
            session.execute(text("SELECT 1"))
    assert pings == []


def test_a_connection_that_rested_is_tried(
    postgresql: Database, pings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A silent network tells nobody that it has dropped a connection."""
    with postgresql.reading() as session:
        session.execute(text("SELECT 1"))
    monkeypatch.setattr(app.database.engine, "_TRUSTED_SECONDS", 0.0)
    with postgresql.reading() as session:
        session.execute(text("SELECT 1"))
    assert len(pings) == 1


def _use_all(database: Database) -> int:
    """Hold several connections at once, so that as many rest afterwards; how many there were."""
    everybody = Barrier(_AT_ONCE, timeout=60)

    def use(_number: int) -> object:
        with database.writing() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            everybody.wait()
            return pid

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return len(set(pool.map(use, range(_AT_ONCE))))


def _end(database: Database, pid: object) -> None:
    """End a connection as a server that stops would, by one of another engine."""
    with closing_database(database.url) as other:
        with other.writing() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        deadline = time.monotonic() + 60
        while True:
            with other.reading() as session:
                if not session.scalar(there, {"pid": pid}):
                    return
            assert time.monotonic() < deadline
            time.sleep(0.01)
