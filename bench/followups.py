"""What the questions to workers cost: one tick of the dispatcher among very many that are not due, and planning them at filing.

In process. A tick is the dispatcher's own, on PostgreSQL: it runs until nothing is due, and commits fifty at a time. No row of the
crowd is ever opened, so only the thousand cases whose questions fall due are real ones.
"""

import time
from pathlib import Path
from statistics import median
from unittest import mock

import psycopg
from sqlalchemy import select

from app import clock
from app.cases.case import Happened
from app.cases.enums import FollowupState
from app.cases.followups import Followup
from app.consequences import CONSEQUENCES, carry_out, plan_questions
from app.database import Database
from app.dispatcher.jobs import JOBS, run_job
from bench.children import private_folder
from bench.figures import Asked, Figure, Result
from bench.postgres import DurablePostgres, durable_postgres
from bench.world import make_world
from tests.harness.world import World

PART = "followups"
_SIZES = (10_000, 1_000_000)
_DUE = 1_000
_OF_EACH = 4  # questions that a case has planned
_TICKS = 3
_FILINGS, _ROUNDS = 40, 8

_CASES = """
INSERT INTO cases SELECT copied.*
FROM generate_series(%s::bigint, %s::bigint) AS n, (SELECT to_jsonb(cases) AS found FROM cases ORDER BY id LIMIT 1) AS one,
LATERAL jsonb_populate_record(NULL::cases, one.found || jsonb_build_object(
  'id', ('01000000' || lpad(to_hex(n), 24, '0'))::uuid, 'submission_id', ('02000000' || lpad(to_hex(n), 24, '0'))::uuid,
  'reference', 'bench-' || n)) AS copied
"""
_QUESTIONS = """
INSERT INTO followups (case_id, id, kind, since, round, due_at, state)
SELECT ('01000000' || lpad(to_hex(n), 24, '0'))::uuid, ('0300000' || r || lpad(to_hex(n), 24, '0'))::uuid, 'worse',
       date_trunc('hour', now()), r, now() + interval '1 day' + n * interval '1 second', 'planned'
FROM generate_series(%s::bigint, %s::bigint) AS n, generate_series(1, %s) AS r
"""


def measure() -> Result:
    """The ticks of two databases in turn, the second a copy of the first with more questions; then filing on both kinds."""
    figures = []
    with private_folder() as folder, durable_postgres(folder) as server:
        worlds = _crowded(server, folder / "home")
        ticks: dict[int, list[float]] = {size: [] for size in _SIZES}
        for _ in range(_TICKS):
            for size, world in worlds.items():
                ticks[size].append(_tick(world))
        for world in worlds.values():
            world.database.dispose()
        few, many = (median(ticks[size]) for size in _SIZES)
        what = f"a tick, {_DUE:,} due of {{:,}} planned"
        figures += [
            Figure(PART, what.format(_SIZES[0]), few, "s"),
            Figure(PART, what.format(_SIZES[1]), many, "s", few, Asked(at_most=1.3, of_ratio=True)),
            Figure(PART, f"{what.format(_SIZES[1])}, as such", many, "s", asked=Asked(at_most=2)),
        ]
        server.create("filing")
        figures.append(_filing("PostgreSQL", make_world(folder / "filing", server.url("filing"))))
    with private_folder() as folder:
        url = f"sqlite:///{folder / 'home' / 'redress.sqlite3'}"
        figures.append(_filing("SQLite", make_world(folder / "home", url)))
    note = f"Follow-ups: in process; medians of {_TICKS} ticks, and of {_ROUNDS} rounds of {_FILINGS} filings each way, in turn."
    return Result(tuple(figures), (note,))


def _crowded(server: DurablePostgres, home: Path) -> dict[int, World]:
    first, *others = _SIZES
    server.create(_name(first))
    world = make_world(home, server.url(_name(first)))
    for _ in range(_DUE):
        world.file()
    world.database.dispose()
    _add_crowd(server, first, 1, first // _OF_EACH)
    worlds = {first: world}
    for size in others:
        server.create(_name(size), _name(first))
        _add_crowd(server, size, first // _OF_EACH + 1, size // _OF_EACH)
        worlds[size] = world.over(Database(server.url(_name(size)), before_commit=carry_out))
    return worlds


def _add_crowd(server: DurablePostgres, size: int, first: int, last: int) -> None:
    with psycopg.connect(server.dsn(_name(size)), autocommit=True) as connection:
        connection.execute(_CASES, (first, last))
        connection.execute(_QUESTIONS, (first, last, _OF_EACH))
        connection.execute("VACUUM ANALYZE")


def _name(size: int) -> str:
    return f"followups_{size}"


def _tick(world: World) -> float:
    """How long one tick takes when one question of each real case has just become due."""
    _make_due(world)
    services = world.services()
    job = next(job for job in JOBS if job.name == "ask_followups")
    began = time.perf_counter()
    done = run_job(job, services)
    seconds = time.perf_counter() - began
    if done != _DUE:
        raise RuntimeError(f"{done} questions were due")
    return seconds


def _make_due(world: World) -> None:
    """Let the first question that each real case has planned fall due now."""
    with world.database.writing() as session:
        planned = select(Followup).where(
            Followup.state == FollowupState.PLANNED, Followup.row_mac.is_not(None)
        )
        first = {row.case_id: row for row in session.scalars(planned.order_by(Followup.due_at.desc()))}
        for row in first.values():
            row.due_at = clock.hour_of(clock.now())


def _filing(kind: str, world: World) -> Figure:
    """Filings a second with planning, beside those without it."""
    without = tuple(each for each in CONSEQUENCES[Happened.FILED] if each is not plan_questions)
    rates: dict[bool, list[float]] = {True: [], False: []}
    _rate(world)
    for _ in range(_ROUNDS):
        rates[True].append(_rate(world))
        with mock.patch.dict(CONSEQUENCES, {Happened.FILED: without}):
            rates[False].append(_rate(world))
    world.database.dispose()
    what = f"{kind}: filing that plans; floor: planning off"
    floor = median(rates[False])
    return Figure(PART, what, median(rates[True]), "/s", floor, Asked(at_least=0.95, of_ratio=True))


def _rate(world: World) -> float:
    began = time.perf_counter()
    for _ in range(_FILINGS):
        world.file()
    return _FILINGS / (time.perf_counter() - began)
