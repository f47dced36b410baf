"""A deadline that somebody who can write the database moved out is named by the doctor, and no other."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock as clocks
from app.cases.case.models import Clock, Offer
from app.cases.clocks import mark_clocks_missed, put_off
from app.cases.enums import ClockState, OfferState, State
from app.cases.routing import expire_offers
from app.database import CaseId
from tests.support.desk import Desk
from tests.support.past_us import copy_of, write_past_us


def test_a_date_later_than_any_deadline_is_told(desk: Desk) -> None:
    case_id, deadlines = desk.offered(), desk.world.rules.deadlines
    with desk.database.reading() as session:
        assert put_off(session, deadlines) == []
    clock = copy_of(desk.database, Clock, case_id=case_id, kind="accept")
    assert clock["state"] == ClockState.RUNNING
    write_past_us(desk.database, Clock, {"id": clock["id"]}, due_at=clock["due_at"] + timedelta(days=60))
    with desk.database.reading() as session:
        assert put_off(session, deadlines) == [desk.case(case_id).reference]


@pytest.mark.parametrize("danger", (False, True))
@pytest.mark.parametrize("hours", (3, 24 * 30))
def test_an_offer_that_others_put_off_is_over_with_its_clock_and_told(
    desk: Desk, danger: bool, hours: int
) -> None:
    case_id, other = desk.offered(danger=danger), desk.offered()
    deadlines, rules = desk.world.rules.deadlines, desk.world.rules
    accept = copy_of(desk.database, Clock, case_id=case_id, kind="accept")
    later = accept["due_at"] + timedelta(hours=hours)
    write_past_us(desk.database, Offer, {"case_id": case_id, "state": "offered"}, expires_at=later)
    with desk.database.reading() as session:
        assert put_off(session, deadlines) == [desk.case(case_id).reference]
    clocks.set_offset(int((accept["due_at"] - clocks.now()).total_seconds()) + 60)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 50)
    asked_before = len(offers(desk, case_id))
    with desk.database.writing() as session:
        expire_offers(session, desk.world.vault, rules, 50)
    assert "case.offer_expired" in desk.acts(case_id)
    assert asked_before == len(offers(desk, case_id))
    with desk.database.reading() as session:
        assert put_off(session, deadlines) == []
    # One whose clock still runs waits, whatever the first one's does.
    assert desk.case(other).state in (State.OFFERED, State.RECEIVED)


def test_an_offer_is_not_over_while_its_clock_runs(desk: Desk) -> None:
    case_id = desk.offered()
    with desk.database.writing() as session:
        assert expire_offers(session, desk.world.vault, desk.world.rules, 50) == 0
    assert OfferState.OFFERED in offers(desk, case_id)


def offers(desk: Desk, case_id: CaseId) -> list[OfferState]:
    """How each offer of a case stands."""
    with desk.database.reading() as session:
        return list(session.scalars(select(Offer.state).where(Offer.case_id == case_id)))
