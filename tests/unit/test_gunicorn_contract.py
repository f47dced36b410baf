"""What `cli/web_server.py` overrides or reads of gunicorn without its promise: a version without one of these must not be taken.

The names are of gunicorn 27; pyproject.toml keeps to it.
"""

import inspect
import socket
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn import SERVER
from gunicorn.app.base import Application
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.cli.web_server import PatientWorker, QuietLogger

OVERRIDDEN = {
    "enqueue_req": ["self", "conn"],
    "murder_pending": ["self"],
    "handle": ["self", "conn"],
    "handle_request": ["self", "req", "conn"],
    "finish_request": ["self", "conn", "fs"],
    "notify": ["self"],
}


@pytest.mark.parametrize(("name", "taken"), OVERRIDDEN.items())
def test_what_the_worker_overrides_is_there_and_takes_the_same(name: str, taken: list[str]) -> None:
    for worker in (ThreadWorker, PatientWorker):
        assert list(inspect.signature(getattr(worker, name)).parameters) == taken


def test_nothing_else_of_the_worker_is_overridden() -> None:
    ours = {name for name in vars(PatientWorker) if hasattr(ThreadWorker, name) and not name.startswith("__")}
    assert ours == set(OVERRIDDEN)


@pytest.fixture
def worker() -> Iterator[ThreadWorker]:
    config: Any = Config()
    # Our own: gunicorn's would cut its logger off from the root for every test that follows in this process.
    made = ThreadWorker(1, 1, [], None, 30, config, QuietLogger(config))
    yield made
    made.tmp.close()


def test_what_is_read_of_a_worker(worker: ThreadWorker) -> None:
    assert isinstance(worker.pending_conns, deque)
    assert isinstance(worker.keepalived_conns, deque)
    assert (worker.nr_conns, worker.nr, worker.alive) == (0, 0, True)
    assert worker.worker_connections == worker.cfg.worker_connections
    assert worker.poller is None  # made in the process that serves


def test_what_is_read_of_a_connection(worker: ThreadWorker) -> None:
    here, there = socket.socketpair()
    with here, there:
        conn = TConn(worker.cfg, here, ("", 0), ("", 0))
        assert (conn.sock, conn.timeout, conn.parser, conn.data_ready) == (here, None, None, False)
        conn.init()
        unreader = conn.parser.unreader
        assert isinstance(unreader, SocketUnreader)
        unreader.unread(b"GET")
        assert unreader.take_buffered() == b"GET"


def test_what_the_logger_and_the_server_hand_over() -> None:
    for name in ("setup", "error", "warning", "critical", "access", "reopen_files"):
        assert hasattr(Logger, name)
        assert name in vars(QuietLogger)
    assert wsgi.SERVER == SERVER
    for name in ("load_config", "load_config_from_file", "load"):
        assert hasattr(Application, name)
    assert list(inspect.signature(Arbiter.__init__).parameters) == ["self", "app"]
