"""The deployment's own chain: whether it was left alone, and what goes on for it where it was not."""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.database import CaseId
from app.vault.journal_chains import JournalBroken, chain_secret, head_fits, own_chain
from app.vault.journal_rows import JournalChainRow, JournalRow
from app.vault.keyholder import KeyHolder


def own_chains(session: Session, holder: KeyHolder) -> Iterator[CaseId]:
    """The ids of the deployment's own chain and of those that go on for it, in their order."""
    for number in count():
        chain_id = own_chain(holder, number)
        there = or_(
            exists().where(JournalChainRow.id == chain_id), exists().where(JournalRow.chain_id == chain_id)
        )
        if number and not session.scalar(select(there)):
            return
        yield chain_id


def own_chain_stands(session: Session, holder: KeyHolder) -> bool:
    """Whether nobody ever spoilt the head of the deployment's own chain; `verify_journal` looks at its entries too."""
    if len(list(own_chains(session, holder))) > 1:
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
