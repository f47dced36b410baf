"""What the journal must agree with: how many rows there are that are never taken away, and that case and chain go together."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.case.models import Case, Consent, Entry
from app.vault import JournalChainRow, Vault, own_chains

_KEPT = {"cases": Case, "entries": Entry, "consents": Consent}


def kept_rows(session: Session) -> dict[str, int]:
    """How many rows there are of the kinds that only ever become more, for the journal's daily root."""
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in _KEPT.items()
    }


def loose_ends(session: Session, vault: Vault) -> Iterator[str]:
    """The cases without a journal, the journals whose case is gone, and what goes on for the deployment's own; each is one line."""
    own = list(own_chains(session, vault))
    for later in own[1:]:
        yield f"Chain {later}: it goes on for the deployment's own acts, since somebody spoilt the chain before it."
    dropped = select(JournalChainRow.id).where(
        JournalChainRow.id.not_in(select(Case.id)), JournalChainRow.id.not_in(own)
    )
    for chain_id in session.scalars(dropped.order_by(JournalChainRow.id)):
        yield f"Chain {chain_id}: its case is gone."
    silent = select(Case.reference).where(Case.id.not_in(select(JournalChainRow.id)))
    for reference in session.scalars(silent.order_by(Case.reference)):
        yield f"Case {reference}: its journal is gone."
