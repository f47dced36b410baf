"""Engine, unit of work, base class and shared column types, for SQLite and PostgreSQL alike."""

import os
import secrets
import select
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any, NewType, Protocol
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Uuid,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app import clock
from app.database.events import CarryOut, carry_out_events
from app.database.write_lock import PATIENCE_SECONDS, WriteLock, WriteLockMissed

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

    def __init__(self, **values: Any) -> None:
        """A new row with these values of its columns; raises TypeError for a name that is no column."""
        if not _column_names(type(self)).issuperset(values):
            raise TypeError(f"{sorted(values)} are not all columns of {type(self).__name__}")
        # Without the session's bookkeeping of changes: a new row has no earlier values, and a filing makes near thirty of them.
        vars(self).update(values)


@cache
def _column_names(model: type[Base]) -> frozenset[str]:
    return frozenset(column.key for column in inspect(model).column_attrs)


def word_column(words: type[StrEnum]) -> Enum:
    """A column that holds the enum's own values as text and refuses any other, without a type of PostgreSQL's."""
    return Enum(
        words,
        native_enum=False,
        length=20,
        validate_strings=True,
        values_callable=lambda every: [word.value for word in every],
    )


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562) whose time is cut to the hour: keys stay near each other without telling the minute."""
    milliseconds = int(clock.now().timestamp()) // 3600 * 3_600_000
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | random >> 62 << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


# A network may drop a connection that rests without telling either side; one that rested for less is taken at its word.
_TRUSTED_SECONDS = 2.0

# One for each thread of a web worker. What goes beyond them is opened and closed for each unit of work.
_KEPT = {"pool_size": 8, "max_overflow": 8}

# PostgreSQL itself then refuses to write.
_ONE_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Signer(Protocol):
    """Who gives rows their MAC before they are stored (see `app.vault.row_macs`)."""

    def sign(self, rows: Iterable[Base]) -> None:
        """Give each of these new rows that needs one its MAC."""


class DatabaseUnavailable(SQLAlchemyError):
    """The SQLite file is gone, is another one than before, or another writer keeps it; nothing was read or written."""


class Database:
    """One database, opened lazily in each process: no connection may exist before a fork.

    `reading()` and `writing()` are the two units of work, opened at the edge: a request or a tick holds one. A writer on SQLite
    waits its turn (see `write_lock`) and then begins immediately. Both raise `DatabaseUnavailable` or the driver's error.
    `before_commit` carries out what follows from the events that a writing unit of work noted.
    """

    def __init__(self, url: str, *, before_commit: CarryOut | None = None) -> None:
        self.url = url
        self._before_commit = before_commit
        self._sqlite_file = _sqlite_file(url)
        self._engine: Engine | None = None
        self._turns: WriteLock | None = None
        self._owner = 0
        self._guard = threading.Lock()
        self._info: dict[str, Any] = {}

    def sign_with(self, signer: Signer) -> None:
        """Let every session from now on sign and check rows with the keys of this process."""
        self._info = {"signer": signer}

    @property
    def engine(self) -> Engine:
        """The engine of this process, made at first use; a forked child makes its own."""
        with self._guard:
            self._forget_parent()
            if self._engine is None:
                self._engine = _make_engine(self.url)
            return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot for reads; whatever it changed is dropped, and the rows it read stay usable."""
        with Session(self.engine, expire_on_commit=False, info=self._info) as session:
            if self._sqlite_file is None:
                session.connection(execution_options=_ONE_SNAPSHOT)
            else:
                _begin_sqlite(session.connection(), "BEGIN")
            yield session
            if self._sqlite_file is None:
                # Nothing can have been written, and at a ROLLBACK the driver forgets the statements that it has ready. First let go
                # of the rows, or what was changed in them would be sent.
                session.expunge_all()
                session.commit()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One unit of work: commits when the block ends, rolls back when it raises."""
        with Session(self.engine, expire_on_commit=False, info=self._info) as session:
            unit = session.begin()
            # Before the turn: while one writer has it, every other one waits.
            connection = session.connection()
            with self._turn(), unit:
                if self._sqlite_file is not None:
                    _begin_sqlite(connection, "BEGIN IMMEDIATE")
                yield session
                carry_out_events(session, self._before_commit)

    def empty_log(self) -> bool:
        """Bring SQLite's log into the file and cut it, so that no emptied value outlives it there; False while somebody reads.

        PostgreSQL keeps its own log, and there is nothing to do here.
        """
        if self._sqlite_file is None:
            return True
        with self._turn(), self.engine.connect() as connection:
            # Whoever reads just now is not waited for: behind us every writer would wait too.
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_busy_milliseconds()}")
            return not busy

    def create_file(self) -> None:
        """Make an empty SQLite file where there is none yet; only whoever sets a deployment up may do that."""
        if self._sqlite_file is not None:
            os.close(os.open(self._sqlite_file, os.O_WRONLY | os.O_CREAT, 0o600))

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
        with self._guard:
            self._forget_parent()
            if self._turns is None:
                self._turns = WriteLock(Path(f"{self._sqlite_file}.turn"))
            turns = self._turns
        try:
            handle = turns.take(PATIENCE_SECONDS)
        except (WriteLockMissed, OSError) as error:
            raise DatabaseUnavailable("no turn to write") from error
        try:
            yield
        finally:
            turns.give_back(handle)

    def _forget_parent(self) -> None:
        """Whatever a parent process opened is the parent's."""
        if self._owner != os.getpid():
            self._engine, self._turns, self._owner = None, None, os.getpid()


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
        engine = create_engine(
            url,
            hide_parameters=True,
            **_KEPT,
            # The connection used last has its statements ready.
            pool_use_lifo=True,
            connect_args={
                # Only what asks for it is prepared (see prepared.py). Anything else PostgreSQL would plan without its values from
                # the sixth time on, and for the few open cases among many closed ones walk through all.
                "prepare_threshold": sys.maxsize,
                "connect_timeout": 10,
                # The same for a server that falls silent later (milliseconds), and for a row that somebody keeps locked.
                "tcp_user_timeout": 10_000,
                "options": f"-c lock_timeout={int(PATIENCE_SECONDS * 1000)}",
            },
        )
        event.listen(engine, "checkin", _begin_rest)
        event.listen(engine, "checkout", partial(_end_rest, engine.dialect))
        return engine
    engine = create_engine(url, hide_parameters=True, **_KEPT)
    event.listen(engine, "do_connect", _open_existing)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _begin_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _end_rest(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _fairy: object) -> None:
    """Try a connection that rested or was hung up before somebody relies on it; else the way there and back would be waste.

    A server that stops says so on each of its connections, so a restart costs no unit of work that begins after it.
    """
    since = record.info.get("rests_since")
    if since is None:
        return
    try:
        if time.monotonic() - since >= _TRUSTED_SECONDS or _was_told(connection):
            dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        # The pool opens another one.
        raise DisconnectionError from error


