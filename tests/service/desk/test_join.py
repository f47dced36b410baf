"""The invitation's page: a link that works once, a password, a code app, and a recovery code shown once."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.network import code_now
from app.network.models import Organisation, OrganisationState
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Member

PASSWORD = "four words that differ"

Invite = Callable[[str], str]


@pytest.fixture
def member(app: Flask) -> Member:
    return Member(checked_client(app))


def _finish(member: Member, link: str, **change: Any) -> str:
    """Fill in the invitation's page; gives the secret that now lives in the code app."""
    page = member.open(link)
    secret = page.form(link).values["secret"][0]
    answers: dict[str, Any] = {
        "password": PASSWORD,
        "again": PASSWORD,
        "secret": secret,
        "code": code_now(secret),
    }
    member.send(link, **(answers | change))
    return secret


def test_from_the_link_to_the_queue(member: Member, world: World, invitation: Invite) -> None:
    link = invitation("new.person")
    page = member.open(link)
    assert "Name of new.person" in page.text
    assert "Mawar Workers Aid" in page.text
    secret = page.form(link).values["secret"][0]
    shown = page.text.replace(" ", "")
    assert secret in shown
    assert "<svg" in page.response.get_data(as_text=True)
    secret = _finish(member, link)
    assert member.page.status == 200
    assert "Write this down now" in member.page.text
    assert "no-store" in member.page.response.headers["Cache-Control"]
    clock.set_offset(60)
    member.open("/desk/sign-in")
    page = member.send("/desk/sign-in", login="new.person", password=PASSWORD, code=code_now(secret))
    assert page.response.request.path == "/desk/"


