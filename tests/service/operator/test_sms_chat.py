"""`redress sms chat`, as an operator types it, beside a running service."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.server import COMMAND, ROOT, LiveServer, free_port, private_environment, running_demo
from tests.harness.signing import TWILIO

WORDS = "They keep our passports."
ASKED = "< Got it. Whose phone is this?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[LiveServer]:
    with running_demo(tmp_path_factory.mktemp("chat"), shared_folder) as started:
        yield started


@contextmanager
def chat(home: Path, port: int, *words: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, with pipes where a terminal would be."""
    process = subprocess.Popen(
        [*COMMAND, "sms", "chat", *words],
        cwd=ROOT,
        env=private_environment(home, port) | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def port_of(server: LiveServer) -> int:
    return int(server.url.rpartition(":")[2])


def test_a_line_becomes_a_text_and_its_answer_is_printed(server: LiveServer) -> None:
    with chat(server.home, port_of(server), "--number", "0060 12 345 0555") as process:
        out, errors = process.communicate(f"{WORDS}\n", timeout=60)

    assert process.returncode == 0
    assert out.splitlines()[0].startswith("This phone is +60123450555.")
    assert ASKED in out
    assert errors == ""


def test_a_second_time_shows_nothing_of_the_first(server: LiveServer) -> None:
    for words in (WORDS, ""):
        with chat(server.home, port_of(server), "--number", "+60123450556") as process:
            out, _ = process.communicate(f"{words}\n", timeout=60)
        assert (ASKED in out) is bool(words)
        assert WORDS not in out


def test_ctrl_c_puts_the_phone_away(server: LiveServer) -> None:
    with chat(server.home, port_of(server)) as process:
        assert process.stdout is not None
        assert "Ctrl-C" in process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (0, "")


def test_without_a_service_it_says_how_to_start_one(server: LiveServer) -> None:
    with chat(server.home, free_port()) as process:
        out, errors = process.communicate("hello\n", timeout=60)

    assert process.returncode == 1
    assert out == ""
    assert "start it with 'redress up'" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("number", ("", " ", "\u200b"))
def test_a_number_that_is_none_is_refused(server: LiveServer, number: str) -> None:
    with chat(server.home, port_of(server), "--number", number) as process:
        _, errors = process.communicate("hello\n", timeout=60)

    assert process.returncode == 1
    assert "--number must be a number" in errors


def test_with_a_real_account_there_is_no_phone_to_play_with(server: LiveServer) -> None:
    with chat(server.home, port_of(server), **TWILIO) as process:
        _, errors = process.communicate("hello\n", timeout=60)

    assert process.returncode == 1
    assert "needs the simulator" in errors
