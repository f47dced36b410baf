"""What the journal must agree with: how many rows there are that are never taken away, and that case and chain go together."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.case.models import Case, Consent, Entry
from app.database import CaseId
from app.network import tablet_chains
from app.vault import JournalChainRow, Vault, go_on_for, own_chains, spoilt_chains

# A case's chain begins with the number of its keys, when it is filed.
_BEGUN_ANEW = (
    select(Case.reference)
    .join(JournalChainRow, JournalChainRow.id == Case.id)
    .where(JournalChainRow.key_version.is_(None))
)
_KEPT = {"cases": Case, "entries": Entry, "consents": Consent}


def kept_rows(session: Session) -> dict[str, int]:
    """How many rows there are of the kinds that only ever become more, for the journal's daily root."""
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in _KEPT.items()
    }


def loose_ends(session: Session, vault: Vault) -> Iterator[str]:
    """Cases without a journal, journals whose case or tablet is gone, what goes on for the deployment's own; each is one line."""
    own = list(own_chains(session, vault))
    for later in own[1:]:
        yield f"Chain {later}: it goes on for the deployment's own acts, since somebody spoilt the chain before it."
    dropped = select(JournalChainRow.id).where(
        JournalChainRow.id.not_in(select(Case.id)), JournalChainRow.id.not_in(own)
    )
    tablets = tablet_chains(session, vault)
    chains = [each for each in session.scalars(dropped.order_by(JournalChainRow.id)) if each not in tablets]
    going_on = go_on_for(session, vault, chains)
    for chain_id in chains:
        reference = None if chain_id not in going_on else _reference(session, going_on[chain_id])
        if reference is None:
            yield f"Chain {chain_id}: its case, or its tablet, is gone."
        else:
            yield f"Chain {chain_id}: it goes on for case {reference}, since somebody spoilt the chain before it."
    silent = select(Case.reference).where(Case.id.not_in(select(JournalChainRow.id)))
    for reference in session.scalars(silent.order_by(Case.reference)):
        yield f"Case {reference}: its journal is gone."
    for reference in session.scalars(_BEGUN_ANEW.order_by(Case.reference)):
        yield f"Case {reference}: its journal was taken away and begun anew."


def spoilt_journals(session: Session, vault: Vault) -> list[str]:
    """The references of the cases whose journal others spoilt, now or before, or took away."""
    own = {*own_chains(session, vault), *tablet_chains(session, vault)}
    later = select(JournalChainRow.id).where(JournalChainRow.id.not_in(select(Case.id)))
    chains = [chain for chain in session.scalars(later).all() if chain not in own]
    found = {*go_on_for(session, vault, chains).values(), *map(CaseId, spoilt_chains(session, vault))}
    references = {_reference(session, case_id) for case_id in found}
    silent = select(Case.reference).where(Case.id.not_in(select(JournalChainRow.id)))
    references |= {*session.scalars(silent), *session.scalars(_BEGUN_ANEW)}
    return sorted(reference for reference in references if reference is not None)


def _reference(session: Session, case_id: CaseId) -> str | None:
    return session.scalars(select(Case.reference).where(Case.id == case_id)).one_or_none()
