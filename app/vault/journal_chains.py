"""The journal: append-only, one hash chain a case and one of the deployment's own.

An entry's hash covers a commitment to its content under a secret of its chain, never the content itself: erasure destroys
secret and contents and the chain still verifies. The chain's head carries a tag under a keyring key, so a cut tail shows too.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Base, CaseId, Ready, Statement, insert_rows, new_id, new_row
from app.vault.framing import Json, frame, pad, to_json_bytes
from app.vault.going_on import chain_of, head_to_write_on, heads_unspoilt
from app.vault.journal_heads import (
    CHAIN_START,
    JournalBroken,
    chain_secret,
    head_fits,
    head_mac,
    veiled_secret,
)
from app.vault.journal_rows import SYSTEM, Actor, JournalChainRow, JournalRow
from app.vault.keyholder import KeyHolder, derive, tag_of
from app.vault.veil import encrypt

SPOILT = "journal.spoilt"
"""The act by which a chain begins that goes on for another."""

FIRST_VERSION = 1
"""The version of a new case's keys."""

_STEPS = (256, 1024, 4096)


_ENTRIES = Base.metadata.tables[JournalRow.__tablename__]
_HEADS = Base.metadata.tables[JournalChainRow.__tablename__]
_NEXT_ENTRY = insert(_ENTRIES)
_LOCKED_HEAD = select(_HEADS).where(_HEADS.c.id == bindparam("chain")).with_for_update()
_MOVED_HEAD = update(_HEADS).where(_HEADS.c.id == bindparam("chain"))
_MOVE_HEAD = Ready(
    _MOVED_HEAD.where(_HEADS.c.mac == bindparam("stood"))
    .values(seq=bindparam("seq"), hash=bindparam("hash"), mac=bindparam("mac"))
    .returning(_HEADS.c.id)
)


@dataclass(frozen=True)
class ChainKeys:
    """What the secret of a chain derives: the key of its commitments, and the cipher of its contents."""

    commitment: bytes = field(repr=False)
    cipher: AESGCM = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> Self:
        """Derived once for all the entries of a chain that are read or written together."""
        return cls(derive(secret, "journal commitment"), AESGCM(derive(secret, "journal content")))

    def commit(self, chain_id: UUID, content: bytes) -> bytes:
        """What an entry shows of its content."""
        return tag_of(self.commitment, chain_id, content)


@dataclass(frozen=True)
class CaseAct:
    """What is to be journaled of a case: as the arguments of `journal`."""

    case: CaseId
    act: str
    actor: Actor
    detail: Mapping[str, Json]


def journal(
    session: Session,
    holder: KeyHolder,
    chain: CaseId | None,
    act: str,
    actor: Actor,
    detail: Mapping[str, Json] | None = None,
) -> None:
    """Append an entry to a case's chain, or with None to the deployment's own.

    Raises `JournalBroken` for a member's act on a case whose keys were turned back together with its chain.
    Where others spoilt the chain, it goes on in another that begins by saying so: nobody is shut out or kept from signing in by it.
    The chain stays locked until the unit of work ends, so its entries have one order. Never put a worker's words in the detail.
    """
    # The session's changes first, and then past it: it never holds a head that others have moved on meanwhile.
    session.flush()
    found = head_to_write_on(session, holder, chain, reader=actor.kind == "member")
    head, keys = found.head, ChainKeys.of(found.secret)
    begins, said = head.seq == 0, []
    if found.spoilt is not None:
        told = {"chain": str(found.spoilt), "of": str(chain_of(holder, chain))}
        said = [_append(holder, head, keys, SPOILT, SYSTEM, told)]
    entry = _append(holder, head, keys, act, actor, detail or {})
    head.mac = head_mac(holder, head)
    if begins:
        insert_rows(session, [head, *said, entry])
        return
    _store(session, [head], [entry])


def journal_many(session: Session, holder: KeyHolder, acts: Iterable[CaseAct]) -> None:
    """Append entries to many cases' chains, each as `journal` does: three statements for all that nobody spoilt."""
    of_case: dict[CaseId, list[CaseAct]] = {}
    for act in acts:
        of_case.setdefault(act.case, []).append(act)
    session.flush()
    found = heads_unspoilt(session, holder, sorted(of_case))
    entries: list[JournalRow] = []
    for case, continued in found.items():
        keys = ChainKeys.of(continued.secret)
        entries += [
            _append(holder, continued.head, keys, each.act, each.actor, each.detail) for each in of_case[case]
        ]
        continued.head.mac = head_mac(holder, continued.head)
    if entries:
        _store(session, [continued.head for continued in found.values()], entries)
    for act in (act for case in of_case.keys() - found.keys() for act in of_case[case]):
        journal(session, holder, act.case, act.act, act.actor, act.detail)


