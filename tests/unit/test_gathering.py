"""When a request is whole, whatever pieces it comes in."""

import time

import pytest

from app.cli.request_buffer import Gathering

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


def test_what_cannot_be_foreseen_is_left_to_the_parser() -> None:
    request = _HEAD + b"Content-Length: five\r\n\r\n"
    assert whole_after(request, 1) == len(request)


@pytest.mark.parametrize("size", (1, 2, 3, 7, 10_000))
@pytest.mark.parametrize("after", (b"", b"Signed: 0\r\n"))
def test_a_request_in_chunks_is_whole_with_the_last_of_them(size: int, after: bytes) -> None:
    """Chunks that look like an end, with remarks, and with headers behind them."""
    chunks = b"5\r\n0\r\n\r\n\r\n" + b"a; remark=1\r\n0123456789\r\n" + b"000\r\n" + after + b"\r\n"
    request = _HEAD + b"Content-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert whole_after(request, size) == len(request)
    assert whole_after(request[:-1], size) == -1


@pytest.mark.parametrize("odd", (b"x\r\n", b"-1\r\n", b"\r\n", b"123456789\r\n", b"1" + b" " * 2000))
def test_what_is_no_chunk_is_left_to_the_parser(odd: bytes) -> None:
    request = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n"
    assert whole_after(request, 10_000) == -1
    assert whole_after(request + odd, 10_000) == len(request + odd)


def test_a_length_in_the_body_or_in_another_header_means_nothing() -> None:
    request = (
        _HEAD + b"X-Content-Length: 500\r\nContent-Length: 25\r\n\r\n" + b"\r\nContent-Length: 900\r\n\r\n"
    )
    assert whole_after(request, 1) == len(request)


def test_a_head_without_end_is_not_gathered_for_ever() -> None:
    assert 0 < whole_after(_HEAD + b"X: y\r\n" * 100_000, 4096) < 300_000


@pytest.mark.parametrize(("announced", "read_away"), ((3_000_000, 3_000_000), (99_999_999, 16 << 20)))
def test_of_a_body_beyond_all_forms_the_head_is_kept_and_the_rest_read_away(
    announced: int, read_away: int
) -> None:
    head = _HEAD + b"Content-Length: %d\r\n\r\n" % announced
    gathered, sent = Gathering(), 0
    gathered.add(head + b"x" * 100)
    assert gathered.is_cut
    for sent in range(100, read_away, 100_000):  # noqa: B007 - what was sent before is looked at below
        assert not gathered.is_whole
        gathered.add(b"x" * 100_000)
    assert gathered.is_whole
    assert sent + 100_000 >= read_away
    assert gathered.take() == head


_WITH_FILES = b"Content-Type: multipart/form-data; boundary=x\r\n"


@pytest.mark.parametrize("size", (7_777, 100_000))
def test_a_form_with_files_is_gathered_whole(size: int) -> None:
    request = _HEAD + _WITH_FILES + b"Content-Length: 9900000\r\n\r\n" + b"x" * 9_900_000
    assert whole_after(request, size) == len(request)


@pytest.mark.parametrize(("announced", "read_away"), ((40_000_000, 40_000_000), (999_999_999, 64 << 20)))
def test_of_a_form_with_files_beyond_all_bounds_the_beginning_is_kept_with_its_words(
    announced: int, read_away: int
) -> None:
    head, words = _HEAD + _WITH_FILES + b"Content-Length: %d\r\n\r\n" % announced, b"words" * 200
    gathered, sent, piece = Gathering(), 1000, b"x" * 100_000
    gathered.add(head + words)
    assert gathered.is_cut
    while sent < read_away:
        assert not gathered.is_whole
        gathered.add(piece)
        sent += len(piece)
        # No more of it than of any form is held in memory.
        assert len(gathered) <= len(head) + 2 * 1024 * 1024
    assert gathered.is_whole
    kept = gathered.take()
    assert kept.startswith(head + words)
    assert len(kept) == len(head) + 2 * 1024 * 1024


def test_a_form_with_files_lets_them_go_where_room_is_needed_and_no_other_request_does() -> None:
    files, words = Gathering(), Gathering()
    files.add(_HEAD + _WITH_FILES + b"Content-Length: 9000000\r\n\r\n" + b"x" * 5_000_000)
    words.add(_HEAD + b"Content-Length: 2000000\r\n\r\n" + b"x" * 1_900_000)
    assert files.let_files_go()
    assert len(files) < 2_200_000
    assert not files.let_files_go()
    assert not words.let_files_go()
    files.add(b"x" * 4_000_000)
    assert files.is_whole
    assert files.is_cut
    assert len(files.take()) < 2_200_000
    small = Gathering()
    small.add(_HEAD + _WITH_FILES + b"Content-Length: 9000000\r\n\r\n" + b"x" * 1_000_000)
    assert not small.let_files_go()


@pytest.mark.parametrize("chunk", (b"ffffff\r\nabc", b"1000\r\n" + b"x" * 4096 + b"\r\n"))
def test_chunks_beyond_all_forms_are_endless(chunk: bytes) -> None:
    gathered = Gathering()
    gathered.add(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not gathered.is_endless:
        assert len(gathered) < 2_500_000
        assert not gathered.is_whole
        gathered.add(chunk)


def test_a_long_body_has_longer_and_none_has_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.request_buffer.time.monotonic", lambda: 100.0)
    short, long, endless = Gathering(), Gathering(), Gathering()
    short.add(_HEAD)
    assert short.deadline == 115.0
    short.add(b"Content-Length: 1000\r\n\r\n")
    long.add(_HEAD + b"Content-Length: 1000000\r\n\r\n")
    endless.add(_HEAD + b"Content-Length: 99999999999\r\n\r\n")
    assert 130 < short.deadline < 131
    assert 300 < long.deadline < endless.deadline < 700


def test_a_trailer_without_end_is_endless() -> None:
    gathered = Gathering()
    gathered.add(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n")
    for _ in range(20):
        gathered.add(b"X-Noise: 1\r\n" * 100)
    assert gathered.is_endless
    assert not gathered.is_whole


def test_who_holds_more_for_longer_weighs_more_and_who_says_nothing_has_no_pace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    silent, old, large = Gathering(), Gathering(), Gathering()
    assert silent.pace == old.pace > 10**9
    old.add(_HEAD)
    now[0] += 10
    young = Gathering()
    large.add(_HEAD * 20)
    young.add(_HEAD)
    now[0] += 2
    assert silent.weight < young.weight < old.weight < large.weight
    assert silent.pace == 0 < old.pace < young.pace < large.pace
