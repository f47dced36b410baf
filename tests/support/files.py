"""Photos and voice notes on a phone, by the contract of docs/outbox.md, and what browsers make of sound."""

import json
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest
from io import BytesIO
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from tests.support.outbox import SUITE, Kit, Sealing, as_phones_write, base_64

FILES = "/api/v1/outbox/files"
CHUNK = 49_152
_HEAD, _STEP = 256, 4096


@dataclass
class PhoneFile:
    """One file of a report. `inside` puts other values in the place of its own under the seal of each chunk."""

    sealing: Sealing
    body: bytes
    kind: str = "photo"
    file: str = field(default_factory=lambda: str(uuid4()))
    inside: dict[str, Any] = field(default_factory=dict)
    ack: bytes = b""

    def __post_init__(self) -> None:
        self.ack = self.ack or self.sealing.ack

    @property
    def declared(self) -> dict[str, Any]:
        """How the report names it."""
        over = f"redress file v1 {self.file} ".encode() + sha256(self.body).digest()
        tag = base_64(digest(self.sealing.ack, over, "sha256"))
        return {"file": self.file, "kind": self.kind, "size": len(self.body), "tag": tag}

    @property
    def indexes(self) -> range:
        """Of its chunks."""
        return range(-(-len(self.body) // CHUNK))

    def chunk(self, index: int, *, kit: Kit | None = None, plain: bytes | None = None) -> bytes:
        """One chunk, sealed, as it is posted."""
        kit = kit or self.sealing.kit
        head = {
            "v": 1,
            "submission": self.sealing.submission,
            "file": self.file,
            "index": index,
            "ack": base_64(self.ack),
        } | self.inside
        if plain is None:
            plain = as_phones_write(head).ljust(_HEAD) + self.body[index * CHUNK : (index + 1) * CHUNK]
            plain = plain.ljust(-(-len(plain) // _STEP) * _STEP, b"\0")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), kit.public)
        info = f"redress outbox file v1\n{kit.deployment}\n{kit.key}".encode()
        return bytes([1, len(kit.key)]) + kit.key.encode() + SUITE.encrypt(plain, public, info=info)

    def chunks(self) -> Iterator[bytes]:
        """All of them in their order."""
        return map(self.chunk, self.indexes)

    def proof(self, index: int | None = None) -> str:
        """That a chunk is kept or, without one, that the file is whole."""
        about = "whole" if index is None else "kept"
        said = f"redress {about} v1 {self.sealing.submission} {self.file}"
        said += "" if index is None else f" {index}"
        return base_64(digest(self.sealing.ack, said.encode(), "sha256"))


def with_files(sealing: Sealing, *bodies: bytes, kind: str = "photo") -> list[PhoneFile]:
    """Files for a report that is not sealed yet, which then names them."""
    files = [PhoneFile(sealing, body, kind) for body in bodies]
    sealing.inside["files"] = [*sealing.inside.get("files", []), *(file.declared for file in files)]
    return files


def post_chunk(client: FlaskClient, raw: bytes, **options: Any) -> TestResponse:
    """Post a chunk, or whatever it is, as a phone does."""
    options.setdefault("content_type", "application/octet-stream")
    return client.post(FILES, data=raw, **options)


def told_of(response: TestResponse) -> tuple[int, dict[str, Any]]:
    """The status and the answer, which is of ours and JSON, whatever was sent."""
    assert response.mimetype == "application/json"
    assert response.status_code != 500
    told: dict[str, Any] = json.loads(response.get_data())
    assert told["redress"] == 1
    assert told["state"] in ("kept", "whole", "refused", "later")
    assert (told["state"] in ("kept", "whole")) == (response.status_code == 200)
    if told["state"] == "later":
        assert int(response.headers["Retry-After"]) > 0
    return response.status_code, told


def photo(width: int = 640, height: int = 480, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture, the same each time."""
    made = BytesIO()
    size = (min(width, 320), min(height, 240))
    noise = Image.frombytes("RGB", size, random.Random(7).randbytes(3 * size[0] * size[1]))  # noqa: S311 - no secret
    noise.resize((width, height)).save(made, kind, **options)
    return made.getvalue()


def ogg(seconds: float = 3.0, *, pages: int = 4, serial: int = 7) -> bytes:
    """A recording as Firefox makes it."""
    heads = [
        (2, 0, b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 48_000, 0, 0)),
        (0, 0, b"OpusTags" + bytes(8)),
    ]
    step = round(seconds * 48_000 / pages)
    sounds = [(4 * (n + 1 == pages), 312 + step * (n + 1), bytes([n % 256]) * 200) for n in range(pages)]
    return b"".join(
        struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, 1)
        + bytes([len(body)])
        + body
        for number, (flags, granule, body) in enumerate([*heads, *sounds])
    )


def _element(number: int, body: bytes, *, endless: bool = False) -> bytes:
    name = number.to_bytes(-(-number.bit_length() // 8))
    size = b"\x01" + b"\xff" * 7 if endless else (1 << 56 | len(body)).to_bytes(8)
    return name + size + body


def webm(seconds: float = 3.0, *, track: int = 2, codec: bytes = b"A_OPUS") -> bytes:
    """A recording as Chromium makes it, whose ends were not known when they began."""
    head = _element(0x1A45DFA3, _element(0x4282, b"webm"))
    info = _element(0x1549A966, _element(0x2AD7B1, (1_000_000).to_bytes(3)))
    tracks = _element(0x1654AE6B, _element(0xAE, _element(0x83, bytes([track])) + _element(0x86, codec)))
    clusters = b"".join(
        _element(
            0x1F43B675,
            _element(0xE7, round(at * 1000).to_bytes(8)) + _element(0xA3, b"\x81\x00\x00\x80" + bytes(300)),
            endless=True,
        )
        for at in (0.0, seconds / 2, seconds)
    )
    return head + _element(0x18538067, info + tracks + clusters, endless=True)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def mp4_in_pieces(seconds: float = 3.0, *, pieces: int = 1, each: bool = False) -> bytes:
    """A recording as Chromium makes it, piece by piece; `each` writes how long each sample is."""
    whole, samples = mp4(0, codec=b"Opus"), 50
    step = round(seconds * 48_000 / pieces / samples)
    made = whole
    for number in range(pieces):
        head = _box(b"tfhd", struct.pack(">II", 0x20008, 1) + step.to_bytes(4))
        begins = _box(b"tfdt", struct.pack(">IQ", 1 << 24, number * step * samples))
        run = struct.pack(">IIi", 0x301 if each else 0x201, samples, 0)
        run += b"".join((step.to_bytes(4) if each else b"") + (9).to_bytes(4) for _ in range(samples))
        made += _box(b"moof", _box(b"mfhd", bytes(8)) + _box(b"traf", head + begins + _box(b"trun", run)))
        made += _box(b"mdat", bytes(9 * samples))
    return made


def mp4(seconds: float = 3.0, *, handler: bytes = b"soun", codec: bytes = b"mp4a") -> bytes:
    """A recording as Safari makes it."""
    header = _box(b"mdhd", bytes(12) + struct.pack(">II", 48_000, round(seconds * 48_000)) + bytes(4))
    kinds = _box(b"stsd", struct.pack(">II", 0, 1) + _box(codec, bytes(28)))
    media = header + _box(b"hdlr", bytes(8) + handler + bytes(12)) + _box(b"minf", _box(b"stbl", kinds))
    moov = _box(b"moov", _box(b"trak", _box(b"mdia", media)))
    return _box(b"ftyp", b"isom" + bytes(4)) + moov + _box(b"mdat", bytes(800))
