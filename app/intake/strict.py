"""What phones write, read strictly: JSON that can be read in one way only, and the refusals of what is not so."""

import base64
import binascii
import json
import re
from enum import StrEnum
from typing import Any

LARGEST_ENVELOPE = 192 * 1024
"""Bytes of an envelope: the longest words that the form takes, four bytes a sign, filled up and written in base 64."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BASE_64 = re.compile(r"[A-Za-z0-9_-]*")


class Refusal(StrEnum):
    """Why a phone need not send an envelope again; the words are the contract's."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNKNOWN_KEY = "unknown_key"
    RETIRED_KEY = "retired_key"
    FORGED = "forged"
    FILES = "files"
    MISTAKES = "mistakes"
    CONFLICT = "conflict"
    RECEIPT = "receipt"
    OLD_CLIENT = "old_client"


class EnvelopeRefused(Exception):
    """This envelope will never be taken, for this reason; nothing was stored."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def read_object(raw: bytes) -> dict[str, Any]:
    """One JSON object, in which no name stands twice: what two readers read differently is refused."""
    try:
        read = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise EnvelopeRefused(Refusal.MALFORMED) from None
    if not isinstance(read, dict):
        raise EnvelopeRefused(Refusal.MALFORMED)
    return read


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _no_number(_constant: str) -> None:
    raise ValueError("JSON has no such number")


def read_text(read: dict[str, Any], name: str, *, longest: int = LARGEST_ENVELOPE) -> str:
    """A text that is not empty."""
    value = read.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise EnvelopeRefused(Refusal.MALFORMED)
    return value


def read_uuid(read: dict[str, Any], name: str) -> str:
    """A UUID in small letters."""
    value = read_text(read, name)
    if not _UUID.fullmatch(value):
        raise EnvelopeRefused(Refusal.MALFORMED)
    return value


def read_bytes(read: dict[str, Any], name: str) -> bytes:
    """Base 64 for addresses, without filling, in its one spelling."""
    value = read_text(read, name)
    if not _BASE_64.fullmatch(value):
        raise EnvelopeRefused(Refusal.MALFORMED)
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except binascii.Error:
        raise EnvelopeRefused(Refusal.MALFORMED) from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != value:
        raise EnvelopeRefused(Refusal.MALFORMED)
    return raw
