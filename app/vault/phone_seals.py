"""The intake keys: what phones seal reports to while they wait for a network, and what opens such a seal.

HPKE base mode (RFC 9180) with P-256, because browsers have no post-quantum KEM. The private halves lie in the web keyring only.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app import clock
from app.vault.keyring import Key, KeyKind, Keyring, KeyState
from app.vault.pairs import SealBroken

RETIRED_OPENS_FOR = timedelta(days=731)
"""How long a phone may have waited since the key that it sealed to was replaced: 24 months, whichever they are."""

FINGERPRINT_WORDS = 5
"""Sixteen bits each. Who wants another key with the same words has to make some 2^80 of them."""

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_POINT_BYTES = 65
# Made-up words as of proquints (arXiv:0901.4016): who reads no English reads them as well, and none of them means anything.
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"


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
        digest = sha256(b"redress intake v1\n" + self.public).digest()
        numbers = (int.from_bytes(digest[start : start + 2]) for start in range(0, 2 * FINGERPRINT_WORDS, 2))
        return " ".join(map(_word, numbers))


@dataclass(frozen=True)
class PhoneSeal:
    """What a phone sealed for one submission, and the id of the key to which it did."""

    key: str
    submission: str
    enc: bytes = field(repr=False)
    ct: bytes = field(repr=False)


@dataclass(frozen=True)
class ChunkSeal:
    """A piece of a file as a phone sealed it; which file of which report it is stands inside."""

    key: str
    enc: bytes = field(repr=False)
    ct: bytes = field(repr=False)


def intake_keys(keyring: Keyring) -> tuple[IntakeKey, ...]:
    """The keys that phones may seal to now, the newest first: the current one."""
    current = keyring.current(KeyKind.INTAKE)
    return (IntakeKey(current.id, current.public or b""),)


def made_anew_at(keyring: Keyring) -> datetime | None:
    """When the current intake key took another one's place; None for the first one."""
    first = len(keyring.of_kind(KeyKind.INTAKE)) == 1
    return None if first else keyring.current(KeyKind.INTAKE).created


def retired_at(keyring: Keyring, key: Key) -> datetime | None:
    """When an intake key was replaced; None for the current one, and where nobody knows, for then it goes on opening.

    An older version did not write it down: then it is when the next key was made, unless the clock was wrong at either.
    """
    if key.state is KeyState.CURRENT or key.retired is not None:
        return key.retired
    # In the order of the file, which is the one they were made in, whatever the clock said.
    keys = [each for each in keyring.keys if each.kind is KeyKind.INTAKE]
    following = keys[keys.index(key) + 1 :]
    return following[0].created if following and following[0].created >= key.created else None


def opens_no_more(keyring: Keyring, key: Key) -> bool:
    """Whether an intake key was replaced too long ago."""
    return too_old_at(keyring, key, clock.now())


def too_old_at(keyring: Keyring, key: Key, moment: datetime) -> bool:
    """Whether an intake key was replaced too long ago for a clock that says this."""
    retired = retired_at(keyring, key)
    return retired is not None and moment - retired > RETIRED_OPENS_FOR


def open_phone_seal(keyring: Keyring, seal: PhoneSeal | ChunkSeal) -> bytes:
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
        raise SealBroken("a phone's seal does not open with this key for what it is said to be") from None


def phone_seal_info(keyring: Keyring, seal: PhoneSeal | ChunkSeal) -> bytes:
    """What binds a phone's seal to its purpose, deployment and key, and a report's to its submission; phones say the same."""
    if isinstance(seal, ChunkSeal):
        return f"redress outbox file v1\n{keyring.deployment.hex}\n{seal.key}".encode()
    return f"redress outbox v1\n{keyring.deployment.hex}\n{seal.key}\n{seal.submission}".encode()


def _word(number: int) -> str:
    """Sixteen bits as five letters: consonants of four bits, vowels of two."""
    letters = ((_CONSONANTS, 12), (_VOWELS, 10), (_CONSONANTS, 6), (_VOWELS, 4), (_CONSONANTS, 0))
    return "".join(alphabet[number >> shift & len(alphabet) - 1] for alphabet, shift in letters)
