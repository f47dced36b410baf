"""People who press at one moment, all of whom read the counters before any of them counts."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

import app.database.unit_of_work
from tests.harness.world import World
from tests.support.member import Member

MANY = 20

AtOnce = Callable[[list[Callable[[], object]]], None]


def gate_before_writing(world: World, monkeypatch: pytest.MonkeyPatch) -> AtOnce:
    """Runs acts at one moment: each waits before its first unit of work that writes until all others stand there too."""
    mine, writing = threading.local(), world.database.writing

    def together(acts: list[Callable[[], object]]) -> None:
        gate = threading.Barrier(len(acts), timeout=60)

        def wait_and_write() -> AbstractContextManager[Session]:
            if not getattr(mine, "waited", False):
                mine.waited = True
                gate.wait()
            return writing()

        with monkeypatch.context() as patched, ThreadPoolExecutor(len(acts)) as pool:
            patched.setattr(world.database, "writing", wait_and_write)
            # On a busy machine the last of many waits longer for its turn than a worker would be asked to.
            patched.setattr(app.database.unit_of_work, "PATIENCE_SECONDS", 60.0)
            for done in [pool.submit(act) for act in acts]:
                done.result()

    return together


def statuses(phones: list[Member]) -> Counter[int]:
    return Counter(each.page.status for each in phones)
