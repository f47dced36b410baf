"""The page of today and this week for a member with 300 open cases, each with three clocks from a week ago to a week ahead.

Measured as the queue is: in process, through Flask's test client on PostgreSQL.
"""

from statistics import median

import psycopg

from app.database import Database
from bench.children import private_folder
from bench.crowded import accepted_case, add_cases, pattern_of
from bench.figures import Asked, Figure, Result
from bench.postgres import durable_postgres
from bench.queue import LEAD, DeskApp, statements_for, timed
from bench.world import make_world

PART = "today"
_OPEN = 300
_CLOSED = 700
_WARM_UP, _TIMES = 5, 40

# Spread evenly, so that some are late and each day has its share.
_CLOCKS = """
    INSERT INTO clocks (case_id, id, kind, due_at, state, who)
    SELECT cases.id, gen_random_uuid(), kinds.kind,
        date_trunc('hour', now()) + make_interval(hours => (row_number() OVER () * 37 %% 720)::int - 168), 'running', 'partner'
    FROM cases, (VALUES ('first_update'), ('assessment'), ('outcome_feedback')) AS kinds (kind)
    WHERE cases.is_open AND cases.id <> %s
"""


def measure() -> Result:
    """One partner's week."""
    with private_folder() as folder, durable_postgres(folder) as server:
        server.create("today")
        world = make_world(folder / "home", server.url("today"))
        case_id = accepted_case(world, world.sign_in(LEAD))
        pattern = pattern_of(world, server.dsn("today"), case_id)
        world.database.dispose()
        for number, are_open in ((_OPEN - 1, True), (_CLOSED, False)):
            add_cases(server.dsn("today"), world.vault, pattern, number, are_open=are_open)
        with psycopg.connect(server.dsn("today"), autocommit=True) as connection:
            connection.execute(_CLOCKS, (case_id,))
            connection.execute("ANALYZE clocks")
        app = DeskApp(world, Database(server.url("today")), folder)
        page = app.page("/desk/today")
        statements = statements_for(app.database, page)
        times = [timed(page) for _ in range(_WARM_UP + _TIMES)][_WARM_UP:]
        app.database.dispose()
    figures = (
        Figure(PART, f"today, {_OPEN} open cases", median(times), "ms", asked=Asked(at_most=40)),
        Figure(PART, f"today, {_OPEN} open cases: SQL statements", statements, ""),
    )
    return Result(figures, ())
