"""A case that a partner lost or took stays lost or taken: whoever puts its old row back sends nobody away who has it since."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Offer
from app.cases.enums import OfferState, State
from app.cases.routing.asking import drop_offer
from app.cases.routing.sent_away import SentAway, sent_away
from app.database import CaseId
from app.vault import SYSTEM, Vault, is_sound, journal, sound

_NOT_TAKEN_ON = (State.RECEIVED, State.OFFERED)


def put_right(session: Session, vault: Vault, case: Case, told: SentAway | None = None) -> bool:
    """Let a case, whose row the caller has locked, be again where the journal says that it went; whether it was not.

    An old row has a MAC that fits, so only the journal (`told`, where the caller has read it) tells it from the new one.
    """
    holder = case.organisation_id
    if not case.is_open or not is_sound(vault, case) or (holder is None and case.state is not State.RECEIVED):
        return False
    told = told or sent_away(session, vault, CaseId(case.id))
    if told.holder is not None and case.state in _NOT_TAKEN_ON:
        _give_back(session, vault, case, UUID(told.holder))
    elif holder is not None and told.act_for(holder) == "case.lost":
        _let_go(session, vault, case, told)
    else:
        return False
    case.helper_has_read = False
    detail = {"organisation": str(holder or case.organisation_id)}
    journal(session, vault, CaseId(case.id), "case.put_right", SYSTEM, detail)
    return True


def _give_back(session: Session, vault: Vault, case: Case, holder: UUID) -> None:
    """Whoever took it has it; what was put back for others who had been asked goes again."""
    for offer in _asked(session, vault, case, holder):
        drop_offer(session, offer, OfferState.TAKEN_ELSEWHERE)
    case.state, case.organisation_id, case.also_asked_id = State.ACCEPTED, holder, None
    session.flush()


def _let_go(session: Session, vault: Vault, case: Case, told: SentAway) -> None:
    """Whoever was asked since is asked."""
    asked = _asked(session, vault, case, case.organisation_id)
    offer = next((each for each in asked if told.act_for(each.organisation_id) is None), None)
    case.organisation_id = None if offer is None else offer.organisation_id
    case.state = State.RECEIVED if offer is None else State.OFFERED
    case.assignee_id = None


def _asked(session: Session, vault: Vault, case: Case, but: UUID | None) -> list[Offer]:
    asked = session.scalars(
        select(Offer)
        .where(Offer.case_id == case.id, Offer.state == OfferState.OFFERED, Offer.organisation_id != but)
        .order_by(Offer.position)
        .execution_options(populate_existing=True)
    ).all()
    return list(sound(vault, asked))
