"""The engine of a process: how connections are made, rested and begun on, for each of the two databases."""

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import CompiledCacheType
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache

from app.database.prepared import raising_as_sqlalchemy
from app.database.types import LONG_PAST, read_structure
from app.database.write_lock import PATIENCE_SECONDS

# A network may drop a connection that rests without telling either side; one that rested for less is taken at its word.
_TRUSTED_SECONDS = 2.0

# One for each thread of a web worker. What goes beyond them is opened and closed for each unit of work.
KEPT = 8
_MOST = 16

# As many as SQLAlchemy keeps for an engine of its own.
_STATEMENTS = 500


class DatabaseUnavailable(SQLAlchemyError):
    """The SQLite file is gone, is another one than before, or another writer keeps it; nothing was read or written."""


class WroteWhileReading(RuntimeError):
    """A unit of work that only reads changed rows: a mistake of the program."""


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address, or None for PostgreSQL; raises `ValueError` for a database in memory."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite"):
        return None
    if not parsed.database:
        raise ValueError("an in-memory SQLite database would lose every report at the next restart")
    return Path(parsed.database)


def make_engine(url: str, kept: int = KEPT) -> Engine:
    """The engine of one process for this address, as both databases need it; it keeps so many connections open."""
    pool: dict[str, Any] = {"pool_size": kept, "max_overflow": _MOST - kept}
    # hide_parameters: a traceback or a log line would otherwise print what a worker wrote.
    if sqlite_file(url) is None:
        # A database behind a silent firewall must become a clear page soon, not a request that hangs for minutes.
        engine = create_engine(
            url,
            hide_parameters=True,
            json_deserializer=read_structure,
            **pool,
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
        event.listen(engine, "connect", partial(_read_any_time, engine.dialect))
        event.listen(engine, "checkin", _begin_rest)
        event.listen(engine, "checkout", partial(_end_rest, engine.dialect))
        return engine
    dialect, words = _sqlite_words()
    address = make_url(url)
    connections = QueuePool(partial(_open_existing, dialect, address), dialect=dialect, **pool)
    engine = Engine(
        connections, dialect, address, hide_parameters=True, execution_options={"compiled_cache": words}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


@cache
def _sqlite_words() -> tuple[Dialect, CompiledCacheType]:
    """The dialect of every SQLite engine of this process and of those it forks, and what statements became in it.

    SQLAlchemy would make one for each engine, and look for words by it: those of a rehearsal, say, would serve nobody else.
    """
    first = create_engine("sqlite://", json_deserializer=read_structure)
    # A dialect asks its first connection what SQLite can. This one is to no file, and closed before anybody could fork.
    first.connect().close()
    first.dispose()
    return first.dialect, LRUCache(_STATEMENTS)


def _read_any_time(dialect: Dialect, connection: Any, _record: object) -> None:
    """Read 'infinity', or a year that Python has not, as no time: an error would end every query that meets the cell."""
    adapters, refusal = connection.adapters, dialect.loaded_dbapi.DataError
    for wire in _WIRE_FORMATS:
        known = adapters.get_loader(adapters.types["timestamptz"].oid, wire)
        adapters.register_loader("timestamptz", _any_time(known, refusal))


_WIRE_FORMATS = (0, 1)  # text and binary, as libpq counts them


@cache
def _any_time(known: Any, refusal: type[Exception]) -> type:
    """The driver's own reader, which cannot be inherited from, but for what it refuses."""

    class AnyTime:
        format = known.format

        def __init__(self, oid: int, context: Any = None) -> None:
            self._read = known(oid, context).load

        def load(self, cell: Any) -> Any:
            try:
                return self._read(cell)
            except refusal:
                return LONG_PAST

    return AnyTime


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


def _open_existing(dialect: Dialect, address: URL) -> Any:
    """Never make a file: while ours is away, an empty one in its place would be mixed up with the log it left behind."""
    (path,), options = dialect.create_connect_args(address)
    return dialect.connect(f"file:{quote(str(path))}?mode=rw", **{**options, "uri": True})


def begin_sqlite(connection: Connection, begin: str) -> None:
    """Begin on the file that stands at the path; a connection to one that was moved or replaced would write where nobody looks."""
    at_path = _identity(connection.engine.url.database or "")
    if at_path is not None and connection.info["file"] != at_path:
        connection.invalidate()
    if at_path is None or connection.invalidated:
        raise DatabaseUnavailable("the file is gone or was replaced")
    # By the driver itself, as each unit of work begins so: SQLAlchemy would make an object of its own for it.
    with raising_as_sqlalchemy(connection):
        driver: Any = connection.connection.driver_connection
        driver.execute(begin)


@contextmanager
def refusing_writes(connection: Connection) -> Iterator[None]:
    """A snapshot in which nothing may be written, as PostgreSQL sees to it: what was changed there would be lost without a word.

    Raises `WroteWhileReading` at its end. `PRAGMA query_only` would refuse at once, but each time it is set SQLite forgets all the
    statements of the connection that it has ready: that cost a filing ten milliseconds of forty-five.
    """
    begin_sqlite(connection, "BEGIN")
    driver: Any = connection.connection.driver_connection
    before = driver.total_changes
    yield
    if driver.total_changes != before:
        raise WroteWhileReading("a unit of work that only reads has written; nothing of it is kept")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - each unit of work asks it, and a Path costs more than the answer
    except OSError:
        return None
    return found.st_dev, found.st_ino


def busy_milliseconds() -> int:
    """How long SQLite itself waits for a lock of somebody who took no turn."""
    return int(PATIENCE_SECONDS * 500)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # What is no UTF-8 reads as something else, which no MAC fits, instead of ending every query that meets it.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    record.info["file"] = _identity(connection.execute("PRAGMA database_list").fetchone()[2])
    # The driver must not begin transactions by itself: `writing()` begins them immediately, readers by their first SELECT.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        # Counts while a new file is still empty. A report changes some 120 pages by a few bytes each: so half of what is copied,
        # summed up and written goes away. Smaller ones hold too little of what a report seals.
        "page_size=2048",
        "journal_mode=WAL",
        "synchronous=FULL",  # a receipt that was shown must survive a power cut
        "foreign_keys=ON",
        "secure_delete=ON",
        # Whoever fills the log brings it into the file and everybody waits; four times as full, it holds most pages several times.
        "wal_autocheckpoint=4000",
        # KiB for each connection: the system keeps the pages of the file once for all of them, we would keep them once for each.
        "cache_size=-256",
        # Only an operator's own tool can hold the file without a turn; together with the turn this is waited for.
        f"busy_timeout={busy_milliseconds()}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
