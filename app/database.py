"""Engine, unit of work, base class and shared column types, for SQLite and PostgreSQL alike."""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NewType
from uuid import UUID

from sqlalchemy import DateTime, Engine, MetaData, Uuid, create_engine, event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app import clock

CaseId = NewType("CaseId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
MemberId = NewType("MemberId", UUID)
SiteId = NewType("SiteId", UUID)
CircleId = NewType("CircleId", UUID)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is refused instead of being guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC on its way into the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware time in UTC, whatever the driver returned."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every model; constraints are named alike on both databases so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        # SQLAlchemy does not look through a NewType to the UUID beneath.
        CaseId: Uuid(),
        OrganisationId: Uuid(),
        MemberId: Uuid(),
        SiteId: Uuid(),
        CircleId: Uuid(),
    }


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562) whose time is cut to the hour: keys stay near each other without telling the minute."""
    milliseconds = int(clock.hour_of(clock.now()).timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


class Database:
    """One database, opened lazily in each process: no connection may exist before a fork.

    `reading()` and `writing()` are the two units of work, opened at the edge: a request or a tick holds one. A writer on SQLite
    waits its turn at a file lock, because SQLite's own busy-wait starves writers, and then begins immediately.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._sqlite_file = _sqlite_file(url)
        self._engine: Engine | None = None
        self._owner = 0
        self._guard = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine of this process, made at first use; a forked child makes its own."""
        with self._guard:
            if self._engine is None or self._owner != os.getpid():
                self._engine = _make_engine(self.url)
                self._owner = os.getpid()
            return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot for reads; whatever it changed is rolled back, and the rows it read stay usable."""
        with Session(self.engine, expire_on_commit=False) as session:
            if self._sqlite_file is not None:
                session.connection().exec_driver_sql("BEGIN")
            yield session
            # First let go of the rows: rolling back would empty those that it still holds.
            session.expunge_all()
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One unit of work: commits when the block ends, rolls back when it raises."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self._sqlite_file is not None:
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session

    def dispose(self) -> None:
        """Close this process's connections."""
        if self._engine is not None and self._owner == os.getpid():
            self._engine.dispose()
        self._engine = None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._sqlite_file is None:
            yield
            return
        with open(f"{self._sqlite_file}.turn", "a", opener=_private) as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sqlite_file(url: str) -> Path | None:
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite"):
        return None
    if not parsed.database:
        raise ValueError("an in-memory SQLite database would lose every report at the next restart")
    return Path(parsed.database)


def _make_engine(url: str) -> Engine:
    # hide_parameters: a traceback or a log line would otherwise print what a worker wrote.
    if _sqlite_file(url) is None:
        # A database behind a silent firewall must become a clear page soon, not a request that hangs for minutes.
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=4,
            connect_args={"connect_timeout": 10},
        )
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: `writing()` begins them immediately, readers by their first SELECT.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a receipt that was shown must survive a power cut
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=5000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
