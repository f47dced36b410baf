"""A link between a browser and the server that a test can spoil: it passes everything on, and changes what a test asks for."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True)
class Passed:
    """An answer: status, headers, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Asked:
    """A request as the browser made it."""

    method: str
    path: str
    body: bytes = field(repr=False)


Spoil = Callable[[Asked, Callable[[], Passed]], Passed | None]


def as_json(status: int, **said: object) -> Passed:
    """An answer in JSON."""
    return Passed(status, (("Content-Type", "application/json"),), json.dumps(said).encode())


def as_page(words: str) -> Passed:
    """What a captive portal says to every request: a page, and that all is well."""
    return Passed(200, (("Content-Type", "text/html; charset=utf-8"),), words.encode())


@dataclass
class Link:
    """The link: its address, all requests so far, and what spoils them (None: nothing; an answer of None: the line breaks)."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    answered: list[tuple[Asked, Passed]] = field(default_factory=list)
    spoil: Spoil | None = None
    lock: Lock = field(default_factory=Lock)

    def count(self, method: str, path: str) -> int:
        """How many such requests came."""
        with self.lock:
            return sum(1 for each in self.asked if (each.method, each.path) == (method, path))


@contextmanager
def link_to(server_url: str) -> Iterator[Link]:
    """A link to this server until the block ends."""
    target = urlsplit(server_url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            """Say nothing."""

        def _pass_on(self, asked: Asked) -> Passed:
            connection = http.client.HTTPConnection(target, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection.request(asked.method, asked.path, asked.body or None, headers)
            answer = connection.getresponse()
            passed = Passed(answer.status, tuple(answer.getheaders()), answer.read())
            connection.close()
            return passed

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.command, self.path, self.rfile.read(length))
            with link.lock:
                link.asked.append(asked)
            spoil = link.spoil
            answer = spoil(asked, lambda: self._pass_on(asked)) if spoil else self._pass_on(asked)
            if answer is None:
                self.close_connection = True
                return
            with link.lock:
                link.answered.append((asked, answer))
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_HEAD = _handle  # noqa: N815 - as the base class calls them

    gate = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gate.daemon_threads = True
    link = Link(f"http://127.0.0.1:{gate.server_address[1]}")
    thread = Thread(target=gate.serve_forever, daemon=True)
    thread.start()
    try:
        yield link
    finally:
        gate.shutdown()
        gate.server_close()
        thread.join()
