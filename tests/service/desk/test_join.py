"""The invitation's page: a link that works once, a password, a code app, and a recovery code shown once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.network import code_now
from app.network.models import Organisation, OrganisationState
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.service.desk.conftest import Member

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
