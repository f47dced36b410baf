"""Voice notes as browsers record them: whether the container holds one track of sound and nothing else, and how long it is.

Nothing is decoded. Each box says how long it is, and the walk ends where the file does: what hangs behind is no voice note.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.examiner.mp4 import mp4_seconds
from app.examiner.verdicts import Refused, Verdict, require

LONGEST_SECONDS = 15 * 60
MOST_ELEMENTS = 1_000_000
"""Of one WebM: more than twice what fifteen minutes in pieces of 2.5 ms have."""

_OPUS_HEAD = b"OpusHead"
_OPUS_RATE = 48_000


def listen(body: bytes) -> Verdict:
    """What kind of recording it is and how long; raises `Refused`."""
    try:
        verdict = _listened(body)
    except (struct.error, IndexError, ValueError, ZeroDivisionError, OverflowError):
        raise Refused("unreadable") from None
    if not 0 <= verdict.seconds <= LONGEST_SECONDS:
        raise Refused("too_long")
    return verdict


def _listened(body: bytes) -> Verdict:
    if body.startswith(b"OggS"):
        return Verdict("audio/ogg", _ogg_seconds(body))
    if body.startswith(b"\x1a\x45\xdf\xa3"):
        return Verdict("audio/webm", _webm_seconds(body))
    if body[4:8] == b"ftyp":
        return Verdict("audio/mp4", mp4_seconds(body))
    raise Refused("unreadable")


# Ogg (RFC 3533) with Opus (RFC 7845).


def _ogg_seconds(body: bytes) -> float:
    """One stream, page after page up to the end; the last page that ends a packet says how many samples there are."""
    place, stream, samples, skipped = 0, None, 0, 0
    while place < len(body):
        magic, version, flags, granule, serial, segments = struct.unpack_from("<4sBBqI8xB", body, place)
        start = place + 27 + segments
        lengths = body[place + 27 : start]
        end = start + sum(lengths)
        require(magic == b"OggS" and version == 0 and len(lengths) == segments and end <= len(body))
        if stream is None:
            require(flags & 2 and body[start : start + 8] == _OPUS_HEAD)
            stream, skipped = serial, int.from_bytes(body[start + 10 : start + 12], "little")
        else:
            require(serial == stream and not flags & 2)
        samples = max(samples, granule)
        place = end
    return max(0, samples - skipped) / _OPUS_RATE


# WebM: Matroska's elements (RFC 8794, RFC 9559).


class _Id:
    """The elements that say something here."""

    DOC_TYPE = 0x4282
    SEGMENT = 0x18538067
    INFO = 0x1549A966
    SCALE = 0x2AD7B1
    DURATION = 0x4489
    TRACKS = 0x1654AE6B
    TRACK = 0xAE
    TRACK_TYPE = 0x83
    CODEC = 0x86
    CLUSTER = 0x1F43B675
    CLUSTER_TIME = 0xE7
    GROUP = 0xA0
    BLOCK = 0xA1
    SIMPLE_BLOCK = 0xA3
    ATTACHMENTS = 0x1941A469
    CHAPTERS = 0x1043A770


_ENTERED = frozenset({_Id.SEGMENT, _Id.INFO, _Id.TRACKS, _Id.TRACK, _Id.CLUSTER, _Id.GROUP})
_ENDLESS = frozenset({_Id.SEGMENT, _Id.CLUSTER})  # as a recording that was under way wrote them
# Files within the file, and chapters with programs; no recorder writes them.
_NEVER = frozenset({_Id.ATTACHMENTS, _Id.CHAPTERS})
_SOUND = 2


@dataclass
class _Webm:
    """What is gathered on the way."""

    scale: int = 1_000_000  # nanoseconds
    said: float = 0.0
    cluster: int = 0
    last: int = 0
    blocks: int = 0
    tracks: list[tuple[int, bytes]] = field(default_factory=list)


def _webm_seconds(body: bytes) -> float:
    head_size, place = _size(body, 4)
    require(head_size is not None and place + head_size <= len(body))
    end = place + (head_size or 0)
    types = [
        body[at : at + size] for number, at, size in _elements(body, place, end) if number == _Id.DOC_TYPE
    ]
    require(types == [b"webm"])
    found = _Webm()
    for before, (number, at, size) in enumerate(_elements(body, end, len(body))):
        require(before < MOST_ELEMENTS)
        _take(found, number, body, at, size)
    require(found.tracks == [(_SOUND, b"A_OPUS")] and found.blocks)
    return max(found.said, found.last) * found.scale / 1_000_000_000


def _elements(body: bytes, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Every element with its place and size, those that are entered before what they hold."""
    while place < end:
        length = 9 - body[place].bit_length()
        require(1 <= length <= 4)
        number = int.from_bytes(body[place : place + length])
        size, place = _size(body, place + length)
        require(number not in _NEVER)
        if size is None:
            require(number in _ENDLESS)
            size = 0
        else:
            require(place + size <= end)
        yield number, place, size
        if number not in _ENTERED:
            place += size


def _size(body: bytes, place: int) -> tuple[int | None, int]:
    """A size, None where it is not known, and the place behind it."""
    length = 9 - body[place].bit_length()
    require(1 <= length <= 8 and place + length <= len(body))
    value = int.from_bytes(body[place : place + length]) & (1 << 7 * length) - 1
    return (None if value == (1 << 7 * length) - 1 else value), place + length


def _take(found: _Webm, number: int, body: bytes, at: int, size: int) -> None:
    value = body[at : at + min(size, 64)]
    match number:
        case _Id.TRACK:
            found.tracks.append((0, b""))
        case _Id.TRACK_TYPE:
            found.tracks[-1] = (int.from_bytes(value), found.tracks[-1][1])
        case _Id.CODEC:
            found.tracks[-1] = (found.tracks[-1][0], value)
        case _Id.SCALE:
            found.scale = int.from_bytes(value)
        case _Id.DURATION:
            found.said = struct.unpack(">f" if size == 4 else ">d", value)[0]
        case _Id.CLUSTER_TIME:
            found.cluster = int.from_bytes(value)
        case _Id.SIMPLE_BLOCK | _Id.BLOCK:
            _, behind = _size(body, at)
            (moment,) = struct.unpack_from(">h", body, behind)
            found.last = max(found.last, found.cluster + moment)
            found.blocks += 1
        case _:
            pass
