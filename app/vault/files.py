"""Each file has a key of its own, sealed to a compartment; the file is encrypted in numbered chunks under it.

The chunks follow the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015): the nonce carries the number and
whether it is the last, so that a chunk cannot be dropped, moved or put at the end unnoticed.
"""

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.framing import frame
from app.vault.pairs import SealBroken
from app.vault.veil import NONCE_BYTES, Place

_SECRET_BYTES = 32


@dataclass(frozen=True)
class FileKey:
    """The key of one file, for one place; never used for a second file."""

    place: Place
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls, place: Place) -> "FileKey":
        """A fresh key for the file that will stand there."""
        return cls(place, secrets.token_bytes(_SECRET_BYTES))

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.secret)

    def seal_chunk(self, number: int, chunk: bytes, *, last: bool) -> bytes:
        """Encrypt a chunk, numbered from 0; each number once, since the nonce is made of it."""
        return self._cipher.encrypt(_nonce(number, last=last), chunk, self._bound)

    def open_chunk(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """The chunk with this number; raises `SealBroken` when it is another one, altered, or wrongly said to be the last."""
        try:
            return self._cipher.decrypt(_nonce(number, last=last), sealed, self._bound)
        except (InvalidTag, ValueError):
            raise SealBroken(f"chunk {number} of a file was cut, altered or moved") from None

    @property
    def _bound(self) -> bytes:
        return frame("redress file", self.place.table, self.place.row, self.place.column)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1) + bytes([last])
