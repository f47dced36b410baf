"""Which chain an act is written into: the first one, or another that goes on for it where others spoilt it.

Whoever can write the database could else shut everybody out of a case, or keep people from signing in, by one row in the way of the
next entry. What was spoilt stays as it is: the chain that goes on begins by saying so, and `verify_journal` and the doctor tell.
"""

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Row, bindparam, select
from sqlalchemy.orm import Session

from app.database import Base, CaseId
from app.logs import log_event
from app.vault.compartments import newest_made
from app.vault.journal_heads import CHAIN_START, JournalBroken, chain_secret, head_fits, veiled_secret
from app.vault.journal_rows import JournalChainRow, JournalRow
from app.vault.keyholder import KeyHolder

_ENTRIES = Base.metadata.tables[JournalRow.__tablename__]
_HEADS = Base.metadata.tables[JournalChainRow.__tablename__]
_HEADS_COLUMNS = tuple(column.name for column in _HEADS.columns)
NEXT_ENTRY_TAKEN = (
    select(_ENTRIES.c.id)
    .where(_ENTRIES.c.chain_id == _HEADS.c.id, _ENTRIES.c.seq > _HEADS.c.seq)
    .correlate(_HEADS)
    .exists()
)
"""Whether behind the last entry of a chain stands one that others wrote, where the next one belongs."""
_CHAINS: BindParameter[Any] = bindparam("chains", expanding=True)
_LOCKED = (
    select(_HEADS, NEXT_ENTRY_TAKEN).where(_HEADS.c.id.in_(_CHAINS)).order_by(_HEADS.c.id).with_for_update()
)
_LOCKED_ONE = select(_HEADS, NEXT_ENTRY_TAKEN).where(_HEADS.c.id == bindparam("chain")).with_for_update()
_WITH_ENTRIES = select(_ENTRIES.c.chain_id).where(_ENTRIES.c.chain_id.in_(_CHAINS)).distinct()
_WITH_HEAD = select(_HEADS.c.id).where(_HEADS.c.id.in_(_CHAINS))


@dataclass(frozen=True)
class Continued:
    """A locked head that can be written on, with the chain's secret; one that begins for a spoilt chain names that."""

    head: JournalChainRow
    secret: bytes = field(repr=False)
    spoilt: UUID | None = None


def chain_of(holder: KeyHolder, case: CaseId | None, number: int = 0) -> CaseId:
    """The id of a case's chain or, with None, of the deployment's own; or of the how-manieth that goes on for it."""
    if number == 0:
        return case or CaseId(holder.deployment)
    of = () if case is None else (case,)
    return CaseId(UUID(bytes=holder.mac("journal goes on", *of, number)[-16:]))


def chains_going_on(session: Session, holder: KeyHolder, case: CaseId | None) -> Iterator[CaseId]:
    """The ids of the chains that go on for this one, in their order."""
    for numbers in _batches():
        chains = [chain_of(holder, case, number) for number in numbers]
        there = _asked(session, _WITH_HEAD, chains) | _asked(session, _WITH_ENTRIES, chains)
        yield from (chain for chain in chains if chain in there)
        if chains[-1] not in there:
            return


def spoilt_chains(session: Session, holder: KeyHolder) -> Iterator[UUID]:
    """Every chain whose head others spoilt, or behind whose last entry they put one; reads all heads."""
    heads = select(_HEADS, NEXT_ENTRY_TAKEN).order_by(_HEADS.c.id).execution_options(yield_per=500)
    return (row.id for row in session.connection().execute(heads) if _usable(holder, row) is None)


def head_to_write_on(session: Session, holder: KeyHolder, case: CaseId | None, *, reader: bool) -> Continued:
    """The head of the chain or, where it was spoilt, of the one that goes on for it; a chain that is not there begins.

    Raises `JournalBroken` for an act by which somebody may come to read a case, where its keys were turned back with the chain.
    The session does not know the head.
    """
    chain = chain_of(holder, case)
    row = session.connection().execute(_LOCKED_ONE, {"chain": chain}).one_or_none()
    if row is None and not _asked(session, _WITH_ENTRIES, [chain]):
        return _begun(holder, chain, None)
    first = None if row is None else _usable(holder, row)
    if first is not None:
        return first
    log_event("journal.spoilt", level=logging.ERROR, chain=str(chain))
    if reader and case is not None and row is not None:
        _refuse_older_keys(session, holder, case, _head_of(row))
    return _goes_on(session, holder, case, chain)


def heads_unspoilt(session: Session, holder: KeyHolder, chains: Sequence[CaseId]) -> dict[CaseId, Continued]:
    """The locked heads of many chains; where one is missing or spoilt, `head_to_write_on` finds what goes on for it."""
    rows = session.connection().execute(_LOCKED, {"chains": chains})
    return {row.id: found for row in rows if (found := _usable(holder, row)) is not None}


def _goes_on(session: Session, holder: KeyHolder, case: CaseId | None, spoilt: CaseId) -> Continued:
    for numbers in _batches():
        chains = [chain_of(holder, case, number) for number in numbers]
        rows = {row.id: row for row in session.connection().execute(_LOCKED, {"chains": chains})}
        started = _asked(session, _WITH_ENTRIES, chains)
        for chain in chains:
            if chain not in rows and chain not in started:
                return _begun(holder, chain, spoilt)
            found = _usable(holder, rows[chain]) if chain in rows else None
            if found is not None:
                return found
            spoilt = chain
    raise AssertionError  # `_batches` has no end


def _batches() -> Iterator[range]:
    """The numbers of what goes on, more of them each time: spoiling one chain after the other costs no statement for each."""
    first, size = 1, 8
    for _ in count():
        yield range(first, first + size)
        first, size = first + size, size * 8


def _usable(holder: KeyHolder, row: Row[Any]) -> Continued | None:
    """The head in a row of `_LOCKED`, unless others spoilt it."""
    head, beyond = _head_of(row), row[-1]
    if beyond or not head_fits(holder, head):
        return None
    try:
        return Continued(head, chain_secret(holder, head))
    except JournalBroken:
        return None


def _head_of(row: Row[Any]) -> JournalChainRow:
    return JournalChainRow(**{name: row._mapping[name] for name in _HEADS_COLUMNS})


def _begun(holder: KeyHolder, chain: CaseId, spoilt: CaseId | None) -> Continued:
    secret = secrets.token_bytes(32)
    veil = veiled_secret(holder, chain, secret)
    return Continued(JournalChainRow(id=chain, seq=0, hash=CHAIN_START, secret_veil=veil), secret, spoilt)


def _refuse_older_keys(session: Session, holder: KeyHolder, case: CaseId, head: JournalChainRow) -> None:
    """A head that was put back as it once was names older keys: nothing goes on that an ended grant could open again.

    One whose MAC does not fit opens no grant at all.
    """
    if head_fits(holder, head) and newest_made(session, holder, case) != head.key_version:
        raise JournalBroken(f"the keys of case {case} were turned back")


def _asked(session: Session, query: Any, chains: Sequence[UUID]) -> set[UUID]:
    return set(session.connection().execute(query, {"chains": chains}).scalars())
