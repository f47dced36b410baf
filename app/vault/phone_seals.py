"""The intake keys: what phones seal reports to while they wait for a network, and what opens such a seal.

HPKE base mode (RFC 9180) with P-256, because browsers have no post-quantum KEM. The private halves lie in the web keyring only.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app import clock
from app.vault.keyring import Key, KeyKind, Keyring, KeyState
from app.vault.pairs import SealBroken

RETIRED_OPENS_FOR = timedelta(days=731)
"""How long a phone may have waited since the key that it sealed to was replaced: 24 months, whichever they are."""

FINGERPRINT_WORDS = 6
"""Eleven bits each. Who wants another key with the same words has to make some 2^66 of them."""

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_POINT_BYTES = 65
_WORD_BITS = 11
_WORDS = Path(__file__).with_name("fingerprint_words.txt")


class IntakeKeyUnknown(Exception):
    """No key of this deployment has this id."""


class IntakeKeyRetired(Exception):
    """The key was replaced so long ago that it opens nothing any more."""


@dataclass(frozen=True)
class IntakeKey:
    """The half of an intake key that phones are given."""

    id: str
    public: bytes

    @property
    def fingerprint(self) -> str:
        """The words by which people tell this key from another; they depend on its public half alone."""
        bits = int.from_bytes(sha256(b"redress intake v1\n" + self.public).digest())
        shifts = (256 - _WORD_BITS * number for number in range(1, FINGERPRINT_WORDS + 1))
        return " ".join(_words()[bits >> shift & (1 << _WORD_BITS) - 1] for shift in shifts)


@dataclass(frozen=True)
class PhoneSeal:
    """What a phone sealed for one submission, and the id of the key to which it did."""

    key: str
    submission: str
    enc: bytes = field(repr=False)
    ct: bytes = field(repr=False)


def intake_keys(keyring: Keyring) -> tuple[IntakeKey, ...]:
    """The keys that phones may seal to now, the newest first: the current one."""
    current = keyring.current(KeyKind.INTAKE)
    return (IntakeKey(current.id, current.public or b""),)


def retired_at(keyring: Keyring, key: Key) -> datetime | None:
    """When an intake key was replaced, which is when the next one was made; None for the current one."""
    if key.state is KeyState.CURRENT:
        return None
    later = [each.created for each in keyring.of_kind(KeyKind.INTAKE) if each.created > key.created]
    return min(later, default=key.created)


def opens_no_more(keyring: Keyring, key: Key) -> bool:
    """Whether an intake key was replaced too long ago."""
    retired = retired_at(keyring, key)
    return retired is not None and clock.now() - retired > RETIRED_OPENS_FOR


def open_phone_seal(keyring: Keyring, seal: PhoneSeal) -> bytes:
    """What a phone sealed; raises `IntakeKeyUnknown`, `IntakeKeyRetired`, and `SealBroken` for anything that does not open."""
    key = next((each for each in keyring.of_kind(KeyKind.INTAKE) if each.id == seal.key), None)
    if key is None:
        raise IntakeKeyUnknown
    if key.secret is None or opens_no_more(keyring, key):
        raise IntakeKeyRetired
    if len(seal.enc) != _POINT_BYTES:
        raise SealBroken("a phone's seal is cut")
    private = ec.derive_private_key(int.from_bytes(key.secret), ec.SECP256R1())
    try:
        return _SUITE.decrypt(seal.enc + seal.ct, private, info=phone_seal_info(keyring, seal))
    except (InvalidTag, ValueError):
        raise SealBroken("a phone's seal does not open with this key for this submission") from None


def phone_seal_info(keyring: Keyring, seal: PhoneSeal) -> bytes:
    """What binds a phone's seal to its deployment, key and submission; phones say the same (docs/outbox.md)."""
    return f"redress outbox v1\n{keyring.deployment.hex}\n{seal.key}\n{seal.submission}".encode()


@cache
def _words() -> tuple[str, ...]:
    """The 2,048 English words of BIP-39: short, and told apart by their first four letters."""
    return tuple(_WORDS.read_text(encoding="ascii").split())
