"""The journal: append-only, one hash chain a case and one of the deployment's own.

An entry's hash covers a commitment to its content under a secret of its chain, never the content itself: erasure destroys
secret and contents and the chain still verifies. The chain's head carries a tag under a keyring key, so a cut tail shows too.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Base, CaseId, Ready, Statement, insert_rows, new_id, new_row
from app.logs import log_event
from app.vault.framing import Json, Part, frame, from_json_bytes, pad, to_json_bytes, unpad
from app.vault.journal_rows import SYSTEM, Actor, JournalChainRow, JournalEntry, JournalRow
from app.vault.keyholder import KeyHolder, derive, tag_of
from app.vault.veil import Place, VeilBroken, decrypt, encrypt, unveil_bytes, veil_bytes

CHAIN_START = bytes(32)
"""What the first entry of a chain follows."""

SPOILT = "journal.spoilt"
"""The act by which a chain begins that goes on for the deployment's own."""

FIRST_VERSION = 1
"""The version of a new case's keys."""

_STEPS = (256, 1024, 4096)


_ENTRIES = Base.metadata.tables[JournalRow.__tablename__]
_HEADS = Base.metadata.tables[JournalChainRow.__tablename__]
_NEXT_ENTRY = insert(_ENTRIES)
_LOCKED_HEAD = select(_HEADS).where(_HEADS.c.id == bindparam("chain")).with_for_update()
_MOVED_HEAD = update(_HEADS).where(_HEADS.c.id == bindparam("chain"))
_BEYOND_HEAD = (
    select(_ENTRIES.c.id)
    .where(_ENTRIES.c.chain_id == bindparam("chain"), _ENTRIES.c.seq > bindparam("seq"))
    .limit(1)
)
_WHOLE_CHAIN = (
    select(_ENTRIES, _HEADS.c.secret_veil)
    .join_from(_ENTRIES, _HEADS, _HEADS.c.id == _ENTRIES.c.chain_id)
    .where(_ENTRIES.c.chain_id == bindparam("chain"), _HEADS.c.secret_veil.is_not(None))
    .order_by(_ENTRIES.c.seq)
)
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


class JournalBroken(Exception):
    """A chain cannot be read or continued because it was tampered with."""


def journal(
    session: Session,
    holder: KeyHolder,
    chain: CaseId | None,
    act: str,
    actor: Actor,
    detail: Mapping[str, Json] | None = None,
) -> None:
    """Append an entry to a case's chain, or with None to the deployment's own; raises `JournalBroken` for that of a case.

    Where others spoilt the deployment's own, it goes on in another that begins by saying so: nobody is kept from signing in by it.
    The chain stays locked until the unit of work ends, so its entries have one order. Never put a worker's words in the detail.
    """
    # The session's changes first, and then past it: it never holds a head that others have moved on meanwhile.
    session.flush()
    head, secret, spoilt = (
        _own_head(session, holder) if chain is None else (*_head(session, holder, chain), None)
    )
    begins, keys = head.seq == 0, ChainKeys.of(secret)
    said = [] if spoilt is None else [_append(holder, head, keys, SPOILT, SYSTEM, {"chain": str(spoilt)})]
    entry = _append(holder, head, keys, act, actor, detail or {})
    head.mac = head_mac(holder, head)
    if begins:
        insert_rows(session, [head, *said, entry])
        return
    connection = session.connection()
    connection.execute(_NEXT_ENTRY, {column.name: getattr(entry, column.key) for column in _ENTRIES.columns})
    moved = {"chain": head.id, "seq": head.seq, "hash": head.hash, "mac": head.mac}
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
        content=encrypt(keys.cipher, pad(content, _STEPS), _bound(holder, head.id, row_id)),
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
        secret_veil=veil_bytes(holder, _secret_place(chain), secret),
        key_version=FIRST_VERSION,
    )
    entries = [_append(holder, head, keys, act, actor, detail) for act, actor, detail in acts]
    head.mac = head_mac(holder, head)
    return [head, *entries]


def read_journal(session: Session, holder: KeyHolder, chain: CaseId | None) -> list[JournalEntry]:
    """The entries of a chain, oldest first; raises `JournalBroken` where one does not open."""
    chain_id = chain or CaseId(holder.deployment)
    rows = session.execute(_WHOLE_CHAIN, {"chain": chain_id}).all()
    if not rows:
        return []
    keys = ChainKeys.of(_unveiled_secret(holder, chain_id, rows[0].secret_veil))
    entries = []
    for row in rows:
        content = entry_content(holder, keys, row)
        if content is None:
            raise JournalBroken(f"entry {row.seq} of chain {chain_id} does not open")
        kind, actor_id, organisation_id = content["actor"]
        actor = Actor(kind, _uuid(actor_id), _uuid(organisation_id))
        at = datetime.fromisoformat(content["at"])
        entries.append(JournalEntry(row.seq, row.hour, at, content["act"], actor, content["detail"]))
    return entries


