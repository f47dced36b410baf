"""What a keyring can do: every key used anywhere in the vault is derived here from a keyring key, for one purpose each."""

import hmac
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.vault.framing import Part, frame
from app.vault.hash_slots import Guess, Slots
from app.vault.keyring import ID_BYTES, Key, KeyKind, Keyring


@dataclass(frozen=True)
class Hardness:
    """What one guess at a member's password costs (Argon2id); stored beside each wrapped key so that it can grow later."""

    memory_kib: int
    passes: int
    lanes: int = 1

    def __post_init__(self) -> None:
        # With more lanes OpenSSL starts threads of its own, and two runs at once then wait for each other for ever
        # (seen with cryptography 50.0.2: 2 lanes, 2 threads): two people signing in would stop the server.
        if self.lanes != 1:
            raise ValueError("Argon2id must run in one lane here")


PASSWORD_HARDNESS = Hardness(memory_kib=64 * 1024, passes=3)

HARDEST = Hardness(memory_kib=4 * 64 * 1024, passes=12)
"""What a stored key may cost at most: room for `PASSWORD_HARDNESS` to grow, and no more than a small machine has left."""


def derive(secret: bytes, *purpose: Part, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869): a key that is good for one purpose only."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=frame("redress", *purpose)).derive(secret)


def tag_of(key: bytes, *parts: Part) -> bytes:
    """HMAC-SHA256 over framed parts, 32 bytes."""
    # Not hmac.digest: that lets go of the interpreter's lock each time, and beside busy threads costs four times as much.
    tag = HMAC(key, SHA256())
    tag.update(frame(*parts))
    return tag.finalize()


class Fitted(dict[bytes, object]):
    """What fitted each MAC, so that it is only compared from then on; as much as the network of a deployment needs."""

    _AT_MOST = 4096

    def remember(self, mac: bytes, what: object) -> None:
        """Keep what this MAC was made for; when there is too much, everything is looked at afresh."""
        if len(self) >= self._AT_MOST:
            self.clear()
        self[mac] = what


class KeyHolder:
    """The part of the vault that all its rooms lean on: derived keys, tags, and nothing that knows a table."""

    def __init__(
        self, keyring: Keyring, hardness: Hardness = PASSWORD_HARDNESS, slots: Slots | None = None
    ) -> None:
        self.keyring = keyring
        self.hardness = hardness
        self._slots = slots
        self._secrets = {key.id: key for key in keyring.keys}
        self._field_id = keyring.current(KeyKind.FIELD).id
        self.pepper_ids = tuple(key.id for key in keyring.of_kind(KeyKind.INDEX))
        """The versions of the pepper, the current one first; retired ones stay so that old rows are still found."""
        # Per object, not per module: two keyrings in one process must never share derived keys.
        self._derived = lru_cache(maxsize=512)(self._derive)
        self._cipher = lru_cache(maxsize=512)(self._make_cipher)
        self._keyed = lru_cache(maxsize=512)(self._make_keyed)
        self.fitted = Fitted()
        """What fitted its MAC and is read often: rows (see `app.vault.row_macs`), public keys, and circles' names by their veil."""

    @property
    def deployment(self) -> UUID:
        """The id that every seal and tag of this deployment is bound to."""
        return self.keyring.deployment

    def index_key(self, key_id: str, purpose: str) -> bytes:
        """A key for one purpose under one version of the index key; raises KeyError for an unknown version."""
        return self._derived(self._of_kind(key_id, KeyKind.INDEX), purpose)

    def lookup(self, purpose: str, value: str | bytes) -> bytes:
        """A keyed tag of 32 bytes to store instead of a value that must be found again, such as a login."""
        return next(self._lookups(purpose, value))

    def lookups(self, purpose: str, value: str | bytes) -> list[bytes]:
        """The tag under every version of the index key, for searching with `IN`; the current one first."""
        return list(self._lookups(purpose, value))

    def mac(self, purpose: str, *parts: Part) -> bytes:
        """An authentication tag under the current index key, with that key's id in front: 36 bytes."""
        key_id = self.pepper_ids[0]
        return bytes.fromhex(key_id) + self._tag(key_id, f"mac:{purpose}", *parts)

    def mac_fits(self, mac: bytes, purpose: str, *parts: Part) -> bool:
        """Whether `mac` made this tag for these parts, under any version that the keyring still holds."""
        try:
            tag = self._tag(mac[:ID_BYTES].hex(), f"mac:{purpose}", *parts)
        except (KeyError, TypeError, ValueError, OverflowError):  # others wrote something that no part can be
            return False
        return hmac.compare_digest(mac[ID_BYTES:], tag)

    def field_cipher(self, purpose: str, key_id: str | None = None) -> tuple[str, AESGCM]:
        """The cipher for one purpose under the field key, and that key's id; one purpose a column keeps nonces apart."""
        chosen = key_id or self._field_id
        return chosen, self._cipher(chosen, purpose)

    def slot(self, *, spare: int = 0) -> AbstractContextManager[None]:
        """What every Argon2id runs in, so that only a few run at once on this machine; raises `TooBusy`."""
        return nullcontext() if self._slots is None else self._slots.one(spare=spare)

    def guessing(self, what: Guess) -> AbstractContextManager[None]:
        """What a try that may be a guess runs in, so that guessing is slow and a right one still opens; raises `TooBusy`."""
        return nullcontext() if self._slots is None else self._slots.guessing(what)

    def _lookups(self, purpose: str, value: str | bytes) -> Iterator[bytes]:
        for key_id in self.pepper_ids:
            yield self._tag(key_id, f"lookup:{purpose}", value)

    def _tag(self, key_id: str, purpose: str, *parts: Part) -> bytes:
        tag = self._keyed(key_id, purpose).copy()
        tag.update(frame(*parts))
        return tag.finalize()

    def _make_keyed(self, key_id: str, purpose: str) -> HMAC:
        """The beginning of every tag for one purpose; some forty are made for a report, and copying it saves half of each."""
        begun = HMAC(self.index_key(key_id, purpose), SHA256())
        begun.update(frame(self.deployment))
        return begun

    def _of_kind(self, key_id: str, kind: KeyKind) -> Key:
        key = self._secrets[key_id]
        if key.kind is not kind:
            raise KeyError(key_id)
        return key

    def _derive(self, key: Key, purpose: str) -> bytes:
        if key.secret is None:
            raise KeyError(key.id)
        return derive(key.secret, key.kind, purpose, self.deployment)

    def _make_cipher(self, key_id: str, purpose: str) -> AESGCM:
        return AESGCM(self._derived(self._of_kind(key_id, KeyKind.FIELD), purpose))
