"""A worker whose case is urgent reads that two helpers are asked at once, of whom one will read it, and then who has it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import clock
from app.cases.case import Offer
from app.cases.enums import OfferState, State
from app.cases.routing.offers import accept_offer, expire_offers
from app.cases.worker.messages import say_worse
from app.database import CaseId
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.dates import DAY, dates_pass
from tests.support.stored_cases import stored


def inbox(visitor: Visitor, code: str) -> str:
    """What a worker reads who comes in with the code in a fresh browser."""
    visitor.open("/en/inbox")
    return " ".join(visitor.send("/inbox", receipt=code).text.split())


def test_both_are_named_until_one_has_it(
    visitor: Visitor, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    either = "A helper from Mawar Workers Aid or Distant Line should read it by"
    visitor.open(f"/en/s/{world.site.code}")
    page = visitor.send("/report", words="They owe us.", category=["wages"], danger="yes")
    assert either in " ".join(page.text.split())
    assert either in inbox(another_visitor(), page.code)
    case_id, far = CaseId(stored(world, page.code)[0].id), world.sign_in("far.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, far, case_id).taken
    read = inbox(another_visitor(), page.code)
    assert "A helper from Distant Line should read it by" in read
    assert "Mawar" not in read  # nothing of it is left there


def test_who_let_their_time_pass_is_named_and_the_date_is_that_of_whoever_is_asked_now(
    visitor: Visitor, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    filed = world.file()
    case_id, code = world.case_of(filed), filed.receipt
    with world.database.writing() as session:
        first = session.scalars(select(Offer).where(Offer.case_id == case_id, Offer.position == 0)).one()
        first.expires_at = clock.now() - timedelta(hours=1)
    with world.database.writing() as session:
        expire_offers(session, world.vault, world.rules, 50)
    with world.database.reading() as session:
        asked = select(Offer.expires_at).where(Offer.case_id == case_id, Offer.state == OfferState.OFFERED)
        answer_by = session.scalars(asked).one()
    assert answer_by is not None
    read = inbox(another_visitor(), code)
    assert "Mawar Workers Aid did not take it in time. So we asked Distant Line." in read
    day = clock.last_moment(answer_by.astimezone(ZoneInfo("Asia/Kuala_Lumpur")))
    assert f"They should say by {day:%A} {day.day} {day:%B}" in read
    assert "should read it by" not in read


def test_two_who_are_asked_because_the_one_before_was_late_are_both_named(
    visitor: Visitor, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    with world.database.writing() as session:
        third = world._partner(session, "Third Line", "CH", ("*",), ("en-GB",))
    world.join(third, "third.lead")
    filed = world.file()
    case_id, code, near = world.case_of(filed), filed.receipt, world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, near, case_id).taken
    worker = world.enter(filed)
    with world.database.writing() as session:
        say_worse(session, world.vault, world.rules, worker, "Worse.", True, uuid4())
    for half_days in range(1, 16):
        clock.set_offset(half_days * DAY // 2)
        dates_pass(world)
        if stored(world, code)[0].state is State.OFFERED:
            break
    read = inbox(another_visitor(), code)
    assert "We asked two other helpers, Distant Line and Third Line, to take it by" in read
    assert "A helper from Distant Line should" not in read
