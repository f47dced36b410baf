"""The two units of work: what reads sees one moment and can store nothing, what writes commits at its end."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database.engine import (
    KEPT,
    DatabaseUnavailable,
    begin_sqlite,
    busy_milliseconds,
    make_engine,
    refusing_writes,
    sqlite_file,
)
from app.database.events import CarryOut, carry_out_events
from app.database.sent import Hear, hearing
from app.database.types import Base
from app.database.write_lock import PATIENCE_SECONDS, WriteLock, WriteLockMissed

_FEW = 2  # for the jobs that write, and whichever errand is under way

# PostgreSQL itself then refuses to write.
_ONE_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

READS = "reads"
"""What the sessions of `reading` carry in their `info`: nothing of theirs is ever stored."""


class Signer(Protocol):
    """Who gives rows their MAC before they are stored (see `app.vault.row_macs`)."""

    def sign(self, rows: Iterable[Base]) -> None:
        """Give each of these new rows that needs one its MAC."""


class Database:
    """One database, opened lazily in each process: no connection may exist before a fork.

    `reading()` and `writing()` are the two units of work, opened at the edge: a request or a tick holds one. A writer on SQLite
    waits its turn (see `write_lock`) and then begins immediately. Both raise `DatabaseUnavailable` or the driver's error.
    `before_commit` carries out what follows from the events that a writing unit of work noted.
    """

    def __init__(self, url: str, *, before_commit: CarryOut | None = None) -> None:
        self.url = url
        self._before_commit = before_commit
        self._sqlite_file = sqlite_file(url)
        self._engine: Engine | None = None
        self._turns: WriteLock | None = None
        self._owner = 0
        self._guard = threading.Lock()
        self._info: dict[str, Any] = {}
        self._kept = KEPT

    def sign_with(self, signer: Signer) -> None:
        """Let every session from now on sign and check rows with the keys of this process."""
        self._info["signer"] = signer

    def rule_with(self, rules: Callable[[], object]) -> None:
        """Let every session from now on carry what the operator decided (see `app.cases.rules.rules_of`), asked for when needed."""
        self._info["rules"] = rules

    def keep_few(self) -> None:
        """For a process of which mostly one thread works: of connections that rest each holds tables and statements of its own."""
        # To PostgreSQL a connection costs more to open than to keep.
        if self._sqlite_file is not None:
            self._kept = _FEW

    def hearing_statements(self, hear: Hear) -> AbstractContextManager[None]:
        """Tell of every statement that is sent within the block; those that go to the database together are told together."""
        return hearing(self.engine, self._info, hear)

    @property
    def engine(self) -> Engine:
        """The engine of this process, made at first use; a forked child makes its own."""
        with self._guard:
            self._forget_parent()
            if self._engine is None:
                self._engine = make_engine(self.url, self._kept)
            return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot for reads; whatever it changed is dropped, and the rows it read stay usable."""
        with Session(self.engine, expire_on_commit=False, info=self._info | {READS: True}) as session:
            if self._sqlite_file is not None:
                with refusing_writes(session.connection()):
                    yield session
                return
            session.connection(execution_options=_ONE_SNAPSHOT)
            yield session
            # Nothing can have been written, and at a ROLLBACK the driver forgets the statements that it has ready. First let go of
            # the rows, or what was changed in them would be sent.
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
                    begin_sqlite(connection, "BEGIN IMMEDIATE")
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
                connection.exec_driver_sql(f"PRAGMA busy_timeout={busy_milliseconds()}")
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
