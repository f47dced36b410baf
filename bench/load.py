"""A small load client: closed loop, a thread a client, each request's bytes made beforehand, connections kept or new.

It costs some tens of microseconds a request, so that on a small machine the server is what is measured.
"""

import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

_PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back for the request of this number; status 0 when the connection broke."""

    number: int
    status: int
    seconds: float
    body: bytes


@dataclass(frozen=True)
class Load:
    """All answers of one run, in the order in which they came, and how long the run took."""

    answers: tuple[Answer, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    @property
    def latencies(self) -> list[float]:
        """Milliseconds of each request."""
        return [answer.seconds * 1000 for answer in self.answers]

    def with_status(self, *wanted: int) -> list[Answer]:
        """The answers with one of these statuses."""
        return [answer for answer in self.answers if answer.status in wanted]


def get(path: str, client: int = 0) -> bytes:
    """The bytes of a GET on a connection that is kept."""
    return _head("GET", path, client) + b"\r\n"


def post(
    path: str, fields: Mapping[str, str | Sequence[str]], client: int = 0, *, alone: bool = False
) -> bytes:
    """The bytes of a posted form; one that comes `alone` closes its connection, as each of many phones does."""
    body = urlencode(fields, doseq=True).encode()
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    close = b"Connection: close\r\n" if alone else b""
    return _head("POST", path, client) + close + kind.encode() + body


def raw_post(path: str, body: bytes, headers: Mapping[str, str], client: int = 0) -> bytes:
    """The bytes of a post as they are given, on a connection of its own."""
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        _head("POST", path, client)
        + f"Connection: close\r\n{named}Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def run_paced(port: int, requests: Sequence[bytes], rate: float) -> Load:
    """Send so many requests a second, however slowly the earlier ones are answered: each is timed from when it was due."""
    answers: list[Answer] = []
    began = time.perf_counter() + 0.1

    def work(number: int) -> None:
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        wire = _Wire(port)
        try:
            status, body = wire.exchange(requests[number])
        except (OSError, ValueError):
            status, body = 0, b""
        answers.append(Answer(number, status, time.perf_counter() - due, body))
        wire.close()

    with ThreadPoolExecutor(max_workers=64) as crowd:
        list(crowd.map(work, range(len(requests))))
    return Load(tuple(answers), time.perf_counter() - began)


def run(port: int, requests: Sequence[bytes], clients: int) -> Load:
    """Send every request once; each client sends its next one when the last was answered."""
    numbers, start = count(), threading.Barrier(clients + 1)
    found: list[list[Answer]] = [[] for _ in range(clients)]

    def work(answers: list[Answer]) -> None:
        wire = _Wire(port)
        start.wait()
        while (number := next(numbers)) < len(requests):
            began = time.perf_counter()
            try:
                status, body = wire.exchange(requests[number])
            except (OSError, ValueError):
                wire.close()
                status, body = 0, b""
            answers.append(Answer(number, status, time.perf_counter() - began, body))
        wire.close()

    threads = [threading.Thread(target=work, args=(answers,), daemon=True) for answers in found]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return Load(tuple(answer for answers in found for answer in answers), time.perf_counter() - began)


class _Wire:
    """One kept-alive connection, opened when it is first needed and again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._rest = b""

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._receive()
        head, body = got[:end].lower(), got[end + 4 :]
        wanted = _length(head)
        while len(body) < wanted:
            body += self._receive()
        if b"\r\nconnection: close" in head:
            self.close()
        return int(head[9:12]), body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _receive(self) -> bytes:
        chunk = self._socket.recv(65536) if self._socket else b""
        if not chunk:
            raise ConnectionResetError("the server hung up")
        return chunk


def _length(head: bytes) -> int:
    mark = head.find(b"\r\ncontent-length:")
    if mark < 0:
        raise ValueError("an answer without a length")
    return int(head[mark + 17 :].split(b"\r\n", 1)[0])


def _head(method: str, path: str, client: int) -> bytes:
    # Each request from an address of its own, as behind the reverse proxy of a real deployment: limits that count by
    # address are for floods, and this measures what many workers at once meet.
    address = f"10.{client >> 16 & 255}.{client >> 8 & 255}.{client & 255}"
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {address}\r\n".encode()
