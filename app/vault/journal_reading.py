"""Reading the journal: what this deployment wrote into a chain, and into those that go on for it."""

import hmac
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app.database import Base, CaseId
from app.logs import log_event
from app.vault.framing import from_json_bytes, unpad
from app.vault.going_on import chain_of, chains_going_on
from app.vault.journal_chains import ChainKeys, bound
from app.vault.journal_heads import JournalBroken, unveiled_secret
from app.vault.journal_rows import Actor, JournalChainRow, JournalEntry, JournalRow
from app.vault.keyholder import KeyHolder
from app.vault.veil import decrypt

_ENTRIES = Base.metadata.tables[JournalRow.__tablename__]
_HEADS = Base.metadata.tables[JournalChainRow.__tablename__]
_WHOLE_CHAINS = (
    select(_ENTRIES, _HEADS.c.secret_veil)
    .join_from(_ENTRIES, _HEADS, _HEADS.c.id == _ENTRIES.c.chain_id)
    .where(_ENTRIES.c.chain_id.in_(bindparam("chains", expanding=True)))
)


def read_journal(session: Session, holder: KeyHolder, chain: CaseId | None) -> list[JournalEntry]:
    """The entries of a chain and of those that go on for it, oldest first, by the numbers that they were sealed with.

    What others wrote or changed does not open and is passed over, as if it had been taken away: it closes nobody's case.
    """
    chains = [chain_of(holder, chain, number) for number in (0, 1)]
    rows = session.execute(_WHOLE_CHAINS, {"chains": chains}).all()
    if any(row.chain_id == chains[1] for row in rows):
        later = [each for each in chains_going_on(session, holder, chain) if each not in chains]
        rows = [*rows, *session.execute(_WHOLE_CHAINS, {"chains": later})] if later else rows
        chains += later
    entries: list[JournalEntry] = []
    for chain_id in chains:
        behind = entries[-1].seq if entries else 0
        entries += _opened(holder, chain_id, [row for row in rows if row.chain_id == chain_id], behind)
    return entries


def _opened(
    holder: KeyHolder, chain_id: CaseId, rows: Sequence[Row[*tuple[Any, ...]]], behind: int
) -> list[JournalEntry]:
    """The entries of one chain, numbered on from those of the chain before it."""
    if not rows:
        return []
    try:
        keys = ChainKeys.of(unveiled_secret(holder, chain_id, rows[0].secret_veil))
    except JournalBroken:
        log_event("journal.unreadable", level=logging.ERROR, chain=str(chain_id), entries=len(rows))
        return []
    contents = [content for row in rows if (content := entry_content(holder, keys, row)) is not None]
    if len(contents) < len(rows):
        closed = len(rows) - len(contents)
        log_event("journal.unreadable", level=logging.ERROR, chain=str(chain_id), entries=closed)
    contents.sort(key=lambda content: content["seq"])
    return [_entry(content, behind) for content in contents]


def _entry(content: Mapping[str, Any], behind: int) -> JournalEntry:
    kind, actor_id, organisation_id = content["actor"]
    at, hour = datetime.fromisoformat(content["at"]), datetime.fromisoformat(content["hour"])
    actor = Actor(kind, _uuid(actor_id), _uuid(organisation_id))
    return JournalEntry(behind + content["seq"], hour, at, content["act"], actor, content["detail"])


def entry_content(
    holder: KeyHolder, keys: ChainKeys, row: JournalRow | Row[*tuple[Any, ...]]
) -> dict[str, Any] | None:
    """The content of an entry, or None when it does not open or is not what was committed to."""
    try:
        content = unpad(decrypt(keys.cipher, row.content or b"", bound(holder, row.chain_id, row.id)))
    except (InvalidTag, TypeError, ValueError):
        return None
    if not hmac.compare_digest(row.commitment, keys.commit(row.chain_id, content)):
        return None
    opened: dict[str, Any] = from_json_bytes(content)
    return opened


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
