"""Veiled columns: randomised encryption under the field key, bound to table, row and column, the length hidden by steps."""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.framing import Json, frame, from_json_bytes, pad, to_json_bytes, unpad
from app.vault.keyholder import KeyHolder
from app.vault.keyring import ID_BYTES

NONCE_BYTES = 12

# The smallest step holds every category and site id, so that the length of a veil does not tell which one it is.
_STEPS = (64, 256, 1024, 4096)


class VeilBroken(Exception):
    """A veiled value was cut, altered, or moved to another place."""


@dataclass(frozen=True)
class Place:
    """Where a veiled or sealed value stands; it opens nowhere else. `case` is that of a row whose own MAC does not tell it."""

    table: str
    row: UUID
    column: str
    case: UUID | None = None


def veil_bytes(holder: KeyHolder, place: Place, raw: bytes) -> bytes:
    """Veil raw bytes for their place."""
    key_id, cipher = holder.field_cipher(f"veil:{place.table}.{place.column}")
    return bytes.fromhex(key_id) + encrypt(cipher, pad(raw, _STEPS), _bound(holder, place))


def unveil_bytes(holder: KeyHolder, place: Place, blob: bytes) -> bytes:
    """The bytes that were veiled for this place; raises `VeilBroken`."""
    try:
        _, cipher = holder.field_cipher(f"veil:{place.table}.{place.column}", blob[:ID_BYTES].hex())
        return unpad(decrypt(cipher, blob[ID_BYTES:], _bound(holder, place)))
    except (InvalidTag, KeyError, ValueError):
        raise VeilBroken(f"a veiled value in {place.table}.{place.column} does not open") from None


def veil(holder: KeyHolder, place: Place, text: str) -> bytes:
    """Veil a text for its place."""
    return veil_bytes(holder, place, text.encode("utf-8", "surrogatepass"))


def unveil(holder: KeyHolder, place: Place, blob: bytes) -> str:
    """The text that was veiled for this place; raises `VeilBroken`."""
    return unveil_bytes(holder, place, blob).decode("utf-8", "surrogatepass")


def veil_json(holder: KeyHolder, place: Place, value: Json) -> bytes:
    """Veil a structure for its place."""
    return veil_bytes(holder, place, to_json_bytes(value))


def unveil_json(holder: KeyHolder, place: Place, blob: bytes) -> Any:
    """The structure that was veiled for this place; raises `VeilBroken`."""
    return from_json_bytes(unveil_bytes(holder, place, blob))


def encrypt(cipher: AESGCM, plaintext: bytes, bound: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, bound)


def decrypt(cipher: AESGCM, blob: bytes, bound: bytes) -> bytes:
    """What `encrypt` made; raises InvalidTag, or ValueError when it is too short to be one."""
    return cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], bound)


def _bound(holder: KeyHolder, place: Place) -> bytes:
    before, column = _column(holder.deployment.bytes, place.table, place.column)
    case = b"" if place.case is None else frame(place.case)
    return before + frame(place.row) + column + case


# A deployment's veiled columns are few, and a report veils some twenty values.
@lru_cache(maxsize=256)
def _column(deployment: bytes, table: str, column: str) -> tuple[bytes, bytes]:
    """What stands before and behind the row in what a value is bound to."""
    return frame("redress veil", deployment, table), frame(column)
