"""MP4 with one track of sound: how long it is, by its boxes (ISO/IEC 14496-12), whether it was written at once or in pieces."""

import struct
from collections.abc import Iterator

from app.examiner.verdicts import require

_TOP = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"free", b"skip", b"wide", b"styp", b"sidx"})
_CODECS = (b"mp4a", b"Opus")

# What stands in a header only where its flags say so: four bytes each, but the first, which has eight.
_BASE, _DESCRIPTION, _HAS_DURATION = 0x1, 0x2, 0x8
_OFFSET, _FIRST_FLAGS, _EACH_DURATION = 0x1, 0x4, 0x100
_OF_EACH_SAMPLE = (0x100, 0x200, 0x400, 0x800)

Box = tuple[bytes, int, int]


def mp4_seconds(body: bytes) -> float:
    """How long it lasts; raises `Refused`, or whatever taking apart what is no MP4 raises."""
    top = list(_boxes(body, 0, len(body)))
    require(all(name in _TOP for name, _, _ in top))
    [(_, start, end)] = [box for box in top if box[0] == b"moov"]
    track = _inside(body, start, end, b"trak")
    media = _inside(body, *track, b"mdia")
    handler, _ = _inside(body, *media, b"hdlr")
    require(body[handler + 8 : handler + 12] == b"soun")
    sounds, _ = _inside(body, *_inside(body, *_inside(body, *media, b"minf"), b"stbl"), b"stsd")
    require(body[sounds + 12 : sounds + 16] in _CODECS)
    scale, said = _length(body, _inside(body, *media, b"mdhd")[0])
    usual = _usual_duration(body, start, end)
    pieces = [
        _ends(body, at, till, usual)
        for name, moof, moof_end in top
        if name == b"moof"
        for kind, at, till in _boxes(body, moof, moof_end)
        if kind == b"traf"
    ]
    return max(said, *pieces, 0) / scale


def _boxes(body: bytes, place: int, end: int) -> Iterator[Box]:
    """The boxes between two places, each with where what it holds begins and ends."""
    while place < end:
        size, name = struct.unpack_from(">I4s", body, place)
        start = place + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", body, start)
            start += 8
        place = end if size == 0 else place + size
        require(start <= place <= end)
        yield name, start, place


def _inside(body: bytes, start: int, end: int, wanted: bytes) -> tuple[int, int]:
    """The one box of this name."""
    [found] = [(at, till) for name, at, till in _boxes(body, start, end) if name == wanted]
    return found


def _length(body: bytes, place: int) -> tuple[int, int]:
    """The scale of a media header and the length in it; 0 where a recording was under way."""
    if body[place]:
        scale, said = struct.unpack_from(">IQ", body, place + 20)
        return scale, 0 if said == (1 << 64) - 1 else said
    scale, said = struct.unpack_from(">II", body, place + 12)
    return scale, 0 if said == (1 << 32) - 1 else said


def _usual_duration(body: bytes, start: int, end: int) -> int:
    """How long a sample is where its piece does not say."""
    for _, at, till in (box for box in _boxes(body, start, end) if box[0] == b"mvex"):
        for _, usual, _ in (box for box in _boxes(body, at, till) if box[0] == b"trex"):
            return _number(body, usual + 12)
    return 0


def _ends(body: bytes, start: int, end: int, usual: int) -> int:
    """When a piece ends: when it begins, and how long its samples are together."""
    begins, lasts = 0, 0
    for name, at, till in _boxes(body, start, end):
        flags = _number(body, at) & 0xFFFFFF
        if name == b"tfhd" and flags & _HAS_DURATION:
            usual = _number(body, at + 8 + 8 * bool(flags & _BASE) + 4 * bool(flags & _DESCRIPTION))
        elif name == b"tfdt":
            begins = struct.unpack_from(">Q" if body[at] else ">I", body, at + 4)[0]
        elif name == b"trun":
            lasts += _run(body, at, till, flags, usual)
    return begins + lasts


def _run(body: bytes, at: int, till: int, flags: int, usual: int) -> int:
    """How long the samples of a run are together.

    What it says of each stands in its own box, so that no part of a file is walked twice, however many runs there are.
    """
    number = _number(body, at + 4)
    if not flags & _EACH_DURATION:
        return number * usual
    first = at + 8 + 4 * bool(flags & _OFFSET) + 4 * bool(flags & _FIRST_FLAGS)
    step = 4 * sum(bool(flags & each) for each in _OF_EACH_SAMPLE)
    require(first + number * step <= till)
    return sum(_number(body, first + step * place) for place in range(number))


def _number(body: bytes, at: int) -> int:
    value: int = struct.unpack_from(">I", body, at)[0]
    return value
