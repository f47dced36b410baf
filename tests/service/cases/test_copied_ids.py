"""A row that others copied to another case has the id of ours: it stops nobody, and says nothing of ours."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app import clock
from app.cases.case.models import Clock, Offer
from app.cases.clocks import mark_clocks_missed
from app.cases.custody.models import CustodyReading
from app.cases.custody.reading import agree_to_read, ask_to_read, open_from_custody
from app.cases.enums import ClockKind, ClockState, OfferState
from app.cases.routing import offers
from app.cases.routing.offers import expire_offers
from app.cases.routing.putting_right import put_right
from app.database import Base, CaseId
from tests.support.custody import held
from tests.support.dates import DAY
from tests.support.desk import Desk
from tests.support.past_us import copy_of, table


def _copy_to(desk: Desk, model: type[Base], to: CaseId, key: dict[str, object], **changed: object) -> None:
    twin = copy_of(desk.database, model, **key) | {"case_id": to} | changed
    with desk.database.engine.begin() as connection:
        connection.execute(insert(table(model)).values(twin))


def _expire(desk: Desk) -> int:
    with desk.database.writing() as session:
        return expire_offers(session, desk.world.vault, desk.world.rules, 50)


def _states(desk: Desk, case_id: CaseId) -> list[OfferState]:
    with desk.database.reading() as session:
        found = select(Offer.state).where(Offer.case_id == case_id).order_by(Offer.position)
        return list(session.scalars(found))


def test_an_offer_that_is_copied_to_another_case_stops_the_expiry_of_none(desk: Desk) -> None:
    mine, noise, other = desk.offered(), desk.offered(), desk.accepted()
    _copy_to(desk, Offer, other, {"case_id": mine, "position": 0})
    clock.set_offset(5 * DAY)
    assert _expire(desk) >= 3
    assert _expire(desk) == 0
    for case_id in (mine, noise):
        assert _states(desk, case_id)[0] is OfferState.EXPIRED
    assert desk.case(other).organisation_id == desk.world.near.id


def test_a_case_over_which_the_expiry_stumbles_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spoilt, good = desk.offered(), desk.offered()
    clock.set_offset(5 * DAY)
    monkeypatch.setattr(offers, "put_right", _stumbles_over(spoilt, put_right))
    _expire(desk)
    assert "offers.failed" in caplog.text
    assert _states(desk, good)[0] is OfferState.EXPIRED
    assert _states(desk, spoilt)[0] is OfferState.OFFERED
    monkeypatch.undo()
    _expire(desk)
    assert _states(desk, spoilt)[0] is OfferState.EXPIRED


def _stumbles_over(spoilt: CaseId, does: Callable[..., bool]) -> Callable[..., bool]:
    def stumble(session: object, vault: object, case: object, *more: object) -> bool:
        if getattr(case, "id", None) == spoilt:
            raise ValueError("what others wrote")
        return does(session, vault, case, *more)

    return stumble


def test_a_request_that_is_copied_to_another_case_can_be_agreed_to(desk: Desk) -> None:
    case_id, other = desk.world.case_of(held(desk)), desk.world.case_of(held(desk))
    vault = desk.world.vault
    with desk.database.writing() as session:
        request = ask_to_read(session, vault, desk.custodian, case_id, "Two routes failed.")
    _copy_to(desk, CustodyReading, other, {"id": request})
    with desk.database.writing() as session:
        agree_to_read(session, vault, desk.second_custodian, request)
    with desk.database.writing() as session:
        open_from_custody(session, vault, desk.custodian, case_id)


def test_a_clock_that_is_copied_to_another_case_makes_ours_late_by_nothing(desk: Desk) -> None:
    mine, other = desk.accepted(), desk.accepted()
    long_ago = clock.now() - timedelta(days=3)
    _copy_to(desk, Clock, other, {"case_id": mine, "kind": ClockKind.READ}, due_at=long_ago)
    with desk.database.writing() as session:
        assert mark_clocks_missed(session, desk.world.vault, 50) == 1
    assert copy_of(desk.database, Clock, case_id=mine, kind=ClockKind.READ)["state"] is ClockState.RUNNING