def test_the_link_works_once(member: Member, invitation: Invite) -> None:
    link = invitation("new.person")
    _finish(member, link)
    used = member.open(link)
    assert used.status == 410
    assert "It has been used." in used.text
    answer = member.client.post(link, data={"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 410


def test_a_newer_link_ends_the_older(member: Member, invitation: Invite) -> None:
    older, newer = invitation("new.person"), invitation("new.person")
    assert member.open(older).status == 410
    assert member.open(newer).status == 200


def test_a_link_older_than_48_hours_says_whom_to_ask(member: Member, invitation: Invite) -> None:
    link = invitation("new.person")
    clock.set_offset(48 * 3600 + 60)
    page = member.open(link)
    assert page.status == 410
    assert "Ask your lead for a new one" in page.text


def test_an_unknown_link_says_what_to_do(member: Member) -> None:
    page = member.open("/desk/join/" + "x" * 43)
    assert page.status == 404
    assert "This link does not work" in page.text


def test_a_frozen_organisation_lets_nobody_in(member: Member, world: World, invitation: Invite) -> None:
    link = invitation("new.person")
    with world.database.writing() as session:
        session.get_one(Organisation, world.near.id).state = OrganisationState.FROZEN
    assert member.open(link).status == 403


@pytest.mark.parametrize(
    ("change", "said"),
    (
        ({"again": "something else entirely"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "new.person1", "again": "new.person1"}, "too short"),
        ({"password": "mawar workers aid", "again": "mawar workers aid"}, "name of your organisation"),
        ({"code": "000"}, "not the one the app shows"),
        ({"code": ""}, "not the one the app shows"),
        ({"secret": "AAAA"}, "new picture"),
        ({"secret": "not base 32!"}, "new picture"),
    ),
)
def test_what_is_wrong_is_said_and_the_link_stays_open(
    member: Member, invitation: Invite, change: dict[str, str], said: str
) -> None:
    link = invitation("new.person")
    _finish(member, link, **change)
    assert member.page.status == 400
    assert said in member.page.text
    assert member.page.form(link).values["password"] == [""]
    assert member.open(link).status == 200


def test_the_picture_says_what_the_text_says(member: Member, invitation: Invite) -> None:
    """The QR code is drawn from exactly the secret on the page: another secret gives another picture."""
    link = invitation("new.person")
    drawn = set()
    for _ in range(3):
        html = member.open(link).response.get_data(as_text=True)
        found = re.search(r"<svg.*?</svg>", html, re.DOTALL)
        assert found
        drawn.add(found.group())
    assert len(drawn) == 3


def _code_shown(page: Page) -> str:
    [code] = re.findall(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{1,4}){6}\b", page.text)
    return str(code)


def _filled(member: Member, link: str) -> dict[str, str]:
    """Everything that the browser sends from the page as it is filled in now."""
    values = {name: each[0] for name, each in member.open(link).form(link).values.items()}
    return values | {"password": PASSWORD, "again": PASSWORD, "code": code_now(values["secret"])}


def test_finish_pressed_twice_shows_the_same_recovery_code(
    member: Member, world: World, invitation: Invite
) -> None:
    """Of two answers a browser shows the last; the code in it is the one that works."""
    link = invitation("new.person")
    filled = _filled(member, link)
    first = Page(member.client.post(link, data=filled))
    again = Page(member.client.post(link, data=filled))
    assert (first.status, again.status) == (200, 200)
    assert _code_shown(again) == _code_shown(first)
    clock.set_offset(60)
    found = member.open("/desk/recover").form("/desk/recover").values
    secret = found["secret"][0]
    page = member.send(
        "/desk/recover",
        login="new.person",
        recovery=_code_shown(again),
        secret=secret,
        code=code_now(secret),
        password=PASSWORD + "!",
        again=PASSWORD + "!",
    )
    assert page.status == 200


@pytest.mark.parametrize("change", ("another page", "another password", "another secret", "no token"))
def test_a_used_link_shows_no_code_to_another_page(
    member: Member, app: Flask, invitation: Invite, change: str
) -> None:
    """Whoever finds the link later, even with all that was typed, has not the page that it was typed into."""
    link = invitation("new.person")
    thief = Member(checked_client(app))
    stolen = _filled(thief, link)
    filled = _filled(member, link)
    assert Page(member.client.post(link, data=filled)).status == 200
    tried = {
        "another page": filled | {"once_token": stolen["once_token"]},
        "another password": filled | {"password": "five other words than those", "again": PASSWORD},
        "another secret": filled | {"secret": stolen["secret"], "code": code_now(stolen["secret"])},
        "no token": filled | {"once_token": ""},
    }
    answer = Page(thief.client.post(link, data=tried[change]))
    assert answer.status == 410
    assert _code_shown_or_none(answer) is None


@pytest.mark.parametrize("later", ("eleven minutes", "a log-in"))
def test_the_same_page_shows_the_code_only_for_a_short_while(
    member: Member, world: World, invitation: Invite, later: str
) -> None:
    link = invitation("new.person")
    filled = _filled(member, link)
    assert Page(member.client.post(link, data=filled)).status == 200
    clock.set_offset(660 if later == "eleven minutes" else 60)
    if later == "a log-in":
        member.open("/desk/sign-in")
        code = code_now(filled["secret"])
        member.send("/desk/sign-in", login="new.person", password=PASSWORD, code=code)
    assert Page(member.client.post(link, data=filled)).status == 410


def _code_shown_or_none(page: Page) -> str | None:
    found = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{1,4}){6}\b", page.text)
    return found and found[0]


def test_coming_back_pressed_twice_shows_the_same_recovery_code(
    member: Member, world: World, recovery_codes: Invite
) -> None:
    code = recovery_codes("lost.phone")
    clock.set_offset(60)
    found = member.open("/desk/recover").form("/desk/recover").values
    filled = {name: each[0] for name, each in found.items()} | {
        "login": "lost.phone",
        "recovery": code,
        "code": code_now(found["secret"][0]),
        "password": PASSWORD,
        "again": PASSWORD,
    }
    first = Page(member.client.post("/desk/recover", data=filled))
    again = Page(member.client.post("/desk/recover", data=filled))
    assert (first.status, again.status) == (200, 200)
    assert _code_shown(again) == _code_shown(first) != code
    # Whoever saw only the second answer is in, and may go on.
    assert member.open("/desk/home").status == 200
    stale = Page(member.client.post("/desk/recover", data=filled | {"once_token": ""}))
    assert stale.status == 403
    clock.set_offset(60 + 660)
    assert Page(member.client.post("/desk/recover", data=filled)).status in (400, 403)


def test_two_posts_of_finish_at_once_show_the_same_code(
    app: Flask, member: Member, invitation: Invite
) -> None:
    """The slower of two posts finds the link used only when it writes: it still answers with the code."""
    link = invitation("new.person")
    filled = _filled(member, link)
    members = [Member(checked_client(app)), Member(checked_client(app))]
    with ThreadPoolExecutor(2) as both:
        pages = list(both.map(lambda each: Page(each.client.post(link, data=filled)), members))
    assert [page.status for page in pages] == [200, 200]
    assert len({_code_shown(page) for page in pages}) == 1
