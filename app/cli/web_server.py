"""The web half: gunicorn inside this process, with the application built by us and the settings of config/gunicorn.conf.py."""

import gc
import logging
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import gunicorn
from gunicorn.app.base import Application
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.cli.memory import Trimming
from app.cli.request_buffer import Gathering
from app.settings import PROJECT_ROOT

_PIECE_BYTES = 64 * 1024
# Of all half-sent requests of one worker together; three of the largest with photos, or thousands of usual ones.
_MOST_GATHERED_BYTES = 32 * 1024 * 1024
# So many connections of a worker stay free for whoever comes next.
_FREE_CONNECTIONS = 20

# Threads get requests that are there: they wait only for who does not take the answer, or for what cannot be understood.
_HEADERS_WITHIN_SECONDS = 15.0
_ANSWER_WITHIN_SECONDS = 30.0
# Who is told that the connection ends has so long to take the last bytes.
_LAST_BYTES_WITHIN_SECONDS = 2.0


class PatientWorker(ThreadWorker):
    """A threaded worker whose threads only see whole requests: slow, silent and half-sent ones keep nobody else waiting.

    Everything but `handle` and `handle_request` runs in the worker's main thread, which waits for nobody. Beyond what is gathered
    there, a thread waits for a client only in an odd request, and then not for ever.
    """

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._deadlines: dict[TConn, float] = {}
        self._gathered: dict[TConn, Gathering] = {}
        self._trimming = Trimming()

    def enqueue_req(self, conn: TConn) -> None:
        """Gather what a connection sends, first what came behind its last request; called for new and for busy connections."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._gather_more, conn))
        behind = conn.parser.unreader.take_buffered() if conn.parser is not None else b""
        self._gathered[conn] = Gathering()
        if behind:
            self._add(conn, behind)

    def _gather_more(self, conn: TConn, sock: socket.socket) -> None:
        if conn not in self._gathered:
            return  # it had to make room a moment ago, and its bytes were on the way already
        piece = _received(sock)
        if piece is None:
            return
        if not piece or self._gathered[conn].is_endless:
            self._drop(conn)
            return
        self._make_room_in_memory(len(piece))
        # It may have been the heaviest itself.
        if conn in self._gathered:
            self._add(conn, piece)

    def _make_room_in_memory(self, needed: int) -> None:
        """Who fills the memory with half-sent requests makes room for the others: first who has held most of it for longest.

        Of a form with photos it is the photos that go: its page comes back, with the words on it.
        """
        held = sum(map(len, self._gathered.values()))
        while held + needed > _MOST_GATHERED_BYTES:
            heaviest = max(self._gathered, key=lambda conn: self._gathered[conn].weight)
            held -= len(self._gathered[heaviest])
            if self._gathered[heaviest].let_files_go():
                held += len(self._gathered[heaviest])
            else:
                self._drop(heaviest)

    def _make_room_for_connections(self) -> None:
        """Who only holds a connection makes room for whoever comes: first who was answered already, then who sends slowest."""
        if self.keepalived_conns:
            answered = self.keepalived_conns.popleft()
            self.poller.unregister(answered.sock)
            self.nr_conns -= 1
            answered.close()
        elif self._gathered:
            # Of several who are alike the first in line has been there for longest.
            self._drop(min(self._gathered, key=lambda conn: self._gathered[conn].pace))

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _add(self, conn: TConn, piece: bytes) -> None:
        request = self._gathered[conn]
        request.add(piece)
        conn.timeout = request.deadline
        if request.is_whole:
            self._forget(conn)
            if request.is_cut:
                # What was read away will not come again: whoever reads on finds the end at once.
                _shut(conn.sock, socket.SHUT_RD)
            conn.data_ready = True
            conn.init()
            conn.parser.unreader.unread(request.take())
            super().enqueue_req(conn)

    def _forget(self, conn: TConn) -> None:
        self._gathered.pop(conn, None)
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)

    def murder_pending(self) -> None:
        """Cut off whoever has not sent a whole request in time; called once a round, when no event waits to be carried out."""
        if self.nr_conns > self.worker_connections - _FREE_CONNECTIONS:
            self._make_room_for_connections()
        now = time.monotonic()
        for conn in [conn for conn in self.pending_conns if conn.timeout < now]:
            self._drop(conn)

    def handle(self, conn: TConn) -> Any:
        """Serve one request; called in a thread of the pool."""
        self._deadlines[conn] = time.monotonic() + _HEADERS_WITHIN_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._deadlines.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request whose first lines were understood."""
        self._deadlines[conn] = time.monotonic() + _ANSWER_WITHIN_SECONDS
        return super().handle_request(req, conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Go on with a connection whose request was answered. One that ends is closed later: gunicorn would wait for it here."""
        if not self.alive or fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
            return
        # Closed at once, with bytes of the client still unread, its system would throw the answer away (RFC 9112, 9.6).
        _shut(conn.sock, socket.SHUT_WR)
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + _LAST_BYTES_WITHIN_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read_away, conn))

    def _read_away(self, conn: TConn, sock: socket.socket) -> None:
        piece = _received(sock)
        if piece is None:
            return
        if not piece:
            self._drop(conn)

    def notify(self) -> None:
        """Tell the arbiter that this worker lives; its loop calls this every second, so late clients are cut off here too."""
        super().notify()
        self._trimming.after(self.nr)
        now = time.monotonic()
        for conn, deadline in list(self._deadlines.items()):
            if deadline < now:
                self._deadlines.pop(conn, None)
                _shut(conn.sock, socket.SHUT_RDWR)


class QuietLogger(Logger):
    """gunicorn's logger without handlers of its own: its records pass through our safe formatter, requests not at all."""

    def setup(self, cfg: Config) -> None:
        """Leave the levels to gunicorn's settings and everything else to the root logger."""
        self.loglevel = logging.WARNING
        self.error_log.propagate = True
        self.error_log.setLevel(self.loglevel)

    def error(self, msg: str, *args: Any, **keywords: Any) -> None:
        """Log with the place that says it and not gunicorn's wrapper: only so our formatter knows the arbiter's own words."""
        self.error_log.error(msg, *args, stacklevel=2, **keywords)

    def warning(self, msg: str, *args: Any, **keywords: Any) -> None:
        """As `error`."""
        self.error_log.warning(msg, *args, stacklevel=2, **keywords)

    def critical(self, msg: str, *args: Any, **keywords: Any) -> None:
        """As `error`."""
        self.error_log.critical(msg, *args, stacklevel=2, **keywords)

    def access(self, *args: Any, **keywords: Any) -> None:
        """Log nothing: a line for each request would hold addresses and site codes."""

    def reopen_files(self) -> None:
        """Nothing to reopen: the lines go to standard error."""


class _Server(Application):
    """Hands gunicorn our configuration and an application that is already built."""

    def __init__(
        self, application: Any, listening: socket.socket, workers: int, ready: Callable[[], None]
    ) -> None:
        self._application, self._ready = application, ready
        # A file descriptor's number outlives a reload of the configuration, the Python object would not.
        self._bind = f"fd://{listening.detach()}"
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Read config/gunicorn.conf.py only: no command line, no environment, no file in the current folder."""
        self.load_config_from_file(str(PROJECT_ROOT / "config" / "gunicorn.conf.py"))
        self.cfg.set("bind", self._bind)
        self.cfg.set("workers", self._workers)
        self.cfg.set("logger_class", QuietLogger)
        self.cfg.set("post_worker_init", self._begin)

    def load(self) -> Any:
        """The application that the workers inherit."""
        return self._application

    def _begin(self, _worker: ThreadWorker) -> None:
        self._ready()


def bind(address: str, port: int) -> socket.socket:
    """Take the port without listening yet: a busy port is found out before anything else starts. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((address, port))
    except OSError:
        taken.close()
        raise
    return taken


def serve(application: Any, listening: socket.socket, workers: int, ready: Callable[[], None]) -> None:
    """Fork web workers and look after them until told to stop; does not return.

    Each calls `ready` before it answers anybody; what that raises ends them all (`WORKER_BOOT_ERROR` of the arbiter).
    """
    # The product's name would tell a scanner which holes to try.
    gunicorn.SERVER = wsgi.SERVER = "web"
    # As in `up`: what the workers inherit stays shared only while the collector leaves it alone.
    gc.collect()
    gc.freeze()
    Arbiter(_Server(application, listening, workers, ready)).run()


def _received(sock: socket.socket) -> bytes | None:
    """What came; nothing where the other side is gone, None where there is nothing yet."""
    try:
        return sock.recv(_PIECE_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _shut(connection: socket.socket, direction: int) -> None:
    try:
        connection.shutdown(direction)
    except OSError:
        return
