"""Turns at the SQLite file: one at a time over threads and processes, given up in time, and never left with nobody."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.database.write_lock import WriteLock, WriteLockMissed
from tests.harness.server import ROOT

_COUNTING = """
import sys
from pathlib import Path
from app.database.write_lock import WriteLock
turns, number = WriteLock(Path(sys.argv[1])), Path(sys.argv[2])
for _ in range(int(sys.argv[3])):
    handle = turns.take(20)
    number.write_text(str(int(number.read_text()) + 1))
    turns.give_back(handle)
"""

_HOLDING = """
import fcntl, sys, time
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "turn"


@contextmanager
def held_elsewhere(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the turn and does nothing with it."""
    program = [sys.executable, "-c", _HOLDING, str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            yield other
        finally:
            other.kill()


def test_threads_and_processes_take_turns(path: Path, tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text("0")
    others = [
        subprocess.Popen([sys.executable, "-c", _COUNTING, str(path), str(number), "200"], cwd=ROOT)
        for _ in range(2)
    ]
    turns = WriteLock(path)

    def count(_thread: int) -> None:
        for _ in range(100):
            handle = turns.take(20)
            number.write_text(str(int(number.read_text()) + 1))
            turns.give_back(handle)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    assert [other.wait(30) for other in others] == [0, 0]
    assert number.read_text() == "800"


def test_nobody_waits_longer_than_agreed(path: Path) -> None:
    turns = WriteLock(path)
    handle = turns.take(1)

    def wait(_thread: int) -> float:
        started = time.monotonic()
        with pytest.raises(WriteLockMissed):
            turns.take(0.2)
        return time.monotonic() - started

    with ThreadPoolExecutor(4) as pool:
        # One after the other is not the question here: a busy machine is slow, and a hang has no end.
        assert all(0.2 <= waited < 30 for waited in pool.map(wait, range(4)))
    turns.give_back(handle)
    turns.give_back(turns.take(1))


def test_who_gave_up_leaves_neither_a_lock_nor_threads_behind(path: Path) -> None:
    turns, before = WriteLock(path), threading.active_count()
    with held_elsewhere(path) as other:
        for _ in range(5):
            with pytest.raises(WriteLockMissed):
                turns.take(0.05)
        # One place in the kernel's queue serves them all.
        assert threading.active_count() == before + 1
        other.kill()
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
    # Nobody holds it: another process could have it at once.
    other_process = WriteLock(path)
    other_process.give_back(other_process.take(0))
    turns.give_back(turns.take(0))


def test_who_comes_after_somebody_gave_up_gets_the_turn(path: Path) -> None:
    turns = WriteLock(path)
    with held_elsewhere(path) as other:
        with pytest.raises(WriteLockMissed):
            turns.take(0.05)
        threading.Timer(0.2, other.kill).start()
        turns.give_back(turns.take(30))
    turns.give_back(turns.take(0))


def test_a_killed_writer_leaves_the_turn_to_the_next(path: Path) -> None:
    with held_elsewhere(path) as other:
        os.kill(other.pid, signal.SIGKILL)
        turns = WriteLock(path)
        turns.give_back(turns.take(30))


def test_a_turn_that_cannot_be_asked_for_says_so_each_time(tmp_path: Path) -> None:
    turns = WriteLock(tmp_path / "nowhere" / "turn")
    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            turns.take(0.1)
