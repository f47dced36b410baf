"""Work in a child of its own: its result comes back whole, the parent goes on meanwhile, and a failed one gives nothing."""

import os

import pytest

from app.cli.processes import work_apart


def test_what_a_child_made_comes_back_whole() -> None:
    # More than a pipe holds, so that it is written while we read.
    made = work_apart(lambda: os.getpid().to_bytes(4) + bytes(300_000))
    told = made()
    assert len(told) == 300_004
    assert int.from_bytes(told[:4]) != os.getpid()


def test_a_child_that_fails_gives_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> bytes:
        raise ValueError("of the child")

    assert work_apart(fail)() == b""
    assert work_apart(lambda: os._exit(3))() == b""
