"""Tries to come in: above three limits they wait for their turn, the same for logins that do not exist, and nobody is shut out."""

from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.network import code_now
from app.network.attempts import (
    SIGN_INS_AT_ADDRESS,
    SIGN_INS_FROM_HERE,
    SIGN_INS_FROM_KNOWN_BROWSER,
    SIGN_INS_TO_ACCOUNT,
    Limit,
    attempts_so_far,
)
from app.vault import Guess, TooBusy, members, read_journal
from tests.harness.world import PASSWORD, World
from tests.support.addresses import DORMITORY, ELSEWHERE, Fill, Phone
from tests.support.member import Member
from tests.support.sign_in_tries import LIMITS, LOGIN, NOBODY, WRONG

REFUSED = "That did not work."


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


def come_in(phone: Member, world: World) -> Member:
    """Try once more, with the next code of the app."""
    return attempt(phone, LOGIN, PASSWORD, code_now(world.secrets[LOGIN]))


@pytest.mark.parametrize("login", (LOGIN, NOBODY))
@pytest.mark.parametrize(("limit", "subject"), LIMITS)
def test_over_a_limit_each_try_waits_for_its_turn_and_is_made(
    phone: Phone, world: World, fill: Fill, turns: list[Guess], limit: Limit, subject: str, login: str
) -> None:
    fill(limit, subject.format(login=login), limit.most - 1)
    member = attempt(phone(ELSEWHERE), login)
    assert (member.page.status, turns) == (403, [])
    for _ in range(3):
        attempt(member, login)
        assert (member.page.status, REFUSED in member.page.text) == (403, True)
        assert member.page.form("/desk/sign-in").values["login"] == [login]
    assert turns == [Guess.PASSWORD] * 3
    known = None if login == NOBODY else world.sign_in(LOGIN).member.id
    why = "unknown" if login == NOBODY else "password"
    assert sorted(refusals(world)) == sorted([(why, known)] * 4 + [("too_many", known)])
    # After the first one over the limit a flood counts nothing any more.
    with world.database.reading() as session:
        number = attempts_so_far(session, world.vault, limit, subject.format(login=login))
    assert number == limit.most + 1
    if login == LOGIN:
        clock.set_offset(90)
        assert come_in(member, world).page.status == 200


def test_a_hundred_and_one_wrong_ones_from_elsewhere_keep_nobody_out(
    phone: Phone, world: World, fill: Fill, turns: list[Guess]
) -> None:
    owner = phone(DORMITORY)
    clock.set_offset(30)
    assert come_in(owner, world).page.status == 200
    owner.send("/lock")
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 5_000)
    fill(SIGN_INS_AT_ADDRESS, DORMITORY, 5_000)
    fill(SIGN_INS_FROM_HERE, f"{DORMITORY} {LOGIN}", 5_000)
    # In the browser that is known the way is the usual one, in every other it is slower.
    clock.set_offset(90)
    assert come_in(owner, world).page.status == 200
    assert turns == []
    clock.set_offset(180)
    assert come_in(phone(DORMITORY), world).page.status == 200
    assert turns == [Guess.PASSWORD]


def test_a_browser_is_known_for_the_member_who_signed_in_there_and_for_a_time(
    phone: Phone, world: World, fill: Fill, turns: list[Guess]
) -> None:
    owner = phone(DORMITORY)
    clock.set_offset(30)
    assert come_in(owner, world).page.status == 200
    kept = owner.client.get_cookie("redress_known")
    assert kept is not None
    assert (kept.http_only, kept.same_site) == (True, "Strict")
    assert LOGIN not in kept.value
    owner.send("/lock")
    assert owner.client.get_cookie("redress_known") is not None
    fill(SIGN_INS_TO_ACCOUNT, "other.lead", 5_000)
    attempt(owner, "other.lead")
    assert turns == [Guess.PASSWORD]
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 5_000)
    clock.set_offset(179 * 86_400)
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 5_000)
    attempt(owner, LOGIN)
    assert len(turns) == 1
    clock.set_offset(181 * 86_400)
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 5_000)
    attempt(owner, LOGIN)
    assert len(turns) == 2


