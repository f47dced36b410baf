"""How much memory a Redress takes at rest and after much work, and how soon it answers after its start.

PSS counts a page that several processes share once, divided among them, so the sum over the processes is what the machine spends.
"""

import time
from pathlib import Path
from statistics import median

from bench import load
from bench.children import Server, private_folder, redress, run_redress
from bench.days_off import COUNTRIES, taken_by_holidays
from bench.figures import Asked, Figure, Result
from bench.filing import Sender, floor_beside, form_tokens
from bench.machine import pss_of
from bench.recipe import Recipe
from bench.world import make_world

PART = "memory"
_STARTS = 3
_PAGES, _CLIENTS = 40, 16  # of one round
_ROUNDS = 200
_WORKED = 20  # ticks of the processor, of ten milliseconds each; a process has done its first work then
_FILINGS = 2_000
_COMES_BACK_WITHIN = 30.0  # seconds
_REST = 8.0  # seconds; the dispatcher ticks meanwhile


def measure() -> Result:
    """`up`, then its two halves apart, each on a home of its own."""
    with private_folder() as folder:
        home = folder / "home"
        run_redress(home, "init")
        starts, bare, together, processes = [], [], [], 0
        for _ in range(_STARTS):
            with floor_beside(home, Recipe(), str(folder / "floor.sqlite3")) as floor:
                bare.append(floor.started_in)
            with redress(home, "up", first="/en/") as server:
                starts.append(server.started_in)
                found = _at_rest(server)
                together.append(sum(found))
                processes = len(found)
        with redress(home, "serve", first="/en/") as server:
            web = sum(_at_rest(server))
        with redress(home, "dispatch", first=None) as server:
            time.sleep(_REST)
            dispatcher = pss_of(server.process.pid)
    return Result(
        (
            Figure(
                PART,
                f"redress up, {processes} processes, PSS",
                median(together),
                "MB",
                asked=Asked(at_most=150),
            ),
            Figure(PART, "redress serve alone, PSS", web, "MB"),
            Figure(PART, "redress dispatch alone, PSS", dispatcher, "MB"),
            Figure(
                PART,
                "redress up: start to first 200; floor: a bare view's start",
                median(starts),
                "s",
                median(bare),
                Asked(at_most=2.0),
            ),
            after_filings(),
            of_holidays(),
        )
    )


def of_holidays() -> Figure:
    """What knowing the public holidays adds to a process that stays; after a fork its children share it."""
    known, without = taken_by_holidays()
    return Figure(
        PART,
        f"public holidays of {len(COUNTRIES)} countries and a region, more PSS at rest in a process",
        known - without,
        "MB",
        asked=Asked(at_most=6),
    )


def after_filings() -> Figure:
    """`up` with a network in it, at rest and half a minute after many reports: what the work took has to come back."""
    with private_folder() as folder:
        home = folder / "home"
        world = make_world(home, f"sqlite:///{home / 'redress.sqlite3'}")
        world.database.dispose()
        with redress(home, "up", first="/en/", environment={"REDRESS_TRUSTED_PROXIES": "1"}) as server:
            rest = sum(_at_rest(server))
            tokens, _ = form_tokens(server, _FILINGS)
            sender = Sender(server, world, tokens)
            sender.send(_FILINGS, 4)
            time.sleep(_COMES_BACK_WITHIN)
            after = sum(pss_of(pid) for pid in _family(server.process.pid))
        if not all(filing.receipt for filing in sender.filings):
            raise RuntimeError("not every filing was answered with a receipt")
    return Figure(
        PART,
        f"redress up, {_COMES_BACK_WITHIN:.0f} s after {_FILINGS} filings, PSS; floor the same at rest before",
        after,
        "MB",
        rest,
        Asked(at_most=1.25, of_ratio=True),
    )


def _at_rest(server: Server) -> list[float]:
    """Megabytes of each process, after all of them have answered: whoever listens first may take a whole round alone."""
    for _ in range(_ROUNDS):
        load.run(server.port, [load.get("/en/", number) for number in range(_PAGES)], _CLIENTS)
        family = _family(server.process.pid)
        if all(_ticks(pid) >= _WORKED for pid, children in family.items() if not children):
            break
    else:
        raise RuntimeError("one of the web workers answered nothing")
    time.sleep(_REST)
    return [pss_of(pid) for pid in _family(server.process.pid)]


def _family(root: int) -> dict[int, list[int]]:
    """A process and all that descend from it, each with its children."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(_stat(status)[1])
        except OSError:
            continue  # it ended while we looked
        children.setdefault(parent, []).append(int(status.parent.name))
    found: dict[int, list[int]] = {}
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        found[pid] = children.get(pid, [])
        waiting += found[pid]
    return found


def _ticks(pid: int) -> int:
    fields = _stat(Path(f"/proc/{pid}/stat"))
    return int(fields[11]) + int(fields[12])


def _stat(status: Path) -> list[str]:
    """What the kernel says of a process behind its name, which may hold spaces: state, parent and so on (proc(5))."""
    return status.read_text().rpartition(")")[2].split()
