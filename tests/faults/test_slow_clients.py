"""Slow, silent and half-sent requests: the others are served meanwhile, and what was not sent to its end files nothing."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.cases.case.models import Case
from tests.faults.phones import Phone, Post, over_http
from tests.faults.service import Service, service_over
from tests.harness.databases import Databases

# More than both web workers have threads.
_MANY = 60
# Sooner than the first of a crowd is let go (after 15 s): whoever had to wait for that would take longer, on any machine.
_SOON = 10.0


@pytest.fixture(scope="module")
def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One running service for all of these tests."""
    folder = tmp_path_factory.mktemp("slow")
    with databases.fresh("sqlite", folder) as database, service_over(database, folder) as running:
        yield running


def raw(service: Service, post: Post) -> bytes:
    """A post as it goes over the line."""
    body = urlencode(post.fields).encode()
    head = f"POST {post.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


@contextmanager
def crowd_of(service: Service, number: int) -> Iterator[list[socket.socket]]:
    """So many open connections."""
    host, port = service.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(number)]


def forms(service: Service, number: int) -> list[Post]:
    """So many filled-in forms."""
    phone = Phone(over_http(service.url))
    return [phone.report_form(f"Report {one}. " * 20, service.world.site.code) for one in range(number)]


def stored(service: Service) -> int:
    """How many cases there are."""
    with service.world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def test_half_sent_reports_keep_nobody_waiting_and_file_nothing(service: Service) -> None:
    before = stored(service)
    posts = forms(service, _MANY)
    with crowd_of(service, _MANY) as connections:
        for connection, post in zip(connections, posts, strict=True):
            sent = raw(service, post)
            connection.sendall(sent[: len(sent) - 40])
        phone = Phone(over_http(service.url))
        started = time.monotonic()
        phone.report(phone.report_form("In the middle of it.", service.world.site.code))
        assert time.monotonic() - started < _SOON
    time.sleep(0.5)
    assert stored(service) == before + 1
    # Their owners come back with the same pages.
    receipts = {phone.report(post) for post in posts[:5]}
    assert len(receipts) == 5
    assert stored(service) == before + 6


def test_trickling_reports_keep_nobody_waiting_and_arrive(service: Service) -> None:
    before = stored(service)
    posts = forms(service, _MANY)
    with crowd_of(service, _MANY) as connections:
        rest = [raw(service, post) for post in posts]
        for step in range(4):
            for number, connection in enumerate(connections):
                piece = len(rest[number]) // (4 - step)
                connection.sendall(rest[number][:piece])
                rest[number] = rest[number][piece:]
            if step < 3:
                started = time.monotonic()
                assert Phone(over_http(service.url)).get("/en/").status == 200
                assert time.monotonic() - started < _SOON
        for connection in connections:
            connection.settimeout(30)
            assert connection.recv(12).endswith(b" 200")
    assert stored(service) == before + _MANY


