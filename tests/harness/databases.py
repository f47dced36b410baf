"""Databases for tests: each of the two kinds is migrated once a run, and every test gets a copy of its own."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from app.consequences import carry_out
from app.database import Database
from app.database.schema import migrate
from tests.harness.postgres import TEMPLATE, PostgresServer
from tests.harness.run import locked
from tests.harness.world import shipped_rules

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Kept:
    """A database with something in it that is copied and never used: the SQLite file, or the name of the PostgreSQL database."""

    kind: str
    name: str


class Databases:
    """One worker's source of fresh databases."""

    def __init__(self, shared: Path, worker: str) -> None:
        self._shared = shared
        self._worker = worker
        self._numbers = count()
        self._used: list[str] = []
        self._spare: str | None = None
        self._postgres: PostgresServer | None = None

    @contextmanager
    def fresh(self, kind: str, folder: Path) -> Iterator[Database]:
        """A migrated, empty database of that kind; SQLite keeps its file in the folder."""
        if kind == "sqlite":
            with closing_database(f"sqlite:///{self._copy_sqlite(folder)}") as database:
                yield database
            return
        with self._on_postgres(TEMPLATE) as database:
            yield database

    @contextmanager
    def empty(self, kind: str, folder: Path) -> Iterator[Database]:
        """A database without any table, for the tests of the migrations themselves."""
        if kind == "sqlite":
            with closing_database(f"sqlite:///{folder / 'empty.sqlite3'}") as database:
                database.create_file()
                yield database
            return
        with self._on_postgres("template0") as database:
            yield database

    @contextmanager
    def keeping(self, kind: str) -> Iterator[tuple[Database, Kept]]:
        """A fresh database to fill; when the block ends it can be copied."""
        name = f"kept_{self._worker}_{next(self._numbers)}"
        if kind == "sqlite":
            folder = self._shared / name
            folder.mkdir()
            file = self._copy_sqlite(folder)
            with closing_database(f"sqlite:///{file}") as database:
                yield database, Kept(kind, str(file))
            _empty_log(file)
            return
        server = self._server()
        server.create(name, TEMPLATE)
        with closing_database(server.url(name)) as database:
            yield database, Kept(kind, name)

    def copy_kept(self, kept: Kept, database: Database) -> None:
        """Put what was kept in the place of a test's own database, which is of the same kind."""
        # Nobody looked at it yet, so the next test may have it.
        fresh = database._engine is None
        database.dispose()
        name = str(make_url(database.url).database)
        if kept.kind == "sqlite":
            _empty_log(Path(name))
            shutil.copyfile(kept.name, name)
            return
        server = self._server()
        if fresh and self._spare is None:
            self._spare = f"spare_{name}"
            server.rename(name, self._spare)
        else:
            server.drop(name)
        server.create(name, kept.name)

    def close(self) -> None:
        """Let go of the server."""
        if self._postgres is not None:
            self._postgres.close()

    @contextmanager
    def _on_postgres(self, template: str) -> Iterator[Database]:
        server = self._server()
        name = f"test_{self._worker}_{next(self._numbers)}"
        if template == TEMPLATE and self._spare is not None:
            server.rename(self._spare, name)
            self._spare = None
        else:
            server.create(name, template)
        # Only now, not when their own test ended: PostgreSQL naps for 100 ms when a closed connection is still on its way out.
        while self._used:
            server.drop(self._used.pop())
        try:
            with closing_database(server.url(name)) as database:
                yield database
        finally:
            self._used.append(name)

    def _copy_sqlite(self, folder: Path) -> Path:
        template = self._shared / "template.sqlite3"
        with locked(self._shared / "template.sqlite3.lock"):
            if not template.exists():
                making = self._shared / "making.sqlite3"
                create_schema(f"sqlite:///{making}")
                _empty_log(making)
                making.rename(template)
        copy = folder / "redress.sqlite3"
        shutil.copyfile(template, copy)
        return copy

    def _server(self) -> PostgresServer:
        if self._postgres is None:
            self._postgres = PostgresServer(self._shared)
            made = self._shared / "template.postgresql"
            with locked(self._shared / "template.postgresql.lock"):
                if not made.exists():
                    self._postgres.drop(TEMPLATE)  # half-made by a worker whose migration failed
                    self._postgres.create(TEMPLATE)
                    create_schema(self._postgres.url(TEMPLATE))
                    made.touch()
        return self._postgres


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    """A `Database` whose connections are closed at the end."""
    database = Database(url, before_commit=carry_out)
    database.rule_with(shipped_rules)
    try:
        yield database
    finally:
        database.dispose()


def create_schema(url: str) -> None:
    """Bring an empty database to the newest schema, by the migrations as an operator would."""
    with closing_database(url) as database:
        migrate(database)


def _empty_log(file: Path) -> None:
    """Bring SQLite's log into the file, so that the file alone is all of the database."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
