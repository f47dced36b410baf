"""Whoever was sent away from a case stays away, whatever older rows of it somebody puts back who has the database and no key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Offer
from app.cases.enums import OfferState, State
from app.cases.escalation.climbing import climb_ladders
from app.cases.routing.offers import (
    DeclineReason,
    OfferGone,
    accept_offer,
    decline_offer,
    expire_offers,
)
from app.database import CaseId
from app.network import SignedIn
from app.vault import CircleRow, GrantRow, grants_that_stand, verify_journal
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back

Copies = list[tuple[Any, dict[str, Any]]]


def accept(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    with desk.database.writing() as session:
        return accept_offer(session, desk.world.vault, desk.world.rules, by, case_id).taken


def decline(desk: Desk, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        reason = DeclineReason.NO_CAPACITY
        decline_offer(session, desk.world.vault, desk.world.rules, desk.far, case_id, reason)


def expire(desk: Desk, case_id: CaseId) -> None:
    """The time of the far partner alone is over."""
    with desk.database.writing() as session:
        mine = (Offer.case_id == case_id, Offer.organisation_id == desk.far.organisation.id)
        offer = session.scalars(select(Offer).where(*mine)).one()
        offer.expires_at = clock.now()
    with desk.database.writing() as session:
        assert expire_offers(session, desk.world.vault, desk.world.rules, 10) == 1


def nothing(_desk: Desk, _case_id: CaseId) -> None:
    """The far partner has not answered when the near one accepts."""


def copies_for(desk: Desk, by: SignedIn, case_id: CaseId) -> Copies:
    """The case, the offer and the wrapped grant of an organisation that is asked for it, as they stand."""
    offer = copy_of(desk.database, Offer, case_id=case_id, organisation_id=by.organisation.id)
    return [
        (Case, copy_of(desk.database, Case, id=case_id)),
        (Offer, offer),
        (GrantRow, copy_of(desk.database, GrantRow, id=offer["grant_id"])),
    ]


def bring_back(desk: Desk, copies: Copies) -> None:
    for model, copy in copies:
        put_back(desk.database, model, copy)


def stands_for(desk: Desk, case_id: CaseId) -> set[UUID]:
    with desk.database.reading() as session:
        holders = {grant.holder_id for grant in grants_that_stand(session, case_id)}
        owners = select(CircleRow.organisation_id).where(CircleRow.id.in_(holders))
        return set(session.scalars(owners))


@pytest.mark.parametrize("sent_away", (nothing, decline, expire))
def test_old_rows_take_no_case_from_who_has_it(desk: Desk, sent_away: Callable[[Desk, CaseId], None]) -> None:
    world, far = desk.world, desk.far
    beside = world.case_of(world.file(danger=True))
    case_id = world.case_of(world.file(danger=True))
    copies = copies_for(desk, far, case_id)
    sent_away(desk, case_id)
    assert accept(desk, desk.lead, case_id)
    desk.reply(desk.lead, case_id, "Only for you and us.")
    bring_back(desk, copies)
    assert far.organisation.id not in stands_for(desk, case_id)
    with pytest.raises(OfferGone):
        accept(desk, far, case_id)
    with pytest.raises(NoAccess):
        desk.open(far, case_id)
    with desk.database.writing() as session:
        climb_ladders(session, world.vault, world.rules, 10)
    assert "Only for you and us." in str(desk.open(desk.lead, case_id).entries)
    with desk.database.reading() as session:
        asked = select(Offer.case_id).where(
            Offer.state == OfferState.OFFERED, Offer.case_id.in_((case_id, beside))
        )
        assert set(session.scalars(asked)) == {beside}
        assert verify_journal(session, world.vault).sound
    assert desk.case(case_id).state is State.ACCEPTED
    assert accept(desk, far, beside)


@pytest.mark.parametrize("sent_away", (decline, expire))
def test_who_was_sent_away_cannot_take_what_is_still_before_another(
    desk: Desk, sent_away: Callable[[Desk, CaseId], None]
) -> None:
    case_id = desk.world.case_of(desk.world.file(danger=True))
    copies = copies_for(desk, desk.far, case_id)
    sent_away(desk, case_id)
    bring_back(desk, copies)
    with pytest.raises(OfferGone):
        accept(desk, desk.far, case_id)
    # The grant that was put back gets no new keys when the other one accepts.
    assert accept(desk, desk.lead, case_id)
    assert desk.far.organisation.id not in stands_for(desk, case_id)


def test_rows_from_before_anybody_was_asked_keep_no_case_from_who_has_it(desk: Desk) -> None:
    """The case's row alone: no offer waits, and nobody would be asked ever again."""
    world = desk.world
    case_id = world.case_of(world.file(danger=True))
    before = copy_of(desk.database, Case, id=case_id)
    assert accept(desk, desk.lead, case_id)
    put_back(desk.database, Case, before)
    with desk.database.writing() as session:
        climb_ladders(session, world.vault, world.rules, 10)
    desk.open(desk.lead, case_id)
