"""The keyrings: two files outside the database, readable by their own process only, every key with an id."""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app import clock
from app.vault.pairs import Pair

KeyringName = Literal["web", "dispatcher"]

_COORDINATE_BYTES = 32  # of P-256
_FORMAT = 1
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyKind(StrEnum):
    """What a key of a keyring is for (design: the table of keys)."""

    FIELD = "field"
    INDEX = "index"
    INTAKE = "intake"
    CONTACT = "contact"
    ROOT = "root"


class KeyState(StrEnum):
    """The current key of a kind makes new things; a retired one only opens old ones."""

    CURRENT = "current"
    RETIRED = "retired"


class KeyringMissing(Exception):
    """There is no keyring file where one is needed."""


class KeyringUnreadable(Exception):
    """The keyring file cannot be used: wrong mode, damaged, or without a key that is needed."""


class KeyringExists(Exception):
    """A keyring is already there; overwriting it would lock every case for ever."""


class KeyringOfAnotherDeployment(Exception):
    """The keyring belongs to another database, or its keys do not fit this one."""


@dataclass(frozen=True)
class Key:
    """One key: symmetric kinds have only a secret; pairs may show only their public half."""

    id: str
    kind: KeyKind
    created: datetime
    state: KeyState
    secret: bytes | None = field(repr=False)
    public: bytes | None = field(repr=False)
    retired: datetime | None = None  # when it was replaced, where whoever did so wrote it down


@dataclass(frozen=True)
class Keyring:
    """The keys of one process, all of one deployment."""

    name: KeyringName
    deployment: UUID
    keys: tuple[Key, ...]

    def current(self, kind: KeyKind) -> Key:
        """The key that makes new things of its kind."""
        return next(key for key in self.keys if key.kind is kind and key.state is KeyState.CURRENT)

    def of_kind(self, kind: KeyKind) -> tuple[Key, ...]:
        """Every key of the kind, the current one first."""
        return tuple(
            sorted(
                (key for key in self.keys if key.kind is kind), key=lambda key: key.state is KeyState.RETIRED
            )
        )


# Which halves each keyring holds: stealing one must not give what only the other may open.
_SECRETS: dict[KeyringName, tuple[KeyKind, ...]] = {
    "web": (KeyKind.FIELD, KeyKind.INDEX, KeyKind.INTAKE),
    "dispatcher": (KeyKind.FIELD, KeyKind.INDEX, KeyKind.CONTACT, KeyKind.ROOT),
}
_PUBLIC_ONLY: dict[KeyringName, tuple[KeyKind, ...]] = {"web": (KeyKind.CONTACT,), "dispatcher": ()}


