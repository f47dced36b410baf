"""A chunk of a photo or voice note from a phone: what stands before and under its seal, read strictly.

The contract with the phone is docs/outbox.md; no Flask in here.
"""

from uuid import UUID

from app.attachments import HEAD_BYTES, Chunk, FileOfReport
from app.intake.strict import EnvelopeRefused, Refusal, read_bytes, read_object, read_uuid
from app.services import Services
from app.vault import ChunkSeal, IntakeKeyRetired, IntakeKeyUnknown, SealBroken

LARGEST_CHUNK = 64 * 1024
"""Bytes of a chunk as it is posted."""

_VERSION = 1
_POINT_BYTES = 65
_ACK_BYTES = 32


def open_chunk(services: Services, raw: bytes) -> Chunk:
    """Read and open what was posted; raises `EnvelopeRefused`."""
    seal = _read_seal(raw)
    try:
        opened = services.open_from_phone(seal)
    except IntakeKeyUnknown:
        raise EnvelopeRefused(Refusal.UNKNOWN_KEY) from None
    except IntakeKeyRetired:
        raise EnvelopeRefused(Refusal.RETIRED_KEY) from None
    except SealBroken:
        raise EnvelopeRefused(Refusal.FORGED) from None
    read = read_object(opened[:HEAD_BYTES])
    ack, index = read_bytes(read, "ack"), read.get("index")
    if read.get("v") != _VERSION or type(index) is not int or len(ack) != _ACK_BYTES:
        raise EnvelopeRefused(Refusal.MALFORMED)
    of = FileOfReport(UUID(read_uuid(read, "submission")), UUID(read_uuid(read, "file")), ack)
    return Chunk(of, index, seal, opened)


def _read_seal(raw: bytes) -> ChunkSeal:
    if len(raw) < 2:
        raise EnvelopeRefused(Refusal.MALFORMED)
    if raw[0] != _VERSION:
        raise EnvelopeRefused(Refusal.OLD_CLIENT if raw[0] < _VERSION else Refusal.MALFORMED)
    end = 2 + raw[1]
    key, enc, ct = raw[2:end], raw[end : end + _POINT_BYTES], raw[end + _POINT_BYTES :]
    if not key.isascii() or not key or len(enc) != _POINT_BYTES or not ct:
        raise EnvelopeRefused(Refusal.MALFORMED)
    return ChunkSeal(key.decode("ascii"), enc, ct)
