"""A real PostgreSQL for the bench: the tests' binaries, but durable as in production, with its data on a disk."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.harness import postgres as harness

# PostgreSQL's own defaults where the tests have faster ones; of two words about one option the later counts.
_DURABLE = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "autovacuum=on",
    "wal_level=replica",
    "shared_buffers=128MB",
    "max_connections=60",
)


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
def durable_postgres(folder: Path) -> Iterator[DurablePostgres]:
    """Start PostgreSQL in this folder and stop it at the end."""
    inside = folder / "postgres"
    inside.mkdir()
    binaries, as_user = harness._initialise(inside)
    with (folder / "postgres.log").open("wb") as log:
        process = harness._serve(inside, binaries, as_user | {"stdout": log, "stderr": log}, *_DURABLE)
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