def entry_content(
    holder: KeyHolder, keys: ChainKeys, row: JournalRow | Row[*tuple[Any, ...]]
) -> dict[str, Any] | None:
    """The content of an entry, or None when it does not open or is not what was committed to."""
    try:
        content = unpad(decrypt(keys.cipher, row.content or b"", _bound(holder, row.chain_id, row.id)))
    except (InvalidTag, ValueError):
        return None
    if not hmac.compare_digest(row.commitment, keys.commit(row.chain_id, content)):
        return None
    opened: dict[str, Any] = from_json_bytes(content)
    return opened


def own_chain(holder: KeyHolder, number: int = 0) -> CaseId:
    """The id of the deployment's own chain, or of the how-manieth that goes on for it."""
    if number == 0:
        return CaseId(holder.deployment)
    return CaseId(UUID(bytes=holder.mac("journal goes on", number)[-16:]))


def _own_head(session: Session, holder: KeyHolder) -> tuple[JournalChainRow, bytes, UUID | None]:
    """As `_head`, of the deployment's own acts; with the chain that was found spoilt where another begins for it."""
    spoilt = None
    for number in count():
        chain_id = own_chain(holder, number)
        try:
            head, secret = _head(session, holder, chain_id)
            # An entry behind the last one was written by others, and would stand where the next one belongs.
            beyond = {"chain": chain_id, "seq": head.seq}
            if session.connection().execute(_BEYOND_HEAD, beyond).first() is None:
                return head, secret, None if head.seq else spoilt
        except JournalBroken:
            pass
        spoilt = chain_id
        log_event("journal.spoilt", level=logging.ERROR, chain=str(chain_id))
    raise AssertionError  # `count` has no end


def _head(session: Session, holder: KeyHolder, chain_id: CaseId) -> tuple[JournalChainRow, bytes]:
    """The head of a chain, locked, and the chain's secret; made when the chain begins. The session does not know it."""
    found = session.connection().execute(_LOCKED_HEAD, {"chain": chain_id}).one_or_none()
    if found is not None:
        head = JournalChainRow(**found._mapping)
        if not head_fits(holder, head):
            raise JournalBroken(f"the head of chain {chain_id} was changed")
        return head, chain_secret(holder, head)
    secret = secrets.token_bytes(32)
    veil = veil_bytes(holder, _secret_place(chain_id), secret)
    return JournalChainRow(id=chain_id, seq=0, hash=CHAIN_START, secret_veil=veil), secret


def chain_secret(holder: KeyHolder, head: JournalChainRow) -> bytes:
    """The unveiled secret of a chain; raises `JournalBroken`."""
    if head.secret_veil is None:
        raise JournalBroken(f"chain {head.id} was erased")
    return _unveiled_secret(holder, head.id, head.secret_veil)


def _unveiled_secret(holder: KeyHolder, chain_id: UUID, secret_veil: bytes) -> bytes:
    try:
        return unveil_bytes(holder, _secret_place(chain_id), secret_veil)
    except VeilBroken:
        raise JournalBroken(f"the secret of chain {chain_id} was changed") from None


def head_fits(holder: KeyHolder, head: JournalChainRow) -> bool:
    """Whether this deployment wrote the head as it stands."""
    return holder.mac_fits(head.mac, "journal head", *_head_parts(head))


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


def head_mac(holder: KeyHolder, head: JournalChainRow) -> bytes:
    """The tag of a head as it stands."""
    return holder.mac("journal head", *_head_parts(head))


def _head_parts(head: JournalChainRow) -> tuple[Part, ...]:
    # The deployment's own chain has no keys.
    version = () if head.key_version is None else (head.key_version,)
    return head.id, head.seq, head.hash, *version


def entry_hash(
    holder: KeyHolder, chain_id: UUID, seq: int, row_id: UUID, hour: datetime, commitment: bytes, last: bytes
) -> bytes:
    """What an entry adds to its chain: everything that is in the clear, and the hash before."""
    parts = (holder.deployment, chain_id, seq, row_id, hour.isoformat(), commitment, last)
    return hashlib.sha256(frame("redress journal", *parts)).digest()


def _bound(holder: KeyHolder, chain_id: UUID, row_id: UUID) -> bytes:
    return frame("redress journal", holder.deployment, chain_id, row_id)


def _secret_place(chain_id: UUID) -> Place:
    return Place(JournalChainRow.__tablename__, chain_id, "secret_veil")


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
