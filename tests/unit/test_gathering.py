"""When a request is whole, whatever pieces it comes in."""

import pytest

from app.cli.gathering import Gathering

_HEAD = b"POST /en/report HTTP/1.1\r\nHost: x\r\n"


def whole_after(request: bytes, size: int) -> int:
    """How many bytes had come when it was whole, given to it in pieces of this size; -1 for never."""
    gathered = Gathering()
    for start in range(0, len(request), size):
        gathered.add(request[start : start + size])
        if gathered.is_whole:
            assert gathered.take() == request[: start + size]
            return len(gathered)
    return -1


@pytest.mark.parametrize("size", (1, 2, 3, 7, 10_000))
@pytest.mark.parametrize(
    "length",
    (b"Content-Length: 5", b"content-length:5", b"CONTENT-LENGTH: \t5 ", b"A: b\r\nContent-Length: 5"),
)
def test_a_request_is_whole_with_the_last_byte_of_its_body(length: bytes, size: int) -> None:
    request = _HEAD + length + b"\r\n\r\n" + b"a\r\n\r\n"
    assert whole_after(request, size) == len(request)
    assert whole_after(request[:-1], size) == -1


@pytest.mark.parametrize("size", (1, 3, 10_000))
def test_a_request_without_a_body_is_whole_with_its_head(size: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    assert whole_after(request, size) == len(request)


@pytest.mark.parametrize(
    "odd", (b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"Content-Length: five")
)
def test_what_cannot_be_foreseen_is_left_to_the_parser(odd: bytes) -> None:
    request = _HEAD + b"Content-Length: 500\r\n" * (b"five" not in odd) + odd + b"\r\n\r\n"
    assert whole_after(request, 1) == len(request)


def test_a_length_in_the_body_or_in_another_header_means_nothing() -> None:
    request = (
        _HEAD + b"X-Content-Length: 500\r\nContent-Length: 25\r\n\r\n" + b"\r\nContent-Length: 900\r\n\r\n"
    )
    assert whole_after(request, 1) == len(request)


def test_a_head_without_end_and_a_body_beyond_all_forms_are_not_gathered_for_ever() -> None:
    assert 0 < whole_after(_HEAD + b"X: y\r\n" * 100_000, 4096) < 300_000
    request = _HEAD + b"Content-Length: 99999999\r\n\r\n" + b"x" * 3_000_000
    assert 0 < whole_after(request, 65_536) < 2_500_000


def test_a_long_body_has_longer_and_none_has_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.gathering.time.monotonic", lambda: 100.0)
    short, long, endless = Gathering(), Gathering(), Gathering()
    short.add(_HEAD)
    assert short.deadline == 115.0
    short.add(b"Content-Length: 1000\r\n\r\n")
    long.add(_HEAD + b"Content-Length: 1000000\r\n\r\n")
    endless.add(_HEAD + b"Content-Length: 99999999999\r\n\r\n")
    assert 130 < short.deadline < 131
    assert 300 < long.deadline < endless.deadline < 700
