"""Which recordings are taken: one track of sound in a container that ends where the file does, and not without end."""

import struct
from contextlib import suppress

import pytest

from app.examiner.sounds import LONGEST_SECONDS, listen
from app.examiner.verdicts import Refused
from tests.support.files import mp4, mp4_in_pieces, ogg, webm


@pytest.mark.parametrize(
    ("body", "kind"),
    (
        (ogg(3), "audio/ogg"),
        (webm(3), "audio/webm"),
        (mp4(3), "audio/mp4"),
        (mp4_in_pieces(3), "audio/mp4"),
        (mp4_in_pieces(3, pieces=5), "audio/mp4"),
        (mp4_in_pieces(3, each=True), "audio/mp4"),
    ),
)
def test_what_browsers_record_is_told_by_its_content(body: bytes, kind: str) -> None:
    heard = listen(body)
    assert (heard.type, round(heard.seconds), heard.made) == (kind, 3, b"")


def test_what_an_encoder_puts_before_the_sound_is_not_counted() -> None:
    assert listen(ogg(3)).seconds == 3.0


@pytest.mark.parametrize("make", (ogg, webm, mp4, mp4_in_pieces))
def test_a_recording_that_is_too_long_is_refused_as_such(make: object) -> None:
    assert callable(make)
    assert listen(make(LONGEST_SECONDS - 1)).seconds > 890
    with pytest.raises(Refused, match="too_long"):
        listen(make(LONGEST_SECONDS + 2))


_STRANGE = {
    "nothing": b"",
    "words": b"They keep our passports.",
    "a picture": b"\xff\xd8\xff\xe0" + bytes(500),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "Ogg and a page behind it": ogg() + b"<script>",
    "two streams in one Ogg": ogg() + ogg(serial=8),
    "Ogg of something else": ogg().replace(b"OpusHead", b"\x80theora "),
    "Ogg that is cut": ogg()[:-1],
    "Ogg whose page ends before it says": ogg()[:40],
    "WebM with a film": webm(track=1),
    "WebM with another codec": webm(codec=b"V_VP8"),
    "WebM and something behind it": webm() + b"<script>",
    "WebM with a file inside": webm() + bytes.fromhex("1941a469 81 00"),
    "WebM of an endless nothing": webm() + b"\xec\x01" + b"\xff" * 7,
    "WebM of heads alone": webm()[: webm().index(b"\x1f\x43\xb6\x75")],
    "WebM with chapters": webm() + bytes.fromhex("1043a770 81 00"),
    "WebM that is cut": webm()[:-1],
    "WebM of the larger kind": webm().replace(b"webm", b"mkv "),
    "WebM without a sound": webm()[:60],
    "MP4 with a film": mp4(handler=b"vide"),
    "MP4 with another codec": mp4(codec=b"avc1"),
    "MP4 and a box behind it": mp4() + struct.pack(">I4s", 16, b"uuid") + bytes(8),
    "MP4 that is cut": mp4()[:-1],
    "MP4 of nothing": mp4()[:16],
    "MP4 whose box ends before it begins": mp4()[:16] + struct.pack(">I4s", 4, b"moov"),
    "MP4 without a scale": mp4().replace(struct.pack(">I", 48_000), bytes(4)),
}


@pytest.mark.parametrize("name", _STRANGE)
def test_what_is_no_such_recording_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="unreadable"):
        listen(_STRANGE[name])


@pytest.mark.parametrize("make", (ogg, webm, mp4, mp4_in_pieces))
def test_no_byte_of_a_container_breaks_the_walk(make: object) -> None:
    """Whatever stands in it, it is taken or refused."""
    assert callable(make)
    body = make()
    for place in range(min(len(body), 260)):
        for value in (0x00, 0x01, 0x7F, 0x80, 0xFF):
            spoilt = body[:place] + bytes([value]) + body[place + 1 :]
            with suppress(Refused):
                assert listen(spoilt).seconds <= LONGEST_SECONDS


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def test_no_part_of_a_recording_is_walked_for_run_after_run() -> None:
    """A run that says more samples than its own box holds would read the boxes behind it, and so would the next one."""
    borrowed = _box(b"trun", struct.pack(">II", 0x100, 8)) * 8
    with pytest.raises(Refused, match="unreadable"):
        listen(mp4() + _box(b"moof", _box(b"traf", borrowed)) + _box(b"free", bytes(500)))
    own = _box(b"trun", struct.pack(">II", 0x100, 8) + struct.pack(">I", 48_000) * 8)
    assert listen(mp4() + _box(b"moof", _box(b"traf", own))).seconds == 8


def test_a_recording_of_more_elements_than_any_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.examiner.sounds.MOST_ELEMENTS", 20)
    assert listen(webm()).seconds == 3
    with pytest.raises(Refused, match="unreadable"):
        listen(webm() + b"\xec\x80" * 20)