def make_keyrings(folder: Path) -> None:
    """Write both keyrings of a new deployment, mode 0600; raises `KeyringExists` before touching anything."""
    for name in _SECRETS:
        if keyring_path(folder, name).exists():
            raise KeyringExists(f"{keyring_path(folder, name)} is already there; it is never overwritten.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    deployment = uuid4()
    keys = [new_key(kind) for kind in KeyKind]
    for name, secret_kinds in _SECRETS.items():
        chosen = [written_key(key, with_secret=True) for key in keys if key.kind in secret_kinds]
        chosen += [written_key(key, with_secret=False) for key in keys if key.kind in _PUBLIC_ONLY[name]]
        content = {"format": _FORMAT, "keyring": name, "deployment": str(deployment), "keys": chosen}
        write_private(keyring_path(folder, name), json.dumps(content, indent=1))


def load_keyring(folder: Path, name: KeyringName) -> Keyring:
    """Read one keyring, or raise `KeyringMissing` or `KeyringUnreadable` with one line for the operator."""
    path = keyring_path(folder, name)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _OPEN_TO_OTHERS:
                raise KeyringUnreadable(f"{path} can be read by others; give it mode 0600.")
            raw = file.read()
    except FileNotFoundError:
        raise KeyringMissing(
            f"{path} is missing; `redress init` makes it, or bring back your copy."
        ) from None
    except OSError as failure:
        raise KeyringUnreadable(f"{path} cannot be read: {failure.strerror}.") from None
    try:
        keyring = _parse(raw, name)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyringUnreadable(f"{path} is damaged or is not a keyring.") from None
    _check_complete(path, keyring)
    return keyring


def _check_complete(path: Path, keyring: Keyring) -> None:
    for kind in (*_SECRETS[keyring.name], *_PUBLIC_ONLY[keyring.name]):
        current = [key for key in keyring.of_kind(kind) if key.state is KeyState.CURRENT]
        if len(current) != 1:
            raise KeyringUnreadable(f"{path} must hold exactly one current {kind} key.")
        if kind in _SECRETS[keyring.name] and any(map(_lacks_secret, keyring.of_kind(kind))):
            raise KeyringUnreadable(f"{path} holds a {kind} key without its secret.")
        if kind is KeyKind.INTAKE and any(key.public != _point_of(key) for key in current):
            raise KeyringUnreadable(f"{path} holds an {kind} key whose halves do not belong together.")
    ids = [key.id for key in keyring.keys]
    if len(set(ids)) != len(ids):
        raise KeyringUnreadable(f"{path} holds two keys with the same id.")


def _lacks_secret(key: Key) -> bool:
    # Of an intake key that opens nothing any more the secret was destroyed (see `app.vault.rotation`).
    return key.secret is None and (key.kind is not KeyKind.INTAKE or key.state is KeyState.CURRENT)


def _point_of(key: Key) -> bytes:
    try:
        private = ec.derive_private_key(int.from_bytes(key.secret or b""), ec.SECP256R1())
    except ValueError:
        return b""
    return _point(private)


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    # Not compressed (SEC 1, 2.3.3). cryptography's module of all formats would bring those of SSH and RSA into every process.
    point = private.public_key().public_numbers()
    return b"\x04" + point.x.to_bytes(_COORDINATE_BYTES) + point.y.to_bytes(_COORDINATE_BYTES)


def _parse(raw: bytes, name: KeyringName) -> Keyring:
    content = json.loads(raw)
    if content["format"] != _FORMAT or content["keyring"] != name:
        raise ValueError("another format or another keyring")
    return Keyring(name, UUID(content["deployment"]), tuple(_read(entry) for entry in content["keys"]))


def _read(entry: dict[str, Any]) -> Key:
    key_id = entry["id"]
    if len(bytes.fromhex(key_id)) != ID_BYTES:
        raise ValueError("a key id has the wrong length")
    secret, public = (
        None if entry[half] is None else base64.b64decode(entry[half], validate=True)
        for half in ("secret", "public")
    )
    kind = KeyKind(entry["kind"])
    if secret is not None and len(secret) != _SECRET_BYTES[kind]:
        raise ValueError("a secret has the wrong length")
    retired = entry.get("retired")
    return Key(
        id=key_id,
        kind=kind,
        created=_moment(entry["created"]),
        state=KeyState(entry["state"]),
        secret=secret,
        public=public,
        retired=None if retired is None else _moment(retired),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment


ID_BYTES = 4
_SECRET_BYTES = {
    KeyKind.FIELD: 32,
    KeyKind.INDEX: 32,
    KeyKind.INTAKE: 32,
    KeyKind.CONTACT: Pair.PRIVATE_BYTES,
    KeyKind.ROOT: 32,
}


def new_key(kind: KeyKind) -> Key:
    """A fresh key, made now, that is the current one of its kind."""
    secret, public = _new_halves(kind)
    return Key(secrets.token_hex(ID_BYTES), kind, clock.now(), KeyState.CURRENT, secret, public)


def _new_halves(kind: KeyKind) -> tuple[bytes, bytes | None]:
    if kind is KeyKind.INTAKE:  # P-256, because phones' WebCrypto has no post-quantum KEM
        private = ec.generate_private_key(ec.SECP256R1())
        return private.private_numbers().private_value.to_bytes(32), _point(private)
    if kind is KeyKind.CONTACT:
        pair = Pair.generate()
        return pair.private, pair.public
    if kind is KeyKind.ROOT:
        signing = ed25519.Ed25519PrivateKey.generate()
        return signing.private_bytes_raw(), signing.public_key().public_bytes_raw()
    return secrets.token_bytes(32), None


def written_key(key: Key, *, with_secret: bool) -> dict[str, str | None]:
    """A key as it stands in a keyring's file."""

    def text(half: bytes | None) -> str | None:
        return None if half is None else base64.b64encode(half).decode()

    return {
        "id": key.id,
        "kind": key.kind,
        "created": key.created.isoformat(timespec="seconds"),
        "state": key.state,
        "secret": text(key.secret) if with_secret else None,
        "public": text(key.public),
    }


def keyring_path(folder: Path, name: KeyringName) -> Path:
    """Where a keyring lies."""
    return folder / f"{name}.json"


def write_private(path: Path, text: str) -> None:
    """Write a new file that nobody else can read, safe on the disk; raises `KeyringExists`."""
    # O_EXCL: two first starts at once must not both believe that they made the keys.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyringExists(f"{path} is already there; it is never overwritten.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
