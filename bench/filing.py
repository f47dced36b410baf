"""Filings a second through the real server, beside the bare primitives and a bare insert, on SQLite and on PostgreSQL.

Measured is the POST that files a report and brings the receipt. The GETs that fetch the forms with their tokens are done before,
as a worker also reads and writes between the two; how many of those a second is reported.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import func, select

from app.cases.case.models import Case, Offer
from app.intake import Report
from app.web.worker.report_form import read_report_form
from app.web.worker.to_report import to_report
from bench import load
from bench.children import Server, child, private_folder, redress
from bench.figures import Asked, Figure, Result, percentile
from bench.postgres import durable_postgres
from bench.recipe import Recipe, count_primitives
from bench.world import make_world
from tests.harness.server import free_port, private_environment
from tests.harness.world import World

PART = "filing"
_ROUNDS = 5
_FILINGS, _WITH_PRIMITIVES, _INSERTS = 300, 500, 1200  # a round
_WARM_UP = 60
_CROWD = 800  # filings of 32 clients
_OPENED_AGAIN = 40
_OFFERS = 3  # a partner and two standbys
_TOKEN = re.compile(rb'name="token" value="([^"]+)"')
_CODE = re.compile(rb'class="digits"[^>]*>(.*?)</p>')
_GROUP = re.compile(rb"\d{4}")
_P99 = {"SQLite": 150.0, "PostgreSQL": 100.0}
_WORDS = (
    "They take away our passports when we come and keep two months of pay. Who asks about it is moved to the night shift. "
    "In May there were eleven of us in one room. The agent says that we owe for the flight, and every month it is more."
)


@dataclass(frozen=True)
class _Filing:
    """A filing that was sent and its answer."""

    token: str
    answer: load.Answer

    @property
    def receipt(self) -> str:
        """The code that was shown, or nothing."""
        found = _CODE.search(self.answer.body)
        if self.answer.status != 200 or found is None:
            return ""
        return " ".join(group.decode() for group in _GROUP.findall(found[1]))


@dataclass(frozen=True)
class _Run:
    """Everything that one database's run brought."""

    filings: list[_Filing]
    rates: list[float]  # a round
    primitives: list[float]
    inserts: list[float]
    latencies: list[float]  # milliseconds, 4 clients
    forms: float  # a second
    crowd: load.Load
    reopened: int
    stored: dict[UUID, int]  # offers of each submission's case


def measure() -> Result:
    """Both databases, one after the other."""
    with private_folder() as folder:
        home = folder / "sqlite" / "home"
        world = make_world(home, f"sqlite:///{home / 'redress.sqlite3'}")
        recipe = count_primitives(world, _report(world))
        figures = _figures("SQLite", world, _drive(world, home, recipe, str(folder / "floor.sqlite3")))
    with private_folder() as folder, durable_postgres(folder) as server:
        server.create("redress")
        server.create("floor")
        home = folder / "postgresql" / "home"
        world = make_world(home, server.url("redress"))
        figures += _figures("PostgreSQL", world, _drive(world, home, recipe, server.dsn("floor")))
        version = server.version
    return Result(tuple(figures), (recipe.words(), f"PostgreSQL {version}, fsync and synchronous_commit on."))


def _drive(world: World, home: Path, recipe: Recipe, floor_database: str) -> _Run:
    """File through the real server in rounds, a round of each floor after each, and then with a crowd."""
    settings = {"DATABASE_URL": world.database.url, "REDRESS_TRUSTED_PROXIES": "1"}
    world.database.dispose()
    with (
        redress(home, "up", environment=settings) as server,
        floor_beside(home, recipe, floor_database) as floor,
    ):
        tokens, forms = form_tokens(server, _WARM_UP + _ROUNDS * _FILINGS + _CROWD)
        sender = Sender(server, world, tokens)
        sender.send(_WARM_UP, 4)
        rates, primitives, inserts, latencies = [], [], [], []
        for _ in range(_ROUNDS):
            run = sender.send(_FILINGS, 4)
            rates.append(run.rate)
            latencies += run.latencies
            primitives.append(_floor_rate(floor, "/primitives", world, _WITH_PRIMITIVES))
            inserts.append(_floor_rate(floor, "/insert", world, _INSERTS))
        crowd = sender.send(_CROWD, 32)
        filings = sender.filings
        reopened = _reopen(server, [filing.receipt for filing in filings if filing.receipt])
    stored = _stored(world)
    world.database.dispose()
    return _Run(filings, rates, primitives, inserts, latencies, forms, crowd, reopened, stored)


