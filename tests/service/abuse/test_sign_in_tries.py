"""Tries to come in: three limits at, under and over, the same for logins that do not exist, and one line in the journal."""

from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.network import code_now
from app.network.attempts import (
    SIGN_INS_AT_ADDRESS,
    SIGN_INS_FROM_HERE,
    SIGN_INS_TO_ACCOUNT,
    Limit,
    attempts_so_far,
)
from app.vault import members, read_journal
from tests.harness.world import PASSWORD, World
from tests.service.abuse.conftest import DORMITORY, ELSEWHERE, Fill, Phone
from tests.service.desk.conftest import Member

LOGIN, NOBODY, WRONG = "near.lead", "nobody.at.all", "a wrong password of words"
REFUSED = "That did not work."

LIMITS = (
    pytest.param(SIGN_INS_FROM_HERE, f"{ELSEWHERE} {{login}}", id="from here"),
    pytest.param(SIGN_INS_AT_ADDRESS, ELSEWHERE, id="at the address"),
    pytest.param(SIGN_INS_TO_ACCOUNT, "{login}", id="to the account"),
)


def attempt(phone: Member, login: str, password: str = WRONG, code: str = "000000") -> Member:
    phone.open("/desk/sign-in")
    phone.send("/desk/sign-in", login=login, password=password, code=code)
    return phone


def refusals(world: World) -> list[tuple[str, Any]]:
    """Why, and whom the journal names, for each refused try."""
    with world.database.reading() as session:
        entries = read_journal(session, world.vault, None)
    return [
        (entry.detail["why"], entry.actor.id)
        for entry in entries
        if entry.act == "sign_in.refused" and entry.detail
    ]


def _never(*_given: object, **_named: object) -> None:
    raise AssertionError("a password was hashed")


@pytest.mark.parametrize("login", (LOGIN, NOBODY))
@pytest.mark.parametrize(("limit", "subject"), LIMITS)
def test_the_last_try_is_made_and_the_next_is_not(
    phone: Phone,
    world: World,
    fill: Fill,
    monkeypatch: pytest.MonkeyPatch,
    limit: Limit,
    subject: str,
    login: str,
) -> None:
    fill(limit, subject.format(login=login), limit.most - 1)
    member = attempt(phone(ELSEWHERE), login)
    assert (member.page.status, REFUSED in member.page.text) == (403, True)
    with monkeypatch.context() as watched:
        watched.setattr(members, "Argon2id", _never)
        for _ in range(3):
            attempt(member, login, PASSWORD, code_now(world.secrets[LOGIN]))
            assert member.page.status == 429
            minutes = 10 if limit.window.total_seconds() == 900 else 55
            assert f"Wait {minutes} minutes" in member.page.text
            assert int(member.page.response.headers["Retry-After"]) <= minutes * 60
            assert member.page.form("/desk/sign-in").values["login"] == [login]
            assert member.page.form("/desk/sign-in").values["password"] == [""]
    known = None if login == NOBODY else world.sign_in(LOGIN).member.id
    why = "unknown" if login == NOBODY else "password"
    assert refusals(world) == [(why, known), ("too_many", known)]
    # After the first one over the limit a flood writes nothing any more.
    with world.database.reading() as session:
        number = attempts_so_far(session, world.vault, limit, subject.format(login=login))
    assert number == limit.most + 1


@pytest.mark.parametrize(("limit", "subject"), LIMITS)
def test_with_the_window_the_right_password_opens_again(
    phone: Phone, world: World, fill: Fill, limit: Limit, subject: str
) -> None:
    fill(limit, subject.format(login=LOGIN), limit.most + 1)
    member = attempt(phone(ELSEWHERE), LOGIN)
    assert member.page.status == 429
    clock.set_offset(int(limit.window.total_seconds()))
    assert attempt(member, LOGIN, PASSWORD, code_now(world.secrets[LOGIN])).page.status == 200


def test_whom_a_limit_does_not_mean_comes_in(phone: Phone, world: World, fill: Fill) -> None:
    fill(SIGN_INS_FROM_HERE, f"{ELSEWHERE} {LOGIN}", 50)
    fill(SIGN_INS_AT_ADDRESS, ELSEWHERE, 500)
    fill(SIGN_INS_TO_ACCOUNT, "other.lead", 500)
    # The same account elsewhere: who is kept out there has not used up its tries here.
    assert attempt(phone(ELSEWHERE), LOGIN).page.status == 429
    assert phone(DORMITORY).sign_in(world, LOGIN).status == 200


def test_one_address_alone_cannot_lock_a_member_out(phone: Phone, world: World) -> None:
    stranger = phone(ELSEWHERE)
    for quarter in range(4):
        clock.set_offset(quarter * 900)
        for _ in range(SIGN_INS_FROM_HERE.most + 5):
            attempt(stranger, LOGIN)
        assert stranger.page.status == 429
    with world.database.reading() as session:
        number = attempts_so_far(session, world.vault, SIGN_INS_TO_ACCOUNT, LOGIN)
    assert number < SIGN_INS_TO_ACCOUNT.most / 2
    assert attempt(phone(DORMITORY), LOGIN, PASSWORD, code_now(world.secrets[LOGIN])).page.status == 200


def test_a_login_counts_however_it_is_written(phone: Phone, world: World, fill: Fill) -> None:
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 500)
    for written in (" Near.Lead", "NEAR.LEAD ", "ｎear.lead"):
        assert attempt(phone(ELSEWHERE), written).page.status == 429


def test_a_try_that_cannot_be_counted_is_not_made(
    phone: Phone, world: World, without_counters: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_counters()
    monkeypatch.setattr(members, "Argon2id", _never)
    member = phone(ELSEWHERE)
    assert attempt(member, LOGIN, PASSWORD, code_now(world.secrets[LOGIN])).page.status == 503
    assert member.client.get_cookie("redress_member") is None


def test_the_recovery_page_has_the_same_limits(
    phone: Phone, world: World, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(SIGN_INS_FROM_HERE, f"{ELSEWHERE} {LOGIN}", SIGN_INS_FROM_HERE.most - 1)
    member = phone(ELSEWHERE)
    secret = member.open("/desk/recover").form("/recover").values["secret"][0]
    for expected in (403, 429):
        page = member.send(
            "/recover",
            login=LOGIN,
            recovery="0000-0000",
            password="another password of words",
            again="another password of words",
            code=code_now(secret),
        )
        assert page.status == expected
    assert "Too many tries." in page.text
    assert page.form("/recover").values["login"] == [LOGIN]
    assert attempt(phone(ELSEWHERE), LOGIN).page.status == 429


def test_the_invitation_page_has_the_same_limits(
    phone: Phone, world: World, fill: Fill, invitation: Callable[[str], str]
) -> None:
    fill(SIGN_INS_AT_ADDRESS, ELSEWHERE, SIGN_INS_AT_ADDRESS.most - 1)
    address, member = invitation("new.one"), phone(ELSEWHERE)
    secret = member.open(address).form(address).values["secret"][0]
    for expected in (400, 429):
        page = member.send(address, password="short", again="short", code=code_now(secret))
        assert page.status == expected
    assert "Too many tries." in page.text
    # The link is not used up: from another address it still works.
    other = phone(DORMITORY)
    other.page = member.page
    assert other.send(address, password=PASSWORD, again=PASSWORD, code=code_now(secret)).status == 200
