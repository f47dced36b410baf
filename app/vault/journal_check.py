"""Checking the journal: the first entry of each chain that was changed, removed, reordered or added."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.vault.journal_chains import ChainKeys, entry_hash
from app.vault.journal_heads import CHAIN_START, JournalBroken, chain_secret, head_fits
from app.vault.journal_reading import entry_content
from app.vault.journal_rows import JournalChainRow, JournalRow
from app.vault.keyholder import KeyHolder


class JournalFaultKind(StrEnum):
    """What is wrong with the first entry that does not fit."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    ADDED = "added"
    HEAD = "head"
    EMPTIED = "emptied"


@dataclass(frozen=True)
class JournalFault:
    """The first entry of a chain that does not fit."""

    chain_id: UUID
    seq: int
    kind: JournalFaultKind


@dataclass(frozen=True)
class JournalVerdict:
    """What checking every chain found; `faults` holds at most one a chain."""

    chains: int
    entries: int
    faults: tuple[JournalFault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was changed, removed or reordered."""
        return not self.faults


def verify_journal(session: Session, holder: KeyHolder) -> JournalVerdict:
    """Check every chain and name in each the first entry that was changed, removed, reordered or added."""
    faults, chains = [], 0
    heads = select(JournalChainRow).order_by(JournalChainRow.id).execution_options(populate_existing=True)
    for head in session.scalars(heads):
        chains += 1
        fault = _check_chain(session, holder, head)
        if fault is not None:
            faults.append(fault)
    headless = (
        select(JournalRow.chain_id).where(JournalRow.chain_id.not_in(select(JournalChainRow.id))).distinct()
    )
    faults += [JournalFault(chain_id, 1, JournalFaultKind.HEAD) for chain_id in session.scalars(headless)]
    entries = session.scalar(select(func.count()).select_from(JournalRow)) or 0
    return JournalVerdict(chains, entries, tuple(faults))


def _check_chain(session: Session, holder: KeyHolder, head: JournalChainRow) -> JournalFault | None:
    if head.secret_veil is None:
        # Nothing that Redress does empties a chain: whoever did left nothing that could be checked.
        return JournalFault(head.id, 1, JournalFaultKind.EMPTIED)
    try:
        keys = ChainKeys.of(chain_secret(holder, head))
    except JournalBroken:
        return JournalFault(head.id, 1, JournalFaultKind.HEAD)
    seq, last = 0, CHAIN_START
    query = select(JournalRow).where(JournalRow.chain_id == head.id).order_by(JournalRow.seq)
    with session.scalars(query.execution_options(yield_per=500)) as rows:
        for row in rows:
            seq += 1
            wrong = _check_row(holder, head, keys, row, seq, last)
            if wrong is not None:
                return JournalFault(head.id, seq, wrong)
            last = row.hash
    if seq < head.seq:
        return JournalFault(head.id, seq + 1, JournalFaultKind.REMOVED)
    if head.hash != last or not head_fits(holder, head):
        return JournalFault(head.id, seq, JournalFaultKind.HEAD)
    return None


def _check_row(
    holder: KeyHolder, head: JournalChainRow, keys: ChainKeys, row: JournalRow, seq: int, last: bytes
) -> JournalFaultKind | None:
    if row.seq != seq:
        return JournalFaultKind.REMOVED
    if seq > head.seq:
        return JournalFaultKind.ADDED
    if (wrong := _check_content(holder, keys, row)) is not None:
        return wrong
    fits = row.hash == entry_hash(holder, head.id, seq, row.id, row.hour, row.commitment, last)
    return None if fits else JournalFaultKind.CHANGED


def _check_content(holder: KeyHolder, keys: ChainKeys, row: JournalRow) -> JournalFaultKind | None:
    content = entry_content(holder, keys, row)
    if content is None:
        return JournalFaultKind.CHANGED
    if content["seq"] != row.seq:
        # A later entry that moved up, numbers mended: the one that stood here is gone or elsewhere.
        return JournalFaultKind.REORDERED
    return None if content["hour"] == row.hour.isoformat() else JournalFaultKind.CHANGED
