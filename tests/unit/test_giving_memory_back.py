"""Freed memory goes back to the system: from the threads of a real process, and not more often than is worth it."""

import subprocess
import sys
import time
from collections.abc import Callable
from unittest.mock import MagicMock

import pytest

from app.cli import running
from app.cli.memory import Trimming
from app.dispatcher import run as dispatcher

# Four threads derive one key each, as the threads of a web worker do; printed is what the process still holds of it, in MiB.
DERIVING = """
import threading
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from app.cli.memory import Trimming, share_one_arena

def held():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) // 1024

share_one_arena()
stay = threading.Barrier(5)

def derive():
    for _ in range(3):
        Argon2id(salt=b"s" * 16, length=32, iterations=1, lanes=1, memory_cost=8 * 1024).derive(b"x")
    stay.wait()
    stay.wait()

before = held()
threads = [threading.Thread(target=derive) for _ in range(4)]
for thread in threads:
    thread.start()
stay.wait()
trimming = Trimming()
trimming._last -= 60
trimming.after(1)
print(held() - before)
stay.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process holds")
def test_what_derivations_took_comes_back_while_their_threads_live() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DERIVING], check=True, capture_output=True, text=True, timeout=60
    )
    # Without the two, four times eight.
    assert int(done.stdout) < 8


def test_memory_is_trimmed_after_work_only_and_not_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, trimmed = [100.0], list[float]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def trim(_kept: int) -> int:
        trimmed.append(now[0])
        return 1

    trimming = Trimming(trim)
    for moment, done in (
        (101.0, 5),
        (112.0, 5),
        (113.0, 9),
        (125.0, 9),
        (130.0, 9),
        (136.0, 9),
        (200.0, 9),
        (201.0, 10),
    ):
        now[0] = moment
        trimming.after(done)
    # Once more when nothing followed: a photo may take longer than until the first look.
    assert trimmed == [112.0, 125.0, 136.0, 201.0]


def test_the_dispatcher_gives_back_what_its_work_left_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, looked, told = iter([2.7, 2.9, 3.1]), list[int](), list[bool]()

    class Noted(Trimming):
        def after(self, done: int) -> None:
            looked.append(done)

    def ticks(_services: object, asked: Callable[[], bool]) -> None:
        told.extend(asked() for _ in range(3))

    monkeypatch.setattr(time, "process_time", lambda: next(seconds))
    monkeypatch.setattr(running, "Trimming", Noted)
    monkeypatch.setattr(dispatcher, "run", ticks)
    asked = iter([False, False, True])
    running._dispatch(MagicMock(spec=("database", "services", "vault_of")), lambda: next(asked))

    # It is asked by what the processor did, and whoever wants it to end is heard all the same.
    assert looked == [2, 2, 3]
    assert told == [False, False, True]
