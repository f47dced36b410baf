"""Taking a case back from everybody who holds it or could, and letting it rest unread while a worker makes up their mind."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Offer, key_of_holder
from app.cases.clocks import settle_clocks
from app.cases.enums import ClockKind, ClockState, OfferState, State
from app.database import CaseId
from app.vault import (
    Compartment,
    CompartmentKeyRow,
    GrantRow,
    GrantState,
    HolderKind,
    OpenedCompartments,
    PublicKey,
    Vault,
    new_compartment_versions,
    sound,
)

_WAITING = (OfferState.STANDBY, OfferState.OFFERED, OfferState.ACCEPTED)


def take_back(session: Session, vault: Vault, case: Case, keep: Collection[PublicKey]) -> None:
    """End every grant but those of `keep`, withdraw all offers and let the clocks rest; the caller holds the case's lock."""
    new_compartment_versions(session, vault, CaseId(case.id), keep)
    for offer in _waiting(session, case):
        offer.state, offer.grant_id = OfferState.WITHDRAWN, None
    _rest(session, case)


def rest_unread(session: Session, case: Case) -> bool:
    """Ask nobody any more, and leave wrapped what is kept ready, so that it need not be sealed anew; the case is locked.

    False, and nothing is changed, where somebody but custody could read it by now: then it has to be taken back.
    """
    readers = select(GrantRow.id).where(
        GrantRow.case_id == case.id,
        GrantRow.state == GrantState.LIVE,
        GrantRow.holder_kind.not_in((HolderKind.CUSTODY, HolderKind.RECEIPT)),
    )
    if session.scalars(readers).first() is not None:
        return False
    for offer in _waiting(session, case):
        offer.state, offer.expires_at = OfferState.STANDBY, None
    _rest(session, case)
    return True


def is_kept_ready(session: Session, case: Case) -> bool:
    """Whether somebody is asked for the case or stands by for it, as while it rests unread."""
    return bool(_waiting(session, case))


def _waiting(session: Session, case: Case) -> Sequence[Offer]:
    return session.scalars(select(Offer).where(Offer.case_id == case.id, Offer.state.in_(_WAITING))).all()


def _rest(session: Session, case: Case) -> None:
    # Not a step of the case's own way: whatever it had reached, no helper can read it from here on.
    # A closed case stays closed, as its other flags say.
    if case.is_open:
        case.state = State.RECEIVED
    case.organisation_id, case.also_asked_id, case.assignee_id = None, None, None
    # `worker_wrote` stays: what was written before a stop is still unread for whoever gets the case after it.
    settle_clocks(session, case, frozenset(ClockKind), ClockState.PAUSED)


def keys_held_by(
    session: Session, vault: Vault, case: Case, kinds: Collection[HolderKind]
) -> list[PublicKey]:
    """The public halves of those of these kinds who can open the case now."""
    grants = session.scalars(
        select(GrantRow).where(
            GrantRow.case_id == case.id, GrantRow.state == GrantState.LIVE, GrantRow.holder_kind.in_(kinds)
        )
    )
    return [key_of_holder(session, vault, grant) for grant in sound(vault, grants)]


def opens_from_the_start(session: Session, case: Case, opened: OpenedCompartments) -> bool:
    """Whether these keys open all that the worker ever wrote: a code that was asked for by text opens what came after it only."""
    versions = session.scalars(
        select(CompartmentKeyRow.version).where(
            CompartmentKeyRow.case_id == case.id, CompartmentKeyRow.compartment == Compartment.ACCOUNT
        )
    )
    return all(opened.opens(Compartment.ACCOUNT, version) for version in versions)
