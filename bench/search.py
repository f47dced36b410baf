"""The desk's search: words looked for in the open cases of one partner, each opened and compared in this request.

In process, the verb alone, on SQLite: the time goes into opening seals, not into the database, so it grows with the entries.
Measured is a quarter of the cases that a search opens at most: each has to be a real one, filed and accepted, which takes longer.
"""

import time
from statistics import median

from app.cases.desk.search import OPENED_AT_MOST, search_cases
from bench.children import private_folder
from bench.crowded import accepted_case
from bench.figures import Figure, Result
from bench.world import make_world

PART = "search"
_CASES = OPENED_AT_MOST // 4
_TIMES = 5
_ENTRIES = 4


def measure() -> Result:
    """Cases as they come in and are answered, then the same words sought a few times."""
    with private_folder() as folder:
        world = make_world(folder / "home", f"sqlite:///{folder / 'home' / 'redress.sqlite3'}")
        lead = world.sign_in("near.lead")
        for _ in range(_CASES):
            accepted_case(world, lead, entries=_ENTRIES)
        times = []
        for _ in range(_TIMES):
            began = time.perf_counter()
            with world.database.reading() as session:
                found = search_cases(session, world.vault, world.rules, lead, "night shift")
            times.append((time.perf_counter() - began) * 1000)
        world.database.dispose()
    if found.opened != _CASES:
        raise RuntimeError(f"{found.opened} cases were searched")
    what = f"desk's search over {_CASES:,} open cases, {_ENTRIES} entries each"
    note = f"Search: the verb in process, on SQLite; {OPENED_AT_MOST:,} cases, the most that it opens, take four times as long."
    return Result((Figure(PART, what, median(times), "ms"),), (note,))
