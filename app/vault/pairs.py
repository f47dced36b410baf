"""One encryption pair: HPKE base mode (RFC 9180) with the hybrid post-quantum KEM of ML-KEM-768 and X25519.

Both halves are kept as raw bytes: the private one as the ML-KEM seed and the X25519 scalar, the public one as the two public keys.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SEED = 64
_MLKEM_PUBLIC = 1184


class SealBroken(Exception):
    """A sealed value was cut, altered, moved, or is not for this key."""


@dataclass(frozen=True)
class Pair:
    """Both halves of an encryption pair, in memory only."""

    PRIVATE_BYTES: ClassVar[int] = _SEED + 32
    PUBLIC_BYTES: ClassVar[int] = _MLKEM_PUBLIC + 32

    private: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A fresh pair."""
        mlkem, curve = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
        pair = cls(mlkem.private_bytes_raw() + curve.private_bytes_raw())
        # Known already: deriving it from the seed would make the pair a second time.
        pair.__dict__["public"] = _public_half(mlkem, curve)
        return pair

    @cached_property
    def public(self) -> bytes:
        """The half that may be stored."""
        mlkem = MLKEM768PrivateKey.from_seed_bytes(self.private[:_SEED])
        return _public_half(mlkem, X25519PrivateKey.from_private_bytes(self.private[_SEED:]))

    def open(self, ciphertext: bytes, info: bytes) -> bytes:
        """What was encrypted to this pair under that info; raises `SealBroken`."""
        try:
            return _SUITE.decrypt(ciphertext, self._key, info=info)
        except (InvalidTag, ValueError):
            raise SealBroken("a seal does not open with this key in this place") from None

    @cached_property
    def _key(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(self.private[:_SEED]),
            X25519PrivateKey.from_private_bytes(self.private[_SEED:]),
        )


def _public_half(mlkem: MLKEM768PrivateKey, curve: X25519PrivateKey) -> bytes:
    return mlkem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def encrypt_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Encrypt to a public half; only `seals` calls this, after it has authenticated that half."""
    key = MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
    )
    return _SUITE.encrypt(plaintext, key, info=info)
