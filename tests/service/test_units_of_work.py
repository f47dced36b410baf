"""The two units of work: what reads sees one moment and can store nothing, on either database."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, literal, select, text
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from app.database import Database, WroteWhileReading
from app.database.engine import make_engine
from app.database.prepared import Ready, Statement, send_together
from app.network.attempts import Attempts
from tests.harness.databases import Databases

ENDS_AT = datetime(2026, 11, 28, tzinfo=UTC)


def keep(session: Session, tag: bytes) -> None:
    session.add(Attempts(tag=tag, number=1, ends_at=ENDS_AT))
    session.flush()


def fail_after(act: Callable[[Session, bytes], None], session: Session, tag: bytes) -> None:
    act(session, tag)
    raise ZeroDivisionError


def stored(database: Database) -> list[bytes]:
    with database.reading() as session:
        return list(session.scalars(select(Attempts.tag).order_by(Attempts.tag)))


def test_a_reading_unit_refuses_to_write_and_the_same_connection_writes_again(database: Database) -> None:
    with database.writing() as session:
        keep(session, b"noise")
    with (
        pytest.raises((DBAPIError, WroteWhileReading), match=r"read-only transaction|only reads has written"),
        database.reading() as session,
    ):
        keep(session, b"stray")
    with database.writing() as session:
        keep(session, b"later")
    assert stored(database) == [b"later", b"noise"]


def test_what_a_reading_unit_changed_in_a_row_is_not_stored(database: Database) -> None:
    with database.writing() as session:
        keep(session, b"noise")
        keep(session, b"row")
    with database.reading() as session:
        row = session.get_one(Attempts, b"row")
        row.number = 7
    assert row.number == 7
    with database.reading() as session:
        assert list(session.scalars(select(Attempts.number))) == [1, 1]


def test_a_reading_unit_sees_one_moment(database: Database) -> None:
    count = select(func.count()).select_from(Attempts)
    with database.reading() as session:
        before = session.scalar(count)
        with database.writing() as other:
            keep(other, b"meanwhile")
        assert session.scalar(count) == before == 0
    assert stored(database) == [b"meanwhile"]


def test_a_writing_unit_that_fails_stores_nothing_and_lets_the_next_one_go_on(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        fail_after(keep, session, b"lost")
    with database.writing() as session:
        keep(session, b"next")
    assert stored(database) == [b"next"]


def test_postgresql_keeps_our_constants_prepared_and_plans_everything_else_by_its_values(
    databases: Databases, tmp_path: Path
) -> None:
    # psycopg forgets what it has prepared at a ROLLBACK.
    constant = Ready(select(Attempts.number).where(Attempts.tag == bindparam("tag")))
    other = select(Attempts.ends_at).where(Attempts.number == 3)
    with databases.fresh("postgresql", tmp_path) as database:
        for _ in range(12):
            with database.reading() as session:
                send_together(session, [Statement(constant, {"tag": b"none"})])
                session.scalars(other).all()
        with database.reading() as session:
            prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert [words for words in prepared if "attempts.number" in words and "attempts.tag" in words]
    assert not [words for words in prepared if "attempts.ends_at" in words]


def test_a_process_of_which_mostly_one_thread_works_keeps_few_connections_to_sqlite(
    database: Database,
) -> None:
    database.keep_few()
    with ExitStack() as units:
        for _ in range(6):
            units.enter_context(database.reading()).execute(text("SELECT 1"))
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedin() == (2 if database.engine.dialect.name == "sqlite" else 6)


def test_what_a_statement_became_for_one_file_of_sqlite_serves_every_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worded: list[object] = []
    word = SQLiteCompiler.__init__

    def counted(compiler: SQLiteCompiler, *given: Any, **named: Any) -> None:
        worded.append(given)
        word(compiler, *given, **named)

    monkeypatch.setattr(SQLiteCompiler, "__init__", counted)
    # No other test asks this, so that it is new to the first file at least.
    asked = select(literal(20_261_130).label("asked_of_every_file"), literal("file").label("noise"))
    answers = []
    for name in ("rehearsal", "real"):
        file = tmp_path / f"{name}.sqlite3"
        file.touch()
        engine = make_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            answers.append(connection.execute(asked).one()[0])
            seen = connection.exec_driver_sql("PRAGMA database_list").one()[2]
        engine.dispose()
        # The words are shared, and nothing else is.
        assert Path(seen).samefile(file)
    assert answers == [20_261_130] * 2
    assert len(worded) == 1
