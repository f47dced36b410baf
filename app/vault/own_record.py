"""The deployment's own chain and those of the cases: whether each was left alone, and what goes on for it where it was not."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.database import CaseId
from app.vault.going_on import chain_of, chains_going_on, spoilt_chains
from app.vault.journal_chains import SPOILT
from app.vault.journal_heads import JournalBroken, chain_secret, head_fits
from app.vault.journal_reading import read_journal
from app.vault.journal_rows import JournalChainRow, JournalRow
from app.vault.keyholder import KeyHolder


def own_chain(holder: KeyHolder, number: int = 0) -> CaseId:
    """The id of the deployment's own chain, or of the how-manieth that goes on for it."""
    return chain_of(holder, None, number)


def own_chains(session: Session, holder: KeyHolder) -> Iterator[CaseId]:
    """The ids of the deployment's own chain and of those that go on for it, in their order."""
    yield own_chain(holder)
    yield from chains_going_on(session, holder, None)


def own_chain_stands(session: Session, holder: KeyHolder) -> bool:
    """Whether nobody ever spoilt the head of the deployment's own chain; `verify_journal` looks at its entries too."""
    if any(chains_going_on(session, holder, None)):
        return False
    chain_id = own_chain(holder)
    head = session.get(JournalChainRow, chain_id, populate_existing=True)
    if head is None:
        return not session.scalar(select(exists().where(JournalRow.chain_id == chain_id)))
    try:
        chain_secret(holder, head)
    except JournalBroken:
        return False
    beyond = exists().where(JournalRow.chain_id == chain_id, JournalRow.seq > head.seq)
    return head_fits(holder, head) and not session.scalar(select(beyond))


def go_on_for(session: Session, holder: KeyHolder, chains: Collection[UUID]) -> dict[UUID, CaseId]:
    """For which case's chain each of these goes on; those that go on for none are left out.

    The first entry says it, and the id shows that it is true; where that does not open either, a spoilt chain before it tells.
    """
    if not chains:
        return {}
    said = {case for chain in chains if (case := _said_to_go_on_for(session, holder, chain)) is not None}
    before = said | {CaseId(chain) for chain in spoilt_chains(session, holder) if chain not in chains}
    own = CaseId(holder.deployment)
    return {
        chain: case
        for case in sorted(before - {own})
        for chain in chains_going_on(session, holder, case)
        if chain in chains
    }


def _said_to_go_on_for(session: Session, holder: KeyHolder, chain: UUID) -> CaseId | None:
    first = read_journal(session, holder, CaseId(chain))[:1]
    of = first[0].detail.get("of") if first and first[0].act == SPOILT else None
    return CaseId(UUID(of)) if isinstance(of, str) else None
