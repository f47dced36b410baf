"""A case that a partner lost stays lost: whoever puts its old row back sends nobody away who was asked since."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Offer
from app.cases.enums import OfferState, State
from app.database import CaseId
from app.vault import SYSTEM, Vault, is_sound, journal, read_journal, sound

_GIVES = ("case.offered", "case.accepted")


def put_right(session: Session, vault: Vault, case: Case) -> bool:
    """Let a case, whose row the caller has locked, be again where the journal says that it went; whether it was not.

    An old row has a MAC that fits, so only the journal tells it from the new one.
    """
    holder = case.organisation_id
    if holder is None or not case.is_open or not is_sound(vault, case):
        return False
    if not _was_lost(session, vault, case):
        return False
    asked = session.scalars(
        select(Offer)
        .where(Offer.case_id == case.id, Offer.state == OfferState.OFFERED, Offer.organisation_id != holder)
        .order_by(Offer.position)
        .execution_options(populate_existing=True)
    ).all()
    offer = next(sound(vault, asked), None)
    case.organisation_id = None if offer is None else offer.organisation_id
    case.state = State.RECEIVED if offer is None else State.OFFERED
    case.assignee_id, case.helper_has_read = None, False
    journal(session, vault, CaseId(case.id), "case.put_right", SYSTEM, {"organisation": str(holder)})
    return True


def _was_lost(session: Session, vault: Vault, case: Case) -> bool:
    """Whether the organisation of the row lost the case, and was not given it again since."""
    last = None
    for entry in read_journal(session, vault, CaseId(case.id)):
        if entry.act in (*_GIVES, "case.lost") and entry.detail["organisation"] == str(case.organisation_id):
            last = entry.act
    return last == "case.lost"