@pytest.mark.parametrize("mark", ("", "x", "A" * 200, "A" * 3_000, "é"))
def test_a_mark_that_is_not_ours_is_nobodys(
    phone: Phone, world: World, fill: Fill, turns: list[Guess], mark: str
) -> None:
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 5_000)
    stranger = phone(ELSEWHERE)
    stranger.client.set_cookie("redress_known", mark)
    attempt(stranger, LOGIN)
    assert turns == [Guess.PASSWORD]


def test_a_stolen_mark_is_no_way_to_guess_fast(phone: Phone, world: World, turns: list[Guess]) -> None:
    owner = phone(DORMITORY)
    clock.set_offset(30)
    assert come_in(owner, world).page.status == 200
    owner.send("/lock")
    for _ in range(SIGN_INS_FROM_KNOWN_BROWSER.most):
        attempt(owner, LOGIN)
    assert turns == []
    attempt(owner, LOGIN)
    assert turns == [Guess.PASSWORD]


def test_who_is_told_to_send_it_again_has_not_used_up_a_try(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object, **_named: object) -> None:
        raise TooBusy

    member = phone(ELSEWHERE)
    with monkeypatch.context() as full:
        full.setattr(members, "_password_key", busy)
        for _ in range(SIGN_INS_FROM_HERE.most + 5):
            assert attempt(member, LOGIN).page.status == 503
    with world.database.reading() as session:
        assert attempts_so_far(session, world.vault, SIGN_INS_FROM_HERE, f"{ELSEWHERE} {LOGIN}") == 0
        assert attempts_so_far(session, world.vault, SIGN_INS_TO_ACCOUNT, LOGIN) == 0


def test_a_login_counts_however_it_is_written(
    phone: Phone, world: World, fill: Fill, turns: list[Guess]
) -> None:
    fill(SIGN_INS_TO_ACCOUNT, LOGIN, 500)
    for written in (" Near.Lead", "NEAR.LEAD ", "ｎear.lead"):
        attempt(phone(ELSEWHERE), written)
    assert turns == [Guess.PASSWORD] * 3


def test_a_try_that_cannot_be_counted_is_not_made(
    phone: Phone, world: World, without_counters: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_counters()
    monkeypatch.setattr(members, "Argon2id", _never)
    member = phone(ELSEWHERE)
    assert attempt(member, LOGIN, PASSWORD, code_now(world.secrets[LOGIN])).page.status == 503
    assert member.client.get_cookie("redress_member") is None


def test_the_recovery_page_has_the_same_limits(
    phone: Phone, world: World, fill: Fill, turns: list[Guess]
) -> None:
    fill(SIGN_INS_FROM_HERE, f"{ELSEWHERE} {LOGIN}", SIGN_INS_FROM_HERE.most - 1)
    member = phone(ELSEWHERE)
    secret = member.open("/desk/recover").form("/recover").values["secret"][0]
    for waited in (0, 1):
        page = member.send(
            "/recover",
            login=LOGIN,
            recovery="0000-0000",
            password="another password of words",
            again="another password of words",
            code=code_now(secret),
        )
        assert (page.status, len(turns)) == (403, waited)
    assert page.form("/recover").values["login"] == [LOGIN]
    attempt(phone(ELSEWHERE), LOGIN)
    assert len(turns) == 2


def test_the_invitation_page_has_the_same_limits(
    phone: Phone, world: World, fill: Fill, invitation: Callable[[str], str], turns: list[Guess]
) -> None:
    fill(SIGN_INS_AT_ADDRESS, ELSEWHERE, SIGN_INS_AT_ADDRESS.most - 1)
    address, member = invitation("new.one"), phone(ELSEWHERE)
    secret = member.open(address).form(address).values["secret"][0]
    for waited in (0, 1):
        page = member.send(address, password="short", again="short", code=code_now(secret))
        assert (page.status, len(turns)) == (400, waited)
    # The link is not used up, and whoever has it comes in.
    assert member.send(address, password=PASSWORD, again=PASSWORD, code=code_now(secret)).status == 200
