"""People who press at one moment, all of whom read the counters before any of them counts."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

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
            for done in [pool.submit(act) for act in acts]:
                done.result()

    return together


def statuses(phones: list[Member]) -> Counter[int]:
    return Counter(each.page.status for each in phones)
