"""The coordinator's view over very many cases, as a page, on SQLite and on PostgreSQL.

Measured in process, through Flask's test client. One case is real and late, with somebody asked; the others are copies of its rows.
Every one came within the twelve months that the page counts. Only the late ones are looked at one by one, so only they are signed.
"""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update

from app import clock
from app.cases.case import Case, Clock, Escalation
from app.cases.clocks import mark_clocks_missed
from app.cases.enums import ClockState
from app.cases.escalation import climb_ladders
from app.database import Base, CaseId
from app.network import Mandate, OrganisationKind, add_organisation
from app.settings import read_settings
from app.vault import row_mac
from bench.children import private_folder
from bench.crowded import accepted_case
from bench.figures import Asked, Figure, Result, percentile
from bench.postgres import durable_postgres
from bench.world import make_world
from tests.harness.application import application
from tests.harness.world import EVERY_TRAINING, World

PART = "overview"
_CASES, _OPEN, _LATE = 100_000, 5_000, 1_000
_PARTNERS = 40
_AT_ONCE = 2_000
_WARM_UP, _TIMES = 3, 25
_COORDINATOR = "custodian.one"
_TABLES = {"cases": Case, "clocks": Clock, "escalations": Escalation}
_Rows = dict[str, list[dict[str, Any]]]


def measure() -> Result:
    """Both databases, one after the other."""
    figures: list[Figure] = []
    with private_folder() as folder:
        figures += _figures("SQLite", folder, f"sqlite:///{folder / 'home' / 'redress.sqlite3'}")
    with private_folder() as folder, durable_postgres(folder) as server:
        server.create("redress")
        figures += _figures("PostgreSQL", folder, server.url("redress"))
    note = f"Coordinator's view: in process, {_OPEN:,} of the cases open, {_LATE:,} late, {_PARTNERS} partners; medians."
    return Result(tuple(figures), (note,))


def _figures(kind: str, folder: Path, url: str) -> Iterator[Figure]:
    world = make_world(folder / "home", url)
    _fill(world)
    app = application(world, read_settings({"REDRESS_HOME": str(folder / "home")}))
    client = app.test_client()
    world.sign_in(_COORDINATOR)
    client.set_cookie("redress_member", world.cookies[_COORDINATOR])
    times = []
    for number in range(_WARM_UP + _TIMES):
        began = time.perf_counter()
        response = client.get("/network/overview")
        if response.status_code != 200:
            raise RuntimeError(f"the page answered {response.status_code}")
        if number >= _WARM_UP:
            times.append((time.perf_counter() - began) * 1000)
    world.database.dispose()
    what = f"{kind}: coordinator's view of {_CASES:,} cases"
    yield Figure(PART, what, median(times), "ms", asked=Asked(at_most=150))
    yield Figure(PART, f"{kind}: the same, p95", percentile(times, 0.95), "ms")


def _fill(world: World) -> None:
    with world.database.writing() as session:
        partners = [
            add_organisation(
                session,
                world.vault,
                kind=OrganisationKind.MONITORING_PARTNER,
                name=f"Partner {number} of the bench with a name of some length",
                country="CH",
                mandate=Mandate(("*",), ("en",), EVERY_TRAINING),
            ).id
            for number in range(_PARTNERS)
        ]
    pattern, chance = _late_case(world), random.Random(1)  # noqa: S311 - the same rows each time
    made = 0
    while made < _CASES:
        rows: _Rows = {name: [] for name in _TABLES}
        for number in range(made, min(made + _AT_ONCE, _CASES)):
            _copy_into(rows, world, pattern, chance, partners, number)
        with world.database.writing() as session:
            for name, added in rows.items():
                if added:
                    session.execute(insert(Base.metadata.tables[name]), added)
        made += _AT_ONCE
    if world.database.engine.dialect.name == "postgresql":
        with world.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    else:
        with world.database.writing() as session:
            session.execute(text("ANALYZE"))


def _late_case(world: World) -> _Rows:
    """The rows of a case that its partner is late with, and of which somebody was asked."""
    case_id = accepted_case(world, world.sign_in("near.lead"))
    with world.database.writing() as session:
        past = clock.hour_of(clock.now()) - timedelta(days=1)
        running = Clock.case_id == case_id, Clock.state == ClockState.RUNNING
        session.execute(update(Clock).where(*running).values(due_at=past))
    with world.database.writing() as session:
        mark_clocks_missed(session, world.vault, 100)
    with world.database.writing() as session:
        climb_ladders(session, world.vault, world.rules, 1)
    return {name: _rows_of(world, name, case_id) for name in _TABLES}


def _rows_of(world: World, name: str, case_id: CaseId) -> list[dict[str, Any]]:
    table = Base.metadata.tables[name]
    column = table.c.id if name == "cases" else table.c.case_id
    with world.database.reading() as session:
        found = session.execute(select(table).where(column == case_id)).mappings()
        rows = [dict(row) for row in found]
    if not rows:
        raise RuntimeError(f"the bench's own case has no {name}")
    return rows


def _copy_into(
    rows: _Rows, world: World, pattern: _Rows, chance: random.Random, partners: list[Any], number: int
) -> None:
    is_open, is_late = number < _OPEN, number < _LATE
    asked = {rung["clock_id"] for rung in pattern["escalations"]}
    case_id, clocks = UUID(int=chance.getrandbits(128)), {}
    case = pattern["cases"][0] | {
        "id": case_id,
        "submission_id": UUID(int=chance.getrandbits(128)),
        "reference": f"bench-{number}",
        "received_hour": clock.hour_of(clock.now() - chance.random() * timedelta(days=330)),
        "organisation_id": chance.choice(partners),
        "is_open": is_open,
        "first_answer": chance.choice(("in_time", "late", None)),
        "came_back": chance.random() < 0.4,
    }
    if not is_open:
        case |= {"state": "closed", "closing_reason": "unresolved", "next_due_at": None, "next_clock": None}
    for one in pattern["clocks"]:
        clocks[one["id"]] = UUID(int=chance.getrandbits(128))
        missed = is_late and one["id"] in asked
        state = "missed" if missed else "running" if is_open else "met"
        rows["clocks"].append(one | {"case_id": case_id, "id": clocks[one["id"]], "state": state})
    if is_late:
        case["row_mac"] = row_mac(world.vault, Case, case)
        for one in pattern["escalations"]:
            rung = one | {"case_id": case_id, "id": UUID(int=chance.getrandbits(128))}
            rung["clock_id"] = clocks[one["clock_id"]]
            rows["escalations"].append(rung | {"row_mac": row_mac(world.vault, Escalation, rung)})
    rows["cases"].append(case)
