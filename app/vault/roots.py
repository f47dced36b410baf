"""Daily signed roots of the journal, kept outside the database: who can write the database alone cannot make it forget a day.

A root is two files of `$REDRESS_HOME/roots/`: a statement with counts, the digest of all heads and the root before it, signed by
the dispatcher's key; and the heads themselves, so that the chain that was cut can be named.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.vault.framing import frame
from app.vault.journal_check import JournalFault, JournalFaultKind
from app.vault.journal_rows import JournalChainRow, JournalRow
from app.vault.keyholder import KeyHolder
from app.vault.keyring import KeyKind

_FORMAT = 1
_NO_ROOT = bytes(32)
_HEAD_BYTES = 16 + 4 + 32
# The heads of older roots are let go: a root is signed only over a journal that still holds all of the one before.
_HEADS_KEPT = 14
_AT_ONCE = 400
_LINE = re.compile(r"root (\d+) (\S+) ([0-9a-f]{64}) ([0-9a-f]{128})")


class RootBroken(Exception):
    """A root, or what it stands for, is not as it was signed; one line for the operator."""


class JournalCut(Exception):
    """The journal no longer holds all that the last root saw; no new root is signed over it."""


@dataclass(frozen=True)
class Root:
    """One day's statement; `counts` are rows that only ever become more."""

    number: int
    at: datetime
    previous: bytes
    heads: bytes
    counts: Mapping[str, int]
    key: bytes
    key_mac: bytes
    signature: bytes = field(default=b"", repr=False)

    def digest(self, deployment: UUID) -> bytes:
        """What is signed: every word of the statement."""
        counted = (part for name in sorted(self.counts) for part in (name, self.counts[name]))
        told = (deployment, self.number, self.at.isoformat(), self.previous, self.heads, *counted)
        return hashlib.sha256(frame("redress journal root", *told)).digest()

    def line(self, deployment: UUID) -> str:
        """The root as it is mailed: enough to tell later whether the folder still holds this very one."""
        told = f"{self.at.isoformat()} {self.digest(deployment).hex()} {self.signature.hex()}"
        return f"root {self.number} {told}"

    def as_json(self) -> dict[str, Any]:
        """The statement as its file holds it."""
        return {
            "format": _FORMAT,
            "number": self.number,
            "at": self.at.isoformat(),
            "previous": self.previous.hex(),
            "heads": self.heads.hex(),
            "counts": dict(self.counts),
            "key": self.key.hex(),
            "key_mac": self.key_mac.hex(),
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The statement of a file; raises KeyError, TypeError or ValueError."""
        if told["format"] != _FORMAT:
            raise ValueError("another format")
        return cls(
            number=int(told["number"]),
            at=datetime.fromisoformat(told["at"]),
            previous=bytes.fromhex(told["previous"]),
            heads=bytes.fromhex(told["heads"]),
            counts={str(name): int(count) for name, count in told["counts"].items()},
            key=bytes.fromhex(told["key"]),
            key_mac=bytes.fromhex(told["key_mac"]),
            signature=bytes.fromhex(told["signature"]),
        )


def sign_root(
    session: Session, holder: KeyHolder, folder: Path, counts: Mapping[str, int], at: datetime
) -> Root | None:
    """Sign the journal as it stands, on a reading unit; None when another dispatcher was faster.

    Needs the dispatcher's keyring. Raises `RootBroken`, and `JournalCut` when something is gone since the last root.
    """
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_shared(folder.parent):
            # The umask would close it to the web user, whose `doctor` and `journal verify` read it.
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o750)
    roots = read_roots(holder, folder)
    last = roots[-1] if roots else None
    if last is not None and (gone := gone_since(session, folder, last, counts)):
        raise JournalCut("; ".join(gone))
    signing = _signing_key(holder)
    number = last.number + 1 if last else 1
    prepared = folder / f".{number:06}.{os.getpid()}.heads"
    digest, seen = _write_heads(session, prepared)
    key = signing.public_key().public_bytes_raw()
    root = Root(
        number,
        at.replace(microsecond=0),
        last.digest(holder.deployment) if last else _NO_ROOT,
        digest,
        {**counts, **seen},
        key,
        holder.mac("root key", key),
    )
    signed = {**root.as_json(), "signature": signing.sign(root.digest(holder.deployment)).hex()}
    if not _put_down(prepared, folder, number, digest, signed):
        return None
    for old in sorted(folder.glob("*.heads"))[:-_HEADS_KEPT]:
        old.unlink(missing_ok=True)
    return Root.from_json(signed)


def read_roots(holder: KeyHolder, folder: Path) -> list[Root]:
    """Every root, oldest first, each checked: ours, signed, and following the one before. Raises `RootBroken`."""
    roots: list[Root] = []
    for path in sorted(folder.glob("*.json")):
        try:
            root = Root.from_json(json.loads(path.read_bytes()))
        except (KeyError, TypeError, ValueError):
            raise RootBroken(f"{path.name} in roots/ is damaged.") from None
        previous = roots[-1].digest(holder.deployment) if roots else _NO_ROOT
        if root.number != len(roots) + 1 or path.name != _statement(root.number):
            raise RootBroken(f"Root {len(roots) + 1} is missing from roots/.")
        if root.previous != previous or not _is_signed(holder, root):
            raise RootBroken(f"Root {root.number} in roots/ was changed.")
        roots.append(root)
    return roots


def check_outside(holder: KeyHolder, roots: Iterable[Root], text: str) -> list[str]:
    """What does not fit between our roots and those told in a text from outside, such as a mail; raises `RootBroken`.

    An untouched statement file from elsewhere is such a text too.
    """
    told = _told_in(holder, text)
    if not told:
        raise RootBroken(
            "There is no root in this file: it should hold the mail, or a copy of a file of roots/."
        )
    kept = list(roots)
    ours = {root.number: root.digest(holder.deployment) for root in kept}
    faults = []
    for number, digest, signature in told:
        if ours.get(number) == digest:
            continue
        if kept and not any(_signature_fits(root.key, signature, digest) for root in kept):
            raise RootBroken(f"Root {number} in this file was not signed here.")
        faults.append(f"roots/ holds no root {number}, or another one than the one that was sent.")
    return faults


def gone_since(session: Session, folder: Path, root: Root, counts: Mapping[str, int]) -> list[str]:
    """What the journal had when this root was signed and has no more, one line each."""
    entries = session.scalar(select(func.count()).select_from(JournalRow)) or 0
    chains = session.scalar(select(func.count()).select_from(JournalChainRow)) or 0
    now = {**counts, "journal entries": entries, "chains": chains}
    fewer = [
        f"There were {then} {name} at root {root.number}, and now there are {now.get(name, 0)}."
        for name, then in root.counts.items()
        if now.get(name, 0) < then
    ]
    cut = [
        f"Chain {fault.chain_id}: {fault.kind} at entry {fault.seq}."
        for fault in cut_since(session, folder, root)
    ]
    return cut + fewer


def cut_since(session: Session, folder: Path, root: Root) -> Iterator[JournalFault]:
    """The chains that no longer hold what they held at this root; raises `RootBroken` when its heads are not there."""
    path = folder / _heads(root.number, root.heads)
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        raise RootBroken(f"{path.name} is missing from roots/.") from None
    if hashlib.sha256(packed).digest() != root.heads:
        raise RootBroken(f"{path.name} in roots/ was changed.")
    for start in range(0, len(packed), _HEAD_BYTES * _AT_ONCE):
        some = packed[start : start + _HEAD_BYTES * _AT_ONCE]
        heads = (some[at : at + _HEAD_BYTES] for at in range(0, len(some), _HEAD_BYTES))
        then = {UUID(bytes=head[:16]): (int.from_bytes(head[16:20]), head[20:]) for head in heads}
        yield from _cut_of(session, then)


def _cut_of(session: Session, then: Mapping[UUID, tuple[int, bytes]]) -> Iterator[JournalFault]:
    query = select(JournalChainRow.id, JournalChainRow.seq).where(JournalChainRow.id.in_(then))
    length = dict(session.execute(query).all())
    whole = [(chain, seq) for chain, (seq, _) in then.items() if length.get(chain, 0) >= seq]
    place = tuple_(JournalRow.chain_id, JournalRow.seq)
    query_hash = select(JournalRow.chain_id, JournalRow.hash).where(place.in_(whole))
    hashes = dict(session.execute(query_hash).all())
    for chain, (seq, digest) in then.items():
        if length.get(chain, 0) < seq or chain not in hashes:
            yield JournalFault(chain, min(length.get(chain, 0) + 1, seq), JournalFaultKind.REMOVED)
        elif hashes[chain] != digest:
            yield JournalFault(chain, seq, JournalFaultKind.CHANGED)


def _signing_key(holder: KeyHolder) -> Ed25519PrivateKey:
    secret = next((key.secret for key in holder.keyring.of_kind(KeyKind.ROOT)), None)
    if secret is None:
        raise RootBroken("Only the dispatcher's keyring can sign a root.")
    return Ed25519PrivateKey.from_private_bytes(secret)


def _write_heads(session: Session, path: Path) -> tuple[bytes, dict[str, int]]:
    """All heads in the order of their ids, 52 bytes each: the digest of the file, and how many chains and entries they are."""
    digest, chains, entries = hashlib.sha256(), 0, 0
    query = select(JournalChainRow.id, JournalChainRow.seq, JournalChainRow.hash).order_by(JournalChainRow.id)
    with path.open("wb") as file, session.execute(query.execution_options(yield_per=1000)) as rows:
        for chain, seq, last in rows:
            packed = chain.bytes + seq.to_bytes(4) + last
            digest.update(packed)
            file.write(packed)
            chains, entries = chains + 1, entries + seq
        file.flush()
        os.fsync(file.fileno())
    return digest.digest(), {"chains": chains, "journal entries": entries}


def _put_down(prepared: Path, folder: Path, number: int, digest: bytes, signed: Mapping[str, Any]) -> bool:
    """The heads first, then the statement under its number, which only one dispatcher can take.

    The other one's heads stay until they are old: they may be the very same file.
    """
    statement = prepared.with_suffix(".statement")
    try:
        with statement.open("w", encoding="utf-8") as file:
            json.dump(signed, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        for path in (prepared, statement):
            path.chmod(0o640 if _is_shared(folder) else 0o600)
        prepared.replace(folder / _heads(number, digest))
        (folder / _statement(number)).hardlink_to(statement)
    except FileExistsError:
        return False
    finally:
        for path in (prepared, statement):
            path.unlink(missing_ok=True)
    return True


def _is_shared(folder: Path) -> bool:
    """Whether web and dispatcher are two system users: then their group reads here, and the operator checks as either."""
    return bool(folder.stat().st_mode & stat.S_IRGRP)


def _is_signed(holder: KeyHolder, root: Root) -> bool:
    return holder.mac_fits(root.key_mac, "root key", root.key) and _signature_fits(
        root.key, root.signature, root.digest(holder.deployment)
    )


def _signature_fits(key: bytes, signature: bytes, digest: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def _told_in(holder: KeyHolder, text: str) -> list[tuple[int, bytes, bytes]]:
    try:
        root = Root.from_json(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError):
        # A mail program may have broken the line.
        found = _LINE.finditer(" ".join(text.split()))
        return [(int(match[1]), bytes.fromhex(match[3]), bytes.fromhex(match[4])) for match in found]
    if not _is_signed(holder, root):
        raise RootBroken("This file is no root of this deployment, or it was changed.")
    return [(root.number, root.digest(holder.deployment), root.signature)]


def _statement(number: int) -> str:
    return f"{number:06}.json"


def _heads(number: int, digest: bytes) -> str:
    # Two dispatchers at the same moment write two files: each statement keeps its own heads.
    return f"{number:06}.{digest.hex()[:16]}.heads"
