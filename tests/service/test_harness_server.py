"""Ports for the servers that tests start: each is one test's alone until its server listens."""

import random
import socket

import pytest

from tests.harness import server
from tests.harness.server import free_port


def test_a_port_that_was_given_out_is_not_given_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        used = taken.getsockname()[1]
        drawn = iter((first, used, 31_999, 31_998, 31_997))
        monkeypatch.setattr(random, "choice", lambda _ports: next(drawn))
        assert free_port() in (31_999, 31_998, 31_997)


def test_no_port_is_one_that_the_machine_gives_out_by_itself() -> None:
    for _ in range(20):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            assert other.getsockname()[1] not in server._PORTS
