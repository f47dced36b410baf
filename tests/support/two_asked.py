"""An urgent case that two partners are asked for: what they do with it, and how it stands."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Clock, Offer
from app.cases.desk.queue import QueueFilters, queue_page
from app.cases.desk.search import find_by_reference
from app.cases.enums import ClockKind, ClockState, OfferState
from app.cases.escalation.promise import without_next_step
from app.cases.routing.offers import DeclineReason, OfferGone, accept_offer, decline_offer
from app.cases.worker.messages import say_worse
from app.database import CaseId, OrganisationId
from app.intake import Filed
from app.network import SignedIn
from app.vault import CircleRow, GrantState, grants_that_stand, verify_journal
from tests.support.desk import Desk

HOUR = 3600


NEAR_IN_WORDS, FAR_IN_WORDS = "Mawar Workers Aid told my boss my name.", "DISTANT LINE shouted at me."


def urgent(desk: Desk, **answers: Any) -> tuple[Filed, CaseId]:
    filed = desk.world.file(danger=True, **answers)
    return filed, desk.world.case_of(filed)


def accept(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    with desk.database.writing() as session:
        return accept_offer(session, desk.world.vault, desk.world.rules, by, case_id).taken


def decline(desk: Desk, by: SignedIn, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        decline_offer(session, desk.world.vault, desk.world.rules, by, case_id, DeclineReason.NO_CAPACITY)


def offers(desk: Desk, case_id: CaseId) -> list[tuple[str, OfferState]]:
    """Each offer in its order: to whom, and what became of it."""
    names = {each.organisation.id: each.organisation.name for each in (desk.lead, desk.far, desk.other)}
    with desk.database.reading() as session:
        rows = session.scalars(select(Offer).where(Offer.case_id == case_id).order_by(Offer.position)).all()
    return [(names.get(OrganisationId(row.organisation_id), "third"), row.state) for row in rows]


def dates(desk: Desk, case_id: CaseId) -> tuple[list[ClockState], set[Any]]:
    """What became of the clocks of acceptance, earliest first, and by when those who are asked have to answer."""
    accepting = Clock.kind == ClockKind.ACCEPT
    with desk.database.reading() as session:
        clocks = session.scalars(
            select(Clock).where(Clock.case_id == case_id, accepting).order_by(Clock.due_at, Clock.id)
        ).all()
        asked = session.scalars(
            select(Offer).where(Offer.case_id == case_id, Offer.state == OfferState.OFFERED)
        ).all()
    return [row.state for row in clocks], {offer.expires_at for offer in asked}


def wrapped(desk: Desk, case_id: CaseId) -> list[str]:
    """For whom a wrapped grant is kept."""
    with desk.database.reading() as session:
        found = [
            grant.holder_id
            for grant in grants_that_stand(session, case_id)
            if grant.state == GrantState.OFFERED
        ]
        owners = session.scalars(select(CircleRow.organisation_id).where(CircleRow.id.in_(found))).all()
    names = {each.organisation.id: each.organisation.name for each in (desk.lead, desk.far)}
    return sorted(names.get(OrganisationId(owner), "third") for owner in owners)


def sees(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    """Whether a case stands in a member's queue, and is counted there."""
    with desk.database.reading() as session:
        page = queue_page(session, desk.world.vault, desk.world.rules, by, QueueFilters(), None)
    assert page.open_cases == len(page.rows)
    return case_id in {row.id for row in page.rows}


def has_nothing(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    """Whether nothing of a case is left for a member: not in the queue, not in the search, no grant, nothing to open or to take."""
    with desk.database.reading() as session:
        reference = session.get_one(Case, case_id).reference
        found = find_by_reference(session, by, reference)
    with pytest.raises(NoAccess):
        desk.open(by, case_id)
    with pytest.raises((OfferGone, NoAccess)):
        accept(desk, by, case_id)
    name = by.organisation.name
    return found is None and not sees(desk, by, case_id) and name not in wrapped(desk, case_id)


def is_whole(desk: Desk) -> None:
    """Every open case has one next step, and what the journal says fits together."""
    with desk.database.reading() as session:
        assert without_next_step(session, desk.world.vault) == []
        assert verify_journal(session, desk.world.vault).sound


def worse(desk: Desk, filed: Filed) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "Worse.", True, uuid4())
