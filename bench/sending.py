"""How many texts a second two dispatchers hand over, and whether a crowd of texts that are not due yet slows them down.

Two real `redress dispatch` on PostgreSQL, with Twilio's own library against a stand-in for its API in a process of its own, all on
this machine. The texts become due at one moment; the time ends when the provider has accepted the last one.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median

import psycopg

from app import clock
from app.database import Database
from app.database.schema import migrate
from app.messaging.delivery import Purpose
from app.messaging.models import Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.phone_rows import keep_phone, new_phone
from app.messaging.queue.outgoing import enqueue_text
from app.vault import RowSigner, Vault, bind_deployment, load_keyring, make_keyrings
from bench.children import private_folder, redress
from bench.figures import Asked, Figure, Result
from bench.postgres import DurablePostgres, durable_postgres
from tests.harness.provider import NUMBER, RemoteProvider, environment_of, provider_process

PART = "sending"
_SIZES = (10_000, 1_000_000)
_TEXTS = 1_500
_PHONES = 200
_ROUNDS = 3
_DISPATCHERS = 2
_AT_MOST_SECONDS = 60.0
_FLAT = 1.3

# Sealed bodies are longer, but no claim reads them: a million of them would only fill the disk.
_CROWD = """
INSERT INTO outgoing_texts (id, key, purpose, phone_id, gateway, line, body_sealed, encoding, segments, state, due_at,
                            valid_until, attempts, redacted)
SELECT ('01000000' || lpad(to_hex(n), 24, '0'))::uuid, decode(md5('a' || n) || md5('b' || n), 'hex'), 'reply',
       ('02000000' || lpad(to_hex(n / 3), 24, '0'))::uuid, 'twilio', %s, 'sealed', 'GSM-7', 1, 'waiting',
       now() + interval '1 day' + n * interval '1 second', now() + interval '60 days', 0, false
FROM generate_series(%s::bigint, %s::bigint) AS n
"""


def measure() -> Result:
    """Two databases, the second a copy of the first with more texts that are not due; they are sent from in turn."""
    with private_folder() as folder, durable_postgres(folder) as server, provider_process() as provider:
        deployment = _Deployment(server, folder / "home", provider)
        deployment.make()
        rates: dict[int, list[float]] = {size: [] for size in _SIZES}
        for number in range(_ROUNDS):
            for size in _SIZES:
                rates[size].append(deployment.rate(size, number))
        counts = provider.counts()
        if counts["doubled"] or counts["accepted"] != _TEXTS * _ROUNDS * len(_SIZES):
            raise RuntimeError("a text was sent twice or not at all")
    first, *others = _SIZES
    few = median(rates[first])
    figures = [Figure(PART, _what(first), few, "/s", asked=Asked(at_least=300))]
    for size in others:
        rate = median(rates[size])
        figures.append(Figure(PART, _what(size), rate, "/s", few, Asked(at_least=1 / _FLAT, of_ratio=True)))
        figures.append(Figure(PART, f"{_what(size)}, as such", rate, "/s", asked=Asked(at_least=300)))
    note = (
        f"Sending: medians of {_ROUNDS} runs of {_TEXTS:,} texts that became due at once, {_DISPATCHERS} dispatchers, PostgreSQL, "
        "Twilio's library against a local stand-in; all share this machine. Every text was accepted once."
    )
    return Result(tuple(figures), (note,))


def _what(size: int) -> str:
    return f"texts sent, {size:,} waiting that are not due"


@dataclass
class _Deployment:
    """One home whose database stands on the server twice, with fewer and with more texts."""

    server: DurablePostgres
    home: Path
    provider: RemoteProvider
    phones: list[Phone] = field(default_factory=list)

    def make(self) -> None:
        """Set up the keyrings and both databases."""
        self.home.mkdir(mode=0o700, parents=True)
        make_keyrings(self.home / "keys")
        first, *others = _SIZES
        self.server.create(_name(first))
        database = Database(self.server.url(_name(first)))
        migrate(database)
        vault = self._vault()
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            bind_deployment(session, vault)
        self.phones = [_phone(database, vault, number) for number in range(_PHONES)]
        database.dispose()
        self._crowd(first, 1, first)
        for size in others:
            self.server.create(_name(size), _name(first))
            self._crowd(size, first + 1, size)

    def rate(self, size: int, number: int) -> float:
        """Texts a second from this database, in one run."""
        self._write(size, number)
        before = self.provider.counts()["accepted"]
        with self._dispatchers(size), psycopg.connect(self.server.dsn(_name(size))) as connection:
            connection.execute("UPDATE outgoing_texts SET due_at = now() WHERE purpose = 'status'")
            connection.commit()
            began = time.perf_counter()
            while self.provider.counts()["accepted"] < before + _TEXTS:
                if time.perf_counter() - began > _AT_MOST_SECONDS:
                    raise RuntimeError("the dispatchers did not send all texts in time")
                time.sleep(0.02)
            seconds = time.perf_counter() - began
            # What was sent is recorded before the dispatchers end, and the next run must not see it.
            for _ in range(100):
                left = connection.execute(
                    "SELECT count(*) FROM outgoing_texts WHERE purpose = 'status' AND state <> 'accepted'"
                ).fetchone()
                if left == (0,):
                    break
                connection.commit()
                time.sleep(0.1)
            connection.execute("DELETE FROM outgoing_texts WHERE purpose = 'status'")
        return _TEXTS / seconds

    def _write(self, size: int, number: int) -> None:
        database, vault = Database(self.server.url(_name(size))), self._vault()
        with database.writing() as session:
            for text in range(_TEXTS):
                enqueue_text(
                    session,
                    vault,
                    key=("bench", str(number), str(text)),
                    purpose=Purpose.STATUS,
                    body=f"Text {text} of run {number} with {size}: a helper has read it. Next: Thu 26 Nov.",
                    phone=self.phones[text % _PHONES],
                    case_id=None,
                    valid_for=timedelta(days=40),
                    due_at=clock.now() + timedelta(days=20),
                )
        database.dispose()

    @contextmanager
    def _dispatchers(self, size: int) -> Iterator[None]:
        environment = environment_of(self.provider.url) | {"DATABASE_URL": self.server.url(_name(size))}
        log = self.home.parent / "dispatch.log"
        log.unlink(missing_ok=True)
        with ExitStack() as running:
            for _ in range(_DISPATCHERS):
                running.enter_context(redress(self.home, "dispatch", first=None, environment=environment))
            deadline = time.monotonic() + _AT_MOST_SECONDS
            while log.read_text().count("dispatcher.started") < _DISPATCHERS:
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"a dispatcher did not start; its log ends:\n{log.read_text()[-3000:]}"
                    )
                time.sleep(0.1)
            time.sleep(1)  # the first tick of every job
            yield

    def _crowd(self, size: int, first: int, last: int) -> None:
        with psycopg.connect(self.server.dsn(_name(size)), autocommit=True) as connection:
            connection.execute(_CROWD, (NUMBER, first, last))
            connection.execute("VACUUM ANALYZE outgoing_texts")

    def _vault(self) -> Vault:
        return Vault(load_keyring(self.home / "keys", "web"))


def _name(size: int) -> str:
    return f"sending_{size}"


def _phone(database: Database, vault: Vault, number: int) -> Phone:
    e164 = f"+254711{number:06d}"
    tags = vault.number_tags(e164)
    fresh = new_phone(vault, tags, read_number(e164, NUMBER, None), "twilio", NUMBER)
    with database.writing() as session:
        return keep_phone(session, tags, fresh)