def _figures(kind: str, world: World, run: _Run) -> list[Figure]:
    """The lines of one database."""

    def figure(
        what: str, value: float, unit: str = "", floor: float | None = None, asked: Asked | None = None
    ) -> Figure:
        return Figure(PART, f"{kind}: {what}", value, unit, floor, asked)

    rate, none = median(run.rates), Asked(at_most=0)
    answered = {
        world.vault.read_form_token(filing.token).submission_id for filing in run.filings if filing.receipt
    }
    failed, total = len(run.filings) - len(answered), len(run.filings)
    lost = len(answered - run.stored.keys())
    unrouted = sum(1 for offers in run.stored.values() if offers != _OFFERS)
    floor_a = Asked(at_least=0.5, of_ratio=True)
    return [
        figure(
            "filings, 4 clients; floor (a) primitives, insert", rate, "/s", median(run.primitives), floor_a
        ),
        figure("filings, 4 clients; floor (b) insert", rate, "/s", median(run.inserts)),
        figure("p50 at 4 clients", percentile(run.latencies, 0.50), "ms"),
        figure("p95 at 4 clients", percentile(run.latencies, 0.95), "ms"),
        figure("p99 at 4 clients", percentile(run.latencies, 0.99), "ms", asked=Asked(at_most=_P99[kind])),
        figure("forms with their token, 4 clients", run.forms, "/s"),
        figure("filings, 32 clients", run.crowd.rate, "/s"),
        figure("p99 at 32 clients", percentile(run.crowd.latencies, 0.99), "ms"),
        figure(f"of {total} filings, not answered with a receipt", failed, asked=none),
        figure("receipts shown whose case is not stored", lost, asked=none),
        figure(f"of {_OPENED_AGAIN} receipts, do not open a case", _OPENED_AGAIN - run.reopened, asked=none),
        figure("cases without a partner and two standbys", unrouted, asked=none),
    ]


class Sender:
    """Posts the forms one after another, each once, and keeps every answer."""

    def __init__(self, server: Server, world: World, tokens: Sequence[str]) -> None:
        self._server = server
        self._tokens = tokens
        self._posts = [
            load.post("/en/report", fields_of(world, token), number, alone=True)
            for number, token in enumerate(tokens)
        ]
        self._next = 0
        self.filings: list[_Filing] = []

    def send(self, number: int, clients: int) -> load.Load:
        """Post the next so many forms."""
        first, self._next = self._next, self._next + number
        run = load.run(self._server.port, self._posts[first : self._next], clients)
        self.filings += [_Filing(self._tokens[first + answer.number], answer) for answer in run.answers]
        return run


@contextmanager
def floor_beside(home: Path, recipe: Recipe, database: str) -> Iterator[Server]:
    """The floors under a gunicorn of their own, with a database of their own beside ours."""
    port, path = free_port(), home.parent / "recipe.json"
    recipe.write(path)
    command = [sys.executable, "-m", "bench.floor", str(port), "2", str(path), database]
    with child(
        command, home.parent / "floor.log", port, "/nothing", private_environment(home, port)
    ) as server:
        yield server


def _floor_rate(floor: Server, path: str, world: World, times: int) -> float:
    run = load.run(floor.port, [load.post(path, fields_of(world, "x" * 59), alone=True)] * times, 4)
    if len(run.with_status(200)) != times:
        raise RuntimeError(f"the floor {path} failed")
    return run.rate


def form_tokens(server: Server, wanted: int) -> tuple[list[str], float]:
    """The tokens of so many fresh forms, and how many forms a second were sent."""
    run = load.run(server.port, [load.get("/en/", number) for number in range(wanted)], 4)
    found = [_TOKEN.search(answer.body) for answer in run.answers]
    return [match[1].decode() for match in found if match], run.rate


def fields_of(world: World, token: str) -> dict[str, str | list[str]]:
    """What the bench's worker fills in."""
    return {
        "token": token,
        "danger": "no",
        "category": ["wages", "forced_labour"],
        "words": _WORDS,
        "site_code": world.site.code,
        "exclude": ["agent"],
        "contact": "inbox",
        "phone": "",
        "safe_times": "",
        "name": "Friend",
        "consent": "helper",
    }


def _report(world: World) -> Report:
    """The same form as the verb takes it."""
    return to_report(read_report_form(_Posted(fields_of(world, ""))), "en")


class _Posted:
    """Fields as a posted form gives them."""

    def __init__(self, fields: dict[str, str | list[str]]) -> None:
        self._fields = fields

    def getlist(self, key: str) -> list[str]:
        """All values of this field."""
        value = self._fields.get(key, [])
        return [value] if isinstance(value, str) else value


def _reopen(server: Server, receipts: Sequence[str]) -> int:
    """How many of some receipts open their inbox, spread over the whole run."""
    some = receipts[:: max(1, len(receipts) // _OPENED_AGAIN)][:_OPENED_AGAIN]
    run = load.run(server.port, [load.post("/en/inbox", {"receipt": each}, 1) for each in some], 2)
    return len(run.with_status(303))


def _stored(world: World) -> dict[UUID, int]:
    """How many offers the case of each submission has."""
    with world.database.reading() as session:
        offers = (
            select(Case.submission_id, func.count(Offer.id).label("offers"))
            .outerjoin(Offer, Offer.case_id == Case.id)
            .group_by(Case.submission_id)
        )
        return {row.submission_id: row.offers for row in session.execute(offers)}
