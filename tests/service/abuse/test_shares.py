"""Junk below the hourly limit takes a share of the helpers' room and never all of it: the others' reports find their way."""

from functools import partial

import pytest
from sqlalchemy import func, select

from app import clock
from app.cases.case.models import Case
from app.cases.enums import ConsentLevel, State
from app.cases.rules.routing import RoutingOutcome
from app.cases.worker.sharing import change_consent, stop_sharing, undo_stop
from app.database import CaseId
from app.intake import Filed
from app.network import OFFERED_REPORTS, Organisation, attempts_so_far
from tests.harness.world import World
from tests.service.abuse.at_once import AtOnce
from tests.support.addresses import DORMITORY, ELSEWHERE, Fill, Phone
from tests.support.poster_reports import send, waiting
from tests.support.stored_cases import case_of

ROOM = 8


@pytest.fixture(autouse=True)
def _small_room(world: World) -> None:
    """One helper with little room, and no other that could stand in."""
    with world.database.writing() as session:
        session.get_one(Organisation, world.near.id).capacity = ROOM
        session.get_one(Organisation, world.far.id).capacity = 0


def offered(world: World) -> int:
    """How many open cases the helper is asked for or holds."""
    with world.database.reading() as session:
        mine = (Case.organisation_id == world.near.id) & Case.is_open
        return session.scalar(select(func.count()).select_from(Case).where(mine)) or 0


def state_of(world: World, filed: Filed) -> State:
    with world.database.reading() as session:
        return session.get_one(Case, world.case_of(filed)).state


def change(world: World, filed: Filed, level: ConsentLevel) -> None:
    worker = world.enter(filed)
    with world.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, level)


def test_one_address_takes_half_of_the_room_and_the_others_reports_are_offered(
    phone: Phone, world: World
) -> None:
    flood = phone(DORMITORY)
    for _ in range(3 * ROOM):
        assert send(flood, world)
    assert offered(world) == ROOM // 2
    assert {why for _, why in waiting(world)} == {RoutingOutcome.OVER_LIMIT}
    assert "looks for the right helper" in flood.page.text
    worker = phone("192.0.2.43")
    send(worker, world)
    assert f"A helper from {world.near.name}" in worker.page.text
    # The second flood takes half of what the first one left, and there is still a place.
    for _ in range(ROOM):
        send(worker, world)
    assert offered(world) == ROOM - 2
    assert send(third := phone("192.0.2.44"), world)
    assert f"A helper from {world.near.name}" in third.page.text


def test_a_custodian_may_place_what_was_held_for_its_address(phone: Phone, world: World) -> None:
    worker = phone(DORMITORY)
    held = [case_of(world, send(worker, world)) for _ in range(ROOM)][-1]
    custodian = phone(ELSEWHERE)
    custodian.sign_in(world, "custodian.one")
    assert "Very many reports came from one place" in custodian.open("/network/").text
    custodian.open(f"/network/waiting/{held}")
    assert "Offered to that helper." in custodian.send("/place", organisation=str(world.near.id)).text


def test_with_the_day_the_share_begins_anew(world: World) -> None:
    for _ in range(ROOM):
        world.file(sender=DORMITORY)
    assert offered(world) == ROOM // 2
    clock.set_offset(24 * 3600)
    assert state_of(world, world.file(sender=DORMITORY)) is State.OFFERED


def test_locking_and_unlocking_gets_round_no_share(world: World) -> None:
    taken = [world.file(sender=DORMITORY) for _ in range(ROOM // 2)]
    held = world.file(sender=DORMITORY)
    assert state_of(world, held) is State.RECEIVED
    change(world, held, ConsentLevel.NOBODY)
    change(world, held, ConsentLevel.HELPER)
    worker = world.enter(held)
    with world.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    worker = world.enter(held)
    with world.database.writing() as session:
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    assert state_of(world, held) is State.RECEIVED
    # Who was offered once is no new report, whatever its worker changes.
    change(world, taken[0], ConsentLevel.NOBODY)
    change(world, taken[0], ConsentLevel.HELPER)
    assert state_of(world, taken[0]) is State.OFFERED


def test_many_locked_reports_are_not_all_unlocked_to_a_helper(world: World, fill: Fill) -> None:
    fill(OFFERED_REPORTS, DORMITORY, OFFERED_REPORTS.most - 1)
    last, next_one = (world.file(sender=DORMITORY, consent=ConsentLevel.NOBODY) for _ in range(2))
    for filed, state in ((last, State.OFFERED), (next_one, State.RECEIVED)):
        change(world, filed, ConsentLevel.HELPER)
        assert state_of(world, filed) is state


def test_what_is_held_takes_nothing_of_the_share(phone: Phone, world: World) -> None:
    worker = phone(DORMITORY)
    for _ in range(ROOM):
        send(worker, world)
    with world.database.reading() as session:
        assert attempts_so_far(session, world.vault, OFFERED_REPORTS, DORMITORY) == ROOM // 2


def test_twenty_at_once_take_no_more_than_the_share(phone: Phone, world: World, at_once: AtOnce) -> None:
    phones = [phone(DORMITORY) for _ in range(20)]
    for each in phones:
        each.open(f"/en/s/{world.site.code}")
    at_once([partial(each.send, "/report", words="We are many.") for each in phones])
    assert all(each.page.code for each in phones)
    # All of them saw the whole room free.
    assert 1 <= offered(world) <= ROOM
    assert offered(world) + len(waiting(world)) == 20
    codes = {each.page.code for each in phones}
    assert len({CaseId(case_of(world, code)) for code in codes}) == 20
