"""A real PostgreSQL for the bench: the tests' binaries, but durable as in production, with its data on a disk."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import psycopg
from psycopg import sql

from tests.harness import postgres as harness

# PostgreSQL's own defaults but for where it listens: fsync, synchronous commits and full pages are on, autovacuum runs.
_DURABLE = ("listen_addresses=", "max_connections=60", "timezone=UTC", "lc_messages=C")


class DurablePostgres:
    """A running server; only its socket is seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._admin = psycopg.connect(host=str(folder), user=harness.USER, dbname="postgres", autocommit=True)

    @property
    def version(self) -> str:
        """The server's version."""
        return self._admin.info.parameter_status("server_version") or "unknown"

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database on this server."""
        return f"postgresql+psycopg://{harness.USER}@/{name}?host={self._folder}"

    def dsn(self, name: str) -> str:
        """The same for the bare driver."""
        return f"host={self._folder} user={harness.USER} dbname={name}"

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database, empty or as a copy of another that nobody is connected to."""
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )

    def close(self) -> None:
        """Let go of the server."""
        self._admin.close()


@contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Let what is started within the block write to a file; PostgreSQL tells a lot that is no news here."""
    kept = [os.dup(1), os.dup(2)]
    with path.open("ab") as log:
        for number in (1, 2):
            os.dup2(log.fileno(), number)
    try:
        yield
    finally:
        for number, before in enumerate(kept, start=1):
            os.dup2(before, number)
            os.close(before)


@contextmanager
def durable_postgres(folder: Path) -> Iterator[DurablePostgres]:
    """Start PostgreSQL in this folder and stop it at the end."""
    inside = folder / "postgres"
    inside.mkdir()
    with mock.patch.object(harness, "_OPTIONS", _DURABLE), _output_to(folder / "postgres.log"):
        process = harness._launch(inside)  # the tests' own server, with other options
    try:
        harness._await(inside, process)
        server = DurablePostgres(inside)
        try:
            yield server
        finally:
            server.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