def _was_told(connection: Any) -> bool:
    """Whether something arrived while nobody asked anything, which is how a server ends a connection; asks only this machine."""
    arrivals = select.poll()
    arrivals.register(connection.pgconn.socket, select.POLLIN)
    return bool(arrivals.poll(0))


def _open_existing(_dialect: object, _record: object, words: list[Any], options: dict[str, Any]) -> None:
    """Never make a file: while ours is away, an empty one in its place would be mixed up with the log it left behind."""
    words[0] = f"file:{quote(str(words[0]))}?mode=rw"
    options["uri"] = True


def _begin_sqlite(connection: Connection, begin: str) -> None:
    """Begin on the file that stands at the path; a connection to one that was moved or replaced would write where nobody looks."""
    at_path = _identity(connection.engine.url.database or "")
    if at_path is not None and connection.info["file"] != at_path:
        connection.invalidate()
    if at_path is None or connection.invalidated:
        raise DatabaseUnavailable("the file is gone or was replaced")
    connection.exec_driver_sql(begin)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - each unit of work asks it, and a Path costs more than the answer
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _busy_milliseconds() -> int:
    return int(PATIENCE_SECONDS * 500)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    record.info["file"] = _identity(connection.execute("PRAGMA database_list").fetchone()[2])
    # The driver must not begin transactions by itself: `writing()` begins them immediately, readers by their first SELECT.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a receipt that was shown must survive a power cut
        "foreign_keys=ON",
        "secure_delete=ON",
        # Whoever fills the log brings it into the file and everybody waits; four times as full, it holds most pages several times.
        "wal_autocheckpoint=4000",
        # Only an operator's own tool can hold the file without a turn; together with the turn this is waited for.
        f"busy_timeout={_busy_milliseconds()}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
