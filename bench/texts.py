"""Texts a second through the real webhook, signed, beside a bare view that does what cannot be left out, on both databases.

A dispatcher runs beside it and sends the answers to the simulator, as in `redress up`. First texts stand beside filings by the form
at the same server, in rounds by turns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from app.messaging.gateways.simulator import sign_typed_text
from app.messaging.models import InboundText
from bench import filing, load
from bench.children import Server, private_folder, redress
from bench.figures import Asked, Figure, Result, percentile
from bench.floor import TEXTS_TOKEN
from bench.postgres import durable_postgres
from bench.recipe import Recipe
from bench.world import make_world
from tests.harness.signing import inbound, sign
from tests.harness.world import World

PART = "texts"
_ROUNDS = 5
_FIRST, _FILINGS, _FLOORS = 60, 60, 300  # a round
_ANSWERS = ("1", "2", "Foxglove Circuits, Penang")  # own phone, no danger, where
_PACE, _PACED = 20.0, 300
_WARM_UP = 20
_CLIENTS = 4
_WORDS = "They take away our passports when we come and keep two months of pay. Who asks is moved to the night shift."


@dataclass
class _Run:
    """What one database's run brought."""

    open_rates: list[float]
    floor_rates: list[float]
    first_rates: list[float]
    filing_rates: list[float]
    paced: load.Load
    sent: int
    refused: int
    stored: int = 0


def measure() -> Result:
    """Both databases, one after the other."""
    with private_folder() as folder:
        home = folder / "sqlite" / "home"
        world = make_world(home, f"sqlite:///{home / 'redress.sqlite3'}")
        figures = _figures("SQLite", _drive(world, home, str(folder / "floor.sqlite3")))
    with private_folder() as folder, durable_postgres(folder) as server:
        server.create("redress")
        server.create("floor")
        home = folder / "postgresql" / "home"
        world = make_world(home, server.url("redress"))
        figures += _figures("PostgreSQL", _drive(world, home, server.dsn("floor")))
    return Result(
        tuple(figures), ("Texts: signed as the simulator's, with the dispatcher sending the answers.",)
    )


def _drive(world: World, home: Path, floor_database: str) -> _Run:
    settings = {"DATABASE_URL": world.database.url, "REDRESS_TRUSTED_PROXIES": "1"}
    world.database.dispose()
    with (
        redress(home, "up", environment=settings) as server,
        filing.floor_beside(home, Recipe(), floor_database) as floor,
    ):
        run = _Rounds(world, server, floor).measure()
    with world.database.reading() as session:
        run.stored = session.scalar(select(func.count()).select_from(InboundText)) or 0
    world.database.dispose()
    return run


def _figures(kind: str, run: _Run) -> list[Figure]:
    half, most = Asked(at_least=0.5, of_ratio=True), Asked(at_least=0.8, of_ratio=True)
    texts, floor = median(run.open_rates), median(run.floor_rates)
    first, filings = median(run.first_rates), median(run.filing_rates)
    p99 = percentile(run.paced.latencies, 0.99)
    none = Asked(at_most=0)
    lines = (
        ("in an open conversation; floor: signature, Argon2id, insert", texts, "/s", floor, half),
        ("first texts; floor: filings by the form", first, "/s", filings, most),
        (f"p50 at {_PACE:.0f} texts a second", percentile(run.paced.latencies, 0.5), "ms", None, None),
        (f"p99 at {_PACE:.0f} texts a second", p99, "ms", None, Asked(at_most=150)),
        (f"of {run.sent} texts, not taken", run.refused, "", None, none),
        ("texts taken that are not stored", run.sent - run.refused - run.stored, "", None, none),
    )
    return [
        Figure(PART, f"{kind}: {what}", value, unit, floor, asked)
        for what, value, unit, floor, asked in lines
    ]


class _Rounds:
    """Sends texts from ever new phones, and measures the others beside them."""

    def __init__(self, world: World, server: Server, floor: Server) -> None:
        self._world, self._server, self._floor = world, server, floor
        self._url = f"http://127.0.0.1:{server.port}/sms/inbound"
        self._phones = 0
        self._answers: list[load.Answer] = []
        tokens, _ = filing.form_tokens(server, (_ROUNDS + 1) * _FILINGS)
        self._filing = filing.Sender(server, world, tokens)

    def measure(self) -> _Run:
        """The rounds, and then texts at a steady pace."""
        self._send([self._text(self._new_phone(), _WORDS) for _ in range(_WARM_UP)])
        self._filing.send(_WARM_UP, _CLIENTS)
        run = _Run([], [], [], [], load.Load((), 1.0), 0, 0)
        for _ in range(_ROUNDS):
            phones = [self._new_phone() for _ in range(_FIRST)]
            run.first_rates.append(self._send([self._text(phone, _WORDS) for phone in phones]).rate)
            run.filing_rates.append(self._filing.send(_FILINGS, _CLIENTS).rate)
            # One answer of every phone after another, so that none has two at once.
            requests = [self._text(phone, answer) for answer in _ANSWERS for phone in phones]
            run.open_rates.append(self._send(requests).rate)
            run.floor_rates.append(self._floor_rate())
        run.paced = load.run_paced(self._server.port, list(self._mixed()), _PACE)
        self._answers += run.paced.answers
        run.sent = len(self._answers)
        run.refused = sum(1 for answer in self._answers if answer.status != 200)
        return run

    def _mixed(self) -> Iterator[bytes]:
        """A first text and then its answers, of many phones by turns."""
        steps = (_WORDS, *_ANSWERS)
        phones = [self._new_phone() for _ in range(_PACED // len(steps))]
        for step in steps:
            yield from (self._text(phone, step) for phone in phones)

    def _new_phone(self) -> str:
        self._phones += 1
        return f"+6012{self._phones:07}"

    def _text(self, number: str, body: str) -> bytes:
        signed = sign_typed_text(self._world.vault, self._url, number, body)
        return load.raw_post("/sms/inbound", signed.body, signed.headers)

    def _send(self, requests: Sequence[bytes]) -> load.Load:
        run = load.run(self._server.port, requests, _CLIENTS)
        self._answers += run.answers
        return run

    def _floor_rate(self) -> float:
        texts = [inbound(f"+6013{number:07}", _WORDS) for number in range(_FLOORS)]
        signed = [sign("http://127.0.0.1", "/text", text, TEXTS_TOKEN) for text in texts]
        run = load.run(
            self._floor.port, [load.raw_post("/text", each.body, each.headers) for each in signed], _CLIENTS
        )
        if len(run.with_status(200)) != _FLOORS:
            raise RuntimeError("the floor /text failed")
        return run.rate
