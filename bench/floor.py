"""The floors: a bare Flask application under the same gunicorn with the same configuration.

    python -m bench.floor PORT WORKERS RECIPE DATABASE

`/nothing` answers, `/insert` makes one durable insert, `/primitives` makes the hash, keys and seals of a filing and one insert,
`/text` checks the signature of a text, hashes its sender and makes one insert.
DATABASE is the path of an SQLite file or a connection string of PostgreSQL.
"""

import fcntl
import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Protocol

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from flask import Flask, abort, request
from twilio.request_validator import RequestValidator

from app.cli import web_server
from app.vault.pairs import encrypt_to
from bench.recipe import Recipe

TEXTS_TOKEN = "floor" * 8
"""What the texts to the floor are signed with."""

_ROW = 2048  # bytes that each insert stores
_OF_A_NUMBER = {"iterations": 1, "lanes": 1, "memory_cost": 8 * 1024}  # as app.vault.contact hashes it


class Store(Protocol):
    """Somewhere to insert one row durably."""

    def insert(self, body: bytes) -> None:
        """Store one row and return when it would survive a power cut."""
        ...


class SqliteStore:
    """A file with the pragmas that Redress uses, and its file lock round each write; one connection a thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA page_size=2048")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS bare (id BLOB PRIMARY KEY, body BLOB)")

    def insert(self, body: bytes) -> None:
        """One row in one transaction, synced."""
        with open(f"{self._path}.turn", "a") as turn:  # noqa: PTH123 - as `Database` does
            fcntl.flock(turn, fcntl.LOCK_EX)
            self._connection().execute("INSERT INTO bare VALUES (?, ?)", (os.urandom(16), body))

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=30)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_autocheckpoint=4000")
            self._local.connection = connection
        found: sqlite3.Connection = self._local.connection
        return found


class PostgresStore:
    """A table of PostgreSQL; one connection a thread."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._local = threading.local()
        with psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS bare (id bytea PRIMARY KEY, body bytea)")

    def insert(self, body: bytes) -> None:
        """One row in one transaction, synced."""
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg.connect(self._dsn, autocommit=True)
        self._local.connection.execute("INSERT INTO bare VALUES (%s, %s)", (os.urandom(16), body))


def make_app(recipe: Recipe, store: Store) -> Flask:
    """Four views with nothing around them."""
    app = Flask("bench.floor")
    validator = RequestValidator(TEXTS_TOKEN)
    recipient = _key_pair()

    @app.route("/nothing", methods=["GET", "POST"])
    def nothing() -> str:
        return f"{len(request.form)}"

    @app.post("/insert")
    def insert() -> str:
        store.insert(os.urandom(_ROW))
        return f"{len(request.form)}"

    @app.post("/primitives")
    def primitives() -> str:
        for run in recipe.argon:
            _hash(run)
        for _ in range(recipe.key_pairs):
            _key_pair()
        for size in recipe.signatures:
            _sign(os.urandom(size))
        for size in recipe.seals:
            encrypt_to(recipient, os.urandom(size), b"floor")
        store.insert(os.urandom(_ROW))
        return f"{len(request.form)}"

    @app.post("/text")
    def text() -> str:
        if not validator.validate(request.url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        _hash(_OF_A_NUMBER)
        store.insert(os.urandom(_ROW))
        return "<Response/>"

    return app


def _hash(run: dict[str, int]) -> None:
    argon = Argon2id(
        salt=bytes(16),
        length=32,
        iterations=run["iterations"],
        lanes=run["lanes"],
        memory_cost=run["memory_cost"],
    )
    argon.derive(os.urandom(20))


def _key_pair() -> bytes:
    """Make a pair as the vault does: both private halves, and the public bytes."""
    mlkem, curve = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    mlkem.private_bytes_raw()
    curve.private_bytes_raw()
    return mlkem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def _sign(words: bytes) -> bytes:
    """Sign as a receipt does: the pair is made from bytes, its public half is kept."""
    signing = Ed25519PrivateKey.from_private_bytes(os.urandom(32))
    return signing.public_key().public_bytes_raw() + signing.sign(words)


def main(port: str, workers: str, recipe: str, database: str) -> None:
    """Serve until told to stop."""
    store: Store = PostgresStore(database) if "dbname=" in database else SqliteStore(database)
    web_server.serve(
        make_app(Recipe.read(Path(recipe)), store),
        web_server.bind("127.0.0.1", int(port)),
        int(workers),
        ready=lambda: None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