_FORM = b"POST /en/report HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
_STALLED = {
    "too long": _FORM + b"Content-Length: 4000000\r\n\r\n" + b"words=" + b"x" * 2_200_000,
    "in chunks": _FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nword",
    "asks first": _FORM + b"Content-Length: 500000\r\nExpect: 100-continue\r\n\r\n",
    # Answered, and then never closed by the client.
    "stays": b"GET /en/how HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("sent", _STALLED.values(), ids=list(_STALLED))
def test_whoever_stalls_in_an_odd_way_keeps_nobody_waiting(service: Service, sent: bytes) -> None:
    with crowd_of(service, 32) as connections:
        for connection in connections:
            connection.sendall(sent)
        time.sleep(0.5)
        for _ in range(6):
            started = time.monotonic()
            assert Phone(over_http(service.url)).get("/en/").status == 200
            assert time.monotonic() - started < _SOON


@pytest.mark.parametrize("size", (1_800_000, 3_000_000, 15_000_000))
def test_who_sends_too_much_is_told_so(service: Service, size: int) -> None:
    with crowd_of(service, 1) as (connection,):
        connection.settimeout(30)
        connection.sendall(_FORM + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_chunks_without_end_are_cut_off(service: Service) -> None:
    with crowd_of(service, 1) as (connection,):
        connection.settimeout(30)
        with suppress(ConnectionError):
            connection.sendall(_FORM + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(100):
                connection.sendall(b"%x\r\n" % 100_000 + b"x" * 100_000 + b"\r\n")
        with suppress(ConnectionError):
            assert connection.recv(65536) == b""


def test_a_report_in_chunks_and_one_that_asks_first_arrive(service: Service) -> None:
    before = stored(service)
    for number, post in enumerate(forms(service, 2)):
        body = urlencode(post.fields).encode()
        with crowd_of(service, 1) as (connection,):
            connection.settimeout(30)
            if number == 0:
                middle = len(body) // 2
                chunks = b"".join(
                    b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:middle], body[middle:])
                )
                connection.sendall(_FORM + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
                time.sleep(0.2)
                connection.sendall(b"0\r\n\r\n")
            else:
                connection.sendall(_FORM + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body))
                time.sleep(0.2)
                connection.sendall(body)
            answer = b""
            while b" 200 OK" not in answer:
                answer += (piece := connection.recv(65536))
                assert piece, answer
    assert stored(service) == before + 2


def test_endless_first_lines_are_cut_off(service: Service) -> None:
    with crowd_of(service, 1) as (connection,):
        connection.settimeout(30)
        with suppress(ConnectionError):
            connection.sendall(b"GET /en/ HTTP/1.1\r\n" + b"X-Noise: 1\r\n" * 40_000)
            assert b"200" not in connection.recv(200)
    assert Phone(over_http(service.url)).get("/en/").status == 200


def test_two_requests_on_one_connection_are_both_answered(service: Service) -> None:
    with crowd_of(service, 1) as (connection,):
        connection.settimeout(30)
        # Both at once, then a third one slowly on the kept connection.
        connection.sendall(b"GET /en/how HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        assert _answers(connection, 2) == [200, 200]
        for letter in b"GET /en/ HTTP/1.1\r\nHost: x\r\n\r\n":
            connection.sendall(bytes([letter]))
        assert _answers(connection, 1) == [200]


def _answers(connection: socket.socket, number: int) -> list[int]:
    found: list[int] = []
    buffer = b""
    while len(found) < number:
        buffer += connection.recv(65536)
        while b"\r\n\r\n" in buffer:
            head, _, body = buffer.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if len(body) < length:
                break
            found.append(int(head.split()[1]))
            buffer = body[length:]
    return found


def test_who_fills_the_memory_with_half_sent_bodies_makes_room_for_the_others(service: Service) -> None:
    half = _FORM + b"Content-Length: 2000000\r\n\r\n" + b"x" * 1_900_000
    with crowd_of(service, 40) as connections:
        for connection in connections:
            with suppress(ConnectionError):
                connection.sendall(half)
        phone = Phone(over_http(service.url))
        for number in range(4):
            started = time.monotonic()
            phone.report(phone.report_form(f"While {number} of them hold it.", service.world.site.code))
            assert time.monotonic() - started < _SOON


@pytest.mark.parametrize("sent", (b"", b"POST /en/rep", b"GET /en/how HTTP/1.1\r\nHost: x\r\n\r\n"))
def test_five_hundred_idle_connections_leave_filing_its_place(service: Service, sent: bytes) -> None:
    before = stored(service)
    with crowd_of(service, 500) as connections:
        for connection in connections:
            with suppress(ConnectionError):
                connection.sendall(sent)
        phone = Phone(over_http(service.url))
        for number in range(3):
            started = time.monotonic()
            phone.report(phone.report_form(f"Beside the idle ones, {number}.", service.world.site.code))
            assert time.monotonic() - started < _SOON
    assert stored(service) == before + 3


def test_sixty_log_ins_at_once_leave_filing_its_place(service: Service) -> None:
    body = urlencode({"login": "near.lead", "password": "wrong words of many", "code": "000000"}).encode()
    head = b"POST /desk/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: " + service.url.encode()
    kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
    phone = Phone(over_http(service.url))
    post = phone.report_form("While everybody comes in.", service.world.site.code)
    with crowd_of(service, 60) as connections:
        for connection in connections:
            connection.sendall(head + kind + body)
        started = time.monotonic()
        phone.report(post)
        assert time.monotonic() - started < _SOON