def _store(session: Session, heads: Iterable[JournalChainRow], entries: Iterable[JournalRow]) -> None:
    """Store entries that were appended, and where that has moved the heads."""
    connection = session.connection()
    columns = _ENTRIES.columns
    connection.execute(
        _NEXT_ENTRY, [{column.name: getattr(entry, column.key) for column in columns} for entry in entries]
    )
    moved = [{"chain": head.id, "seq": head.seq, "hash": head.hash, "mac": head.mac} for head in heads]
    connection.execute(_MOVED_HEAD, moved)


def continuing(
    holder: KeyHolder, head: JournalChainRow, acts: Iterable[tuple[str, Actor, Mapping[str, Json]]]
) -> list[Statement]:
    """What `journal` stores, for a chain whose head was read, worked out before a unit of work; raises `JournalBroken`.

    When the chain has gone on meanwhile nothing is stored (`NoRow`): its entries have one order.
    """
    if not head_fits(holder, head):
        raise JournalBroken(f"the head of chain {head.id} was changed")
    keys = ChainKeys.of(chain_secret(holder, head))
    next_head = JournalChainRow(id=head.id, seq=head.seq, hash=head.hash, key_version=head.key_version)
    entries = [_append(holder, next_head, keys, act, actor, detail) for act, actor, detail in acts]
    moved = {"chain": head.id, "stood": head.mac, "seq": next_head.seq, "hash": next_head.hash}
    moved["mac"] = head_mac(holder, next_head)
    return [Statement(_MOVE_HEAD, moved, must=True), *(new_row(entry, must=True) for entry in entries)]


def _append(
    holder: KeyHolder,
    head: JournalChainRow,
    keys: ChainKeys,
    act: str,
    actor: Actor,
    detail: Mapping[str, Json],
) -> JournalRow:
    """The entry that comes next, with the head moved on to it."""
    now = clock.now()
    row_id, seq, hour = new_id(), head.seq + 1, clock.hour_of(now)
    content = to_json_bytes(
        {
            "seq": seq,
            "hour": hour.isoformat(),
            "at": now.isoformat(),
            "act": act,
            "actor": [actor.kind, _text(actor.id), _text(actor.organisation_id)],
            "detail": detail,
        }
    )
    commitment = keys.commit(head.id, content)
    digest = entry_hash(holder, head.id, seq, row_id, hour, commitment, head.hash)
    head.seq, head.hash = seq, digest
    return JournalRow(
        id=row_id,
        chain_id=head.id,
        seq=seq,
        hour=hour,
        commitment=commitment,
        content=encrypt(keys.cipher, pad(content, _STEPS), bound(holder, head.id, row_id)),
        hash=digest,
    )


def new_chain(
    holder: KeyHolder, chain: CaseId, acts: Iterable[tuple[str, Actor, Mapping[str, Json]]]
) -> list[Base]:
    """The head and the first entries of a new case's chain, for the caller to add; nothing is read."""
    secret = secrets.token_bytes(32)
    keys = ChainKeys.of(secret)
    head = JournalChainRow(
        id=chain,
        seq=0,
        hash=CHAIN_START,
        secret_veil=veiled_secret(holder, chain, secret),
        key_version=FIRST_VERSION,
    )
    entries = [_append(holder, head, keys, act, actor, detail) for act, actor, detail in acts]
    head.mac = head_mac(holder, head)
    return [head, *entries]


def store_key_version(session: Session, holder: KeyHolder, case_id: CaseId, version: int) -> None:
    """Keep the newest version of a case's keys in the head of its chain, if it has one; raises `JournalBroken`."""
    session.flush()
    found = session.connection().execute(_LOCKED_HEAD, {"chain": case_id}).one_or_none()
    if found is None:
        return
    head = JournalChainRow(**found._mapping)
    if not head_fits(holder, head):
        raise JournalBroken(f"the head of chain {case_id} was changed")
    if head.key_version is not None and version <= head.key_version:
        # Somebody dropped the newest keys: at their old number an ended grant that was put back would open again.
        raise JournalBroken(f"the keys of case {case_id} were turned back")
    head.key_version = version
    moved = {"chain": case_id, "key_version": version, "mac": head_mac(holder, head)}
    session.connection().execute(_MOVED_HEAD, moved)


def entry_hash(
    holder: KeyHolder, chain_id: UUID, seq: int, row_id: UUID, hour: datetime, commitment: bytes, last: bytes
) -> bytes:
    """What an entry adds to its chain: everything that is in the clear, and the hash before."""
    parts = (holder.deployment, chain_id, seq, row_id, hour.isoformat(), commitment, last)
    return hashlib.sha256(frame("redress journal", *parts)).digest()


def bound(holder: KeyHolder, chain_id: UUID, row_id: UUID) -> bytes:
    """Where the content of an entry is sealed to."""
    return frame("redress journal", holder.deployment, chain_id, row_id)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
