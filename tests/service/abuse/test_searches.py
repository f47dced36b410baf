"""Searching: a member has so many a minute, however many are sent at one moment, and loses no word over the limit."""

from collections.abc import Callable
from functools import partial

import pytest

from app import clock
from app.cases.desk import search
from app.network import SEARCHES, attempts_so_far
from app.network.logins import find_by_login
from tests.harness.world import World
from tests.service.abuse.at_once import MANY, AtOnce, statuses
from tests.support.addresses import DORMITORY, Fill, Phone
from tests.support.member import Member, accepted

SEARCH = "/desk/search"
TOO_OFTEN = "Nothing was searched this time."


@pytest.fixture
def at_desk(phone: Phone, world: World) -> Member:
    """A helper at the queue."""
    accepted(world, world.file(words="They lock us in at night."))
    helper = phone(DORMITORY)
    helper.sign_in(world, "near.lead")
    return helper


def subject(world: World, login: str = "near.lead") -> str:
    with world.database.reading() as session:
        member = find_by_login(session, world.vault, login)
    assert member is not None
    return str(member.id)


def number(world: World) -> int:
    by = subject(world)
    with world.database.reading() as session:
        return attempts_so_far(session, world.vault, SEARCHES, by)


def _never(*_given: object) -> None:
    raise AssertionError("something was opened")


def test_the_last_search_is_made_and_the_next_opens_nothing(
    at_desk: Member, world: World, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(SEARCHES, subject(world), SEARCHES.most - 1)
    assert "1 case found" in at_desk.send(SEARCH, sought="lock us in").text
    with monkeypatch.context() as watched:
        watched.setattr(search, "look_through", _never)
        page = at_desk.send(SEARCH, sought="lock us in")
    assert page.status == 429
    assert TOO_OFTEN in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert page.form(SEARCH).values["sought"] == ["lock us in"]
    assert number(world) == SEARCHES.most
    clock.set_offset(600)
    assert "1 case found" in at_desk.send(SEARCH, sought="lock us in").text


def test_another_member_and_what_opens_nothing_are_not_counted(
    at_desk: Member, world: World, fill: Fill, phone: Phone
) -> None:
    reference = next(
        "".join(head.itertext()).split()[0]
        for head in at_desk.open("/desk/").root.iter("th")
        if head.get("class") == "q-reference"
    )
    fill(SEARCHES, subject(world), SEARCHES.most)
    assert at_desk.send(SEARCH, sought=reference).response.request.path.startswith("/desk/cases/")
    assert at_desk.send(SEARCH, sought="a").status == 400
    assert number(world) == SEARCHES.most
    other = phone(DORMITORY)
    other.sign_in(world, "far.lead")
    assert "Nothing found." in other.send(SEARCH, sought="lock us in").text


def test_one_of_twenty_at_one_moment_is_made(
    at_desk: Member, world: World, fill: Fill, at_once: AtOnce, phone: Phone
) -> None:
    fill(SEARCHES, subject(world), SEARCHES.most - 1)
    cookie = at_desk.client.get_cookie("redress_member")
    assert cookie is not None
    windows = [phone(DORMITORY) for _ in range(MANY)]
    for each in windows:
        each.client.set_cookie("redress_member", cookie.value)
        each.open("/desk/")
    at_once([partial(each.send, SEARCH, sought="lock us in") for each in windows])
    assert statuses(windows) == {200: 1, 429: MANY - 1}


def test_without_counters_nothing_is_opened(
    at_desk: Member, without_counters: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "look_through", _never)
    without_counters()
    assert at_desk.send(SEARCH, sought="lock us in").status == 503
