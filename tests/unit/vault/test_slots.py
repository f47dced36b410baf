"""Slots for Argon2id: two on a machine whoever asks, the second one alone for passwords, and free when a process was killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import PROJECT_ROOT
from app.vault import Guess, Slots, TooBusy, Vault, new_receipt, pretend_unlock
from app.vault.hash_slots import SLOTS
from tests.support.making import FAST

IMPATIENT = 0.05

# Several threads that hash without end; each run writes "+" when it begins and "-" when it ends, in one write to one file.
HASHING = """
import os, sys, threading, time
from pathlib import Path
from app.vault import Slots
log = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND)
slots = Slots(Path(sys.argv[1]), patience=60)
def work():
    for _ in range(int(sys.argv[3])):
        with slots.one():
            os.write(log, b"+")
            time.sleep(0.002)
            os.write(log, b"-")
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

HOLDING = """
import sys, time
from pathlib import Path
from app.vault import Slots
with Slots(Path(sys.argv[1])).one():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "slots"


def _python(code: str, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_with_four_threads_each_never_hold_more_than_two(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    rounds = 10
    processes = [_python(HASHING, str(folder), str(log), str(rounds)) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    for process in processes:
        process.communicate()
    held = most = 0
    for sign in log.read_text():
        held += 1 if sign == "+" else -1
        most = max(most, held)
    assert log.read_text().count("+") == 2 * 4 * rounds
    assert most == SLOTS == 2


def test_a_killed_process_gives_its_slot_back(folder: Path) -> None:
    holders = [_python(HOLDING, str(folder)) for _ in range(SLOTS)]
    for holder in holders:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
    slots = Slots(folder, patience=IMPATIENT)
    with pytest.raises(TooBusy), slots.one():
        pass
    os.kill(holders[0].pid, signal.SIGKILL)
    holders[0].communicate()
    with slots.one():
        pass
    holders[1].kill()
    holders[1].communicate()


def test_who_waits_gets_the_slot_that_comes_free(folder: Path) -> None:
    slots = Slots(folder, patience=60)
    got = threading.Event()

    def wait() -> None:
        with slots.one():
            got.set()

    waiting = threading.Thread(target=wait)
    with slots.one():
        with slots.one():
            waiting.start()
            assert not got.wait(0.05)
        assert got.wait(60)
    waiting.join()


def test_nobody_waits_longer_than_the_patience(folder: Path) -> None:
    slots = Slots(folder, patience=0.1)
    with slots.one(), slots.one():
        began = time.monotonic()
        with pytest.raises(TooBusy), slots.one():
            pass
    assert 0.1 <= time.monotonic() - began < 30  # a busy machine is slow, and a hang has no end


def test_a_slot_is_free_again_after_an_error(folder: Path) -> None:
    slots = Slots(folder, patience=IMPATIENT)
    for _ in range(SLOTS + 1):
        with pytest.raises(ZeroDivisionError), slots.one():
            raise ZeroDivisionError


def test_the_folder_is_closed_to_others_and_made_again_when_it_was_tidied_away(folder: Path) -> None:
    slots = Slots(folder)
    slots.prepare()
    assert folder.stat().st_mode & 0o077 == 0
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0
        file.unlink()
    folder.rmdir()
    with slots.one():
        pass


def test_a_home_that_cannot_be_written_is_found_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="slots"):
        Slots(tmp_path / "file" / "slots").prepare()


RUNS: tuple[Callable[[Vault], object], ...] = (
    lambda vault: vault.derive_receipt_keys(new_receipt()),
    lambda vault: pretend_unlock(vault, "a password"),
)


def test_passwords_leave_the_first_slot_to_receipts(vault: Vault, folder: Path) -> None:
    receipt, password = RUNS
    slots = Slots(folder, patience=IMPATIENT)
    bounded = Vault(vault.keyring, FAST, slots)
    with slots.one(spare=1):
        receipt(bounded)
        with pytest.raises(TooBusy):
            password(bounded)
    with slots.one():  # the first one is taken, the second is free
        receipt(bounded)
        password(bounded)
    with slots.one(), slots.one():
        for run in RUNS:
            with pytest.raises(TooBusy):
                run(bounded)


def test_a_vault_without_slots_asks_for_none(vault: Vault, folder: Path) -> None:
    with Slots(folder).one(), Slots(folder).one():
        for run in RUNS:
            run(Vault(vault.keyring, FAST))


def test_guesses_are_made_one_after_the_other_and_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = Slots(folder, patience=IMPATIENT), Slots(folder, patience=IMPATIENT)
    began = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: began)
    with mine.guessing(Guess.PASSWORD):
        with pytest.raises(TooBusy), theirs.guessing(Guess.PASSWORD):
            pass
        with theirs.guessing(Guess.RECEIPT), theirs.one(), theirs.one():
            pass  # another lane, and the slots, are free
    for later, free in ((1.0, False), (2.5, True), (4.0, False), (-60.0, True)):
        monkeypatch.setattr(time, "time", lambda moment=began + later: moment)
        if free:
            with theirs.guessing(Guess.PASSWORD):
                pass
        else:
            with pytest.raises(TooBusy), theirs.guessing(Guess.PASSWORD):
                pass


def test_of_many_log_ins_a_few_wait_and_the_others_hold_no_thread(folder: Path) -> None:
    slots = Slots(folder, patience=60)
    waiting = threading.Semaphore(0)
    out: list[str] = []

    def log_in() -> None:
        waiting.release()
        with slots.one(spare=1):
            out.append("in")

    threads = [threading.Thread(target=log_in) for _ in range(2)]
    with slots.one(spare=1):
        for thread in threads:
            thread.start()
            waiting.acquire()
        while slots._log_ins.acquire(blocking=False):  # until both of them stand in line
            slots._log_ins.release()
        with pytest.raises(TooBusy), slots.one(spare=1):
            pass
        with slots.one():
            pass  # a report is hashed meanwhile
    for thread in threads:
        thread.join()
    assert out == ["in", "in"]
