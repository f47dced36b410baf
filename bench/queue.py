"""The desk's two pages that matter most, as one partner's list grows a hundredfold: the queue, and a case of 50 entries.

Measured in process, through Flask's test client on PostgreSQL: session, queries, unveiling, template; no gunicorn, no network. The
three databases are asked in turn, so that whatever else the machine does falls on each of them alike.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from flask import Flask
from flask.testing import FlaskClient

from app.database import CaseId, Database
from app.settings import read_settings
from bench.children import private_folder
from bench.crowded import accepted_case, add_cases, pattern_of
from bench.figures import Asked, Figure, Result
from bench.postgres import DurablePostgres, durable_postgres
from bench.world import make_world
from tests.harness.application import application
from tests.harness.statements import statements_of
from tests.harness.world import World

PART = "queue"
_SIZES = (1_000, 10_000, 100_000)
_OPEN = 300
_ENTRIES = 50
_WARM_UP, _TIMES, _OPENINGS = 5, 40, 30
LEAD = "near.lead"


def measure() -> Result:
    """Three databases of one partner, each a copy of the smaller one with more closed cases."""
    with private_folder() as folder, durable_postgres(folder) as server:
        world, long_case = _fill(server, folder / "home")
        apps = {size: DeskApp(world, Database(server.url(_name(size))), folder) for size in _SIZES}
        pages = {size: app.page("/desk/") for size, app in apps.items()}
        statements = {size: statements_for(app.database, pages[size]) for size, app in apps.items()}
        times: dict[int, list[float]] = {size: [] for size in _SIZES}
        for number in range(_WARM_UP + _TIMES):
            for size, page in pages.items():
                seconds = timed(page)
                if number >= _WARM_UP:
                    times[size].append(seconds)
        biggest = apps[_SIZES[-1]]
        opening = biggest.page(f"/desk/cases/{long_case}")
        opened_with = statements_for(biggest.database, opening)
        opened = [timed(opening) for _ in range(_OPENINGS)]
        for app in apps.values():
            app.database.dispose()
    first = _SIZES[0]
    figures = []
    for size in _SIZES:
        grown = size != first
        what = f"queue of {size:,} cases, {_OPEN} open"
        floor, asked = (median(times[first]), Asked(at_most=1.3, of_ratio=True)) if grown else (None, None)
        figures.append(Figure(PART, what, median(times[size]), "ms", floor, asked))
    for size in _SIZES[1:]:
        same = Asked(at_least=statements[first], at_most=statements[first])
        what = f"queue of {size:,}: SQL statements; floor: {first:,}"
        figures.append(Figure(PART, what, statements[size], "", statements[first], same))
    figures.append(
        Figure(PART, f"case of {_ENTRIES} entries opened", median(opened), "ms", asked=Asked(at_most=40))
    )
    figures.append(Figure(PART, f"case of {_ENTRIES} entries: SQL statements", opened_with, ""))
    note = "Queue and case: in process through Flask's test client, on PostgreSQL; medians."
    return Result(tuple(figures), (note,))


def _fill(server: DurablePostgres, home: Path) -> tuple[World, CaseId]:
    first, *others = _SIZES
    server.create(_name(first))
    world = make_world(home, server.url(_name(first)))
    lead = world.sign_in(LEAD)
    long_case = accepted_case(world, lead, entries=_ENTRIES)
    case_id = accepted_case(world, lead)
    pattern = pattern_of(world, server.dsn(_name(first)), case_id)
    world.database.dispose()
    add_cases(server.dsn(_name(first)), world.vault, pattern, _OPEN - 2, are_open=True)
    add_cases(server.dsn(_name(first)), world.vault, pattern, first - _OPEN, are_open=False)
    for size in others:
        server.create(_name(size), _name(first))
        add_cases(server.dsn(_name(size)), world.vault, pattern, size - first, are_open=False)
    return world, long_case


def _name(size: int) -> str:
    return f"queue_{size}"


class DeskApp:
    """The application over one of the databases, with the lead logged in."""

    def __init__(self, world: World, database: Database, folder: Path) -> None:
        self.database = database
        settings = read_settings({"REDRESS_HOME": str(folder / "home")})
        app: Flask = application(world, settings, database)
        self._client: FlaskClient = app.test_client()
        self._client.set_cookie("redress_member", world.cookies[LEAD])

    def page(self, address: str) -> Callable[[], None]:
        """A function that fetches the page and refuses anything but the page."""

        def fetch() -> None:
            response = self._client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")

        return fetch


def statements_for(database: Database, page: Callable[[], None]) -> int:
    """How many statements a page takes."""
    page()  # the first request writes that the session was used
    with statements_of(database) as statements:
        page()
    return len(statements)


def timed(page: Callable[[], None]) -> float:
    """How long a page takes, in ms."""
    began = time.perf_counter()
    page()
    return (time.perf_counter() - began) * 1000
