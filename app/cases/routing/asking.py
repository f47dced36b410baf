"""Asking partners to take a case, one or two at once, and what is left when one of them is not asked any more."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Happened, Offer, facts_of, note
from app.cases.clocks import start_clocks
from app.cases.enums import ClockKind, OfferState, StartEvent, State
from app.cases.rules import Rules
from app.database import CaseId
from app.vault import Actor, CircleRow, GrantRow, Vault, delete_offered_grants, journal, sound


def make_offers(
    session: Session, vault: Vault, rules: Rules, case: Case, offers: Sequence[Offer], actor: Actor
) -> None:
    """Put a case, whose row the caller has locked, before the one or two organisations of these offers, with one date for both."""
    started = start_clocks(session, case, facts_of(vault, case), StartEvent.OFFERED, rules.deadlines)
    case.state, case.assignee_id = State.OFFERED, None
    for offer in offers:
        offer.state, offer.expires_at = OfferState.OFFERED, started[ClockKind.ACCEPT]
    _put_before(case, offers)
    note(session, vault, Happened.OFFERED, case)
    for offer in offers:
        note_offered(session, vault, case, offer, actor)


def note_offered(session: Session, vault: Vault, case: Case, offer: Offer, actor: Actor) -> None:
    """Write down that this organisation was asked."""
    detail = {"organisation": str(offer.organisation_id)}
    journal(session, vault, CaseId(case.id), "case.offered", actor, detail)


def offers_open(session: Session, vault: Vault, case: Case) -> list[Offer]:
    """The offers of a case, whose row the caller has locked, that wait for an answer, the first choice first.

    An older row, put back, is none: whom the case is before says its own row.
    """
    session.flush()
    waiting = session.scalars(
        select(Offer)
        .where(Offer.case_id == case.id, Offer.state == OfferState.OFFERED)
        .order_by(Offer.position)
        .execution_options(populate_existing=True)
    )
    return [offer for offer in sound(vault, waiting) if offer.organisation_id in case.partners]


def is_left_to_another(session: Session, vault: Vault, case: Case) -> bool:
    """Whether somebody is still asked after an offer came to nothing; the case is before them alone then, by the date they have."""
    left = offers_open(session, vault, case)
    if left:
        _put_before(case, left)
    return bool(left)


def drop_offer(session: Session, offer: Offer, outcome: OfferState) -> None:
    """Give an offer its outcome and delete its wrapped grants, so that nothing remains that could be accepted."""
    offer.state = outcome
    offer.expires_at = None
    # One that was kept ready has a grant for each circle of its organisation, until it is clear which one may have the case.
    holders = {
        *session.scalars(select(GrantRow.holder_id).where(GrantRow.id == offer.grant_id)),
        *session.scalars(select(CircleRow.id).where(CircleRow.organisation_id == offer.organisation_id)),
    }
    delete_offered_grants(session, CaseId(offer.case_id), holders)
    offer.grant_id = None


def _put_before(case: Case, offers: Sequence[Offer]) -> None:
    case.organisation_id = offers[0].organisation_id
    case.also_asked_id = offers[1].organisation_id if len(offers) > 1 else None
