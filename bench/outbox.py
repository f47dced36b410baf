"""Reports a second by the phone's outbox beside filings by the form, a round of each after the other through one real server.

The door opens a seal, looks whether somebody has the phone's code, and else does what the form does; sealing is the phones' and is
done before, as are the forms' tokens. In every second pair of rounds the outbox comes first.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import load
from bench.children import Server, private_folder, redress
from bench.figures import Asked, Figure, Result
from bench.filing import fields_of, form_tokens
from bench.postgres import durable_postgres
from bench.world import make_world
from tests.harness.world import World
from tests.support.outbox import OUTBOX, Kit, Sealing

PART = "outbox"
_ROUNDS = 6
_REPORTS = 150  # a round, by each door
_WARM_UP = 40
_CLIENTS = 4


def measure() -> Result:
    """Both databases, one after the other."""
    with private_folder() as folder:
        home = folder / "sqlite" / "home"
        figures = _figures("SQLite", make_world(home, f"sqlite:///{home / 'redress.sqlite3'}"), home)
    with private_folder() as folder, durable_postgres(folder) as server:
        server.create("redress")
        home = folder / "postgresql" / "home"
        figures += _figures("PostgreSQL", make_world(home, server.url("redress")), home)
    return Result(tuple(figures), ())


def _figures(kind: str, world: World, home: Path) -> list[Figure]:
    settings = {"DATABASE_URL": world.database.url, "REDRESS_TRUSTED_PROXIES": "1"}
    number = _WARM_UP + _ROUNDS * _REPORTS
    answers = {name: value for name, value in fields_of(world, "").items() if name != "token"}
    sealings = [Sealing(Kit.of(world.vault), answers) for _ in range(number)]
    world.database.dispose()
    with redress(home, "up", environment=settings) as server:
        forms = _Door(server, _forms(server, world, number), lambda body: b'class="digits"' in body)
        phones = _Door(server, _envelopes(sealings), lambda body: json.loads(body)["state"] == "kept")
        for door in (forms, phones):
            door.send(_WARM_UP)
        rates: dict[_Door, list[float]] = {forms: [], phones: []}
        for turn in range(_ROUNDS):
            for door in (forms, phones) if turn % 2 else (phones, forms):
                rates[door].append(door.send(_REPORTS))
    world.database.dispose()
    asked = Asked(at_least=0.9, of_ratio=True)
    return [
        Figure(
            PART,
            f"{kind}: reports by the outbox, 4 clients; floor: filings by the form",
            median(rates[phones]),
            "/s",
            median(rates[forms]),
            asked,
        ),
        Figure(
            PART, f"{kind}: not kept or not proven", forms.failed + phones.failed, "", None, Asked(at_most=0)
        ),
    ]


class _Door:
    """Posts one after another, each once."""

    def __init__(self, server: Server, posts: list[bytes], took: Callable[[bytes], bool]) -> None:
        self._server, self._posts, self._took = server, posts, took
        self.failed = 0

    def send(self, number: int) -> float:
        """Post the next so many; how many a second."""
        posts, self._posts = self._posts[:number], self._posts[number:]
        run = load.run(self._server.port, posts, _CLIENTS)
        self.failed += sum(1 for answer in run.answers if answer.status != 200 or not self._took(answer.body))
        return run.rate


def _forms(server: Server, world: World, number: int) -> list[bytes]:
    tokens, _ = form_tokens(server, number)
    return [
        load.post("/en/report", fields_of(world, token), at, alone=True) for at, token in enumerate(tokens)
    ]


def _envelopes(sealings: list[Sealing]) -> list[bytes]:
    # Each from an address of its own, as the forms are.
    return [
        load.raw_post(
            OUTBOX,
            json.dumps(each.envelope(page=True)).encode(),
            {"Content-Type": "application/json"},
            client=100_000 + at,
        )
        for at, each in enumerate(sealings)
    ]
