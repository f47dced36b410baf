"""Coming in and going out, and what happens to words when the session has ended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.network import code_now, new_totp_secret
from tests.harness.pages import checked_client
from tests.harness.world import PASSWORD, World
from tests.support.member import Browse, Member, accepted, make_app, world_offset

REFUSED = "That did not work."


@pytest.fixture
def member(app: Flask) -> Member:
    return Member(checked_client(app))


def test_a_partner_comes_in_to_the_queue_and_locks(member: Member, world: World) -> None:
    page = member.sign_in(world, "near.lead")
    assert page.response.request.path == "/desk/"
    assert "Mawar Workers Aid" in page.text
    assert "Name of near.lead" in page.text
    member.send("/desk/lock")
    assert "Locked." in member.page.text
    assert member.client.get_cookie("redress_member") is None
    assert "Log in" in member.open("/desk/").text


def test_each_kind_starts_on_its_own_page(browse: Browse) -> None:
    starts = {
        login: browse(login).page.response.request.path
        for login in ("near.lead", "custodian.one", "union.lead", "buyer.lead")
    }
    assert starts == {
        "near.lead": "/desk/",
        "custodian.one": "/network/",
        "union.lead": "/desk/home",
        "buyer.lead": "/desk/home",
    }


def test_a_union_that_opens_the_queue_is_told_whom_it_is_for(browse: Browse) -> None:
    page = browse("union.lead").open("/desk/")
    assert page.status == 403
    assert "Monitoring partner" in page.text


@pytest.mark.parametrize(
    ("login", "password", "code"),
    (
        ("nobody.at.all", PASSWORD, None),
        ("near.lead", "a wrong password of words", None),
        ("near.lead", PASSWORD, "000000"),
        ("near.lead", "", ""),
        ("", "", ""),
    ),
)
def test_every_refusal_reads_the_same(
    member: Member, world: World, login: str, password: str, code: str | None
) -> None:
    member.open("/desk/sign-in")
    known = code_now(world.secrets["near.lead"])
    page = member.send("/desk/sign-in", login=login, password=password, code=known if code is None else code)
    assert page.status == 403
    assert REFUSED in page.text
    assert page.form("/desk/sign-in").values["password"] == [""]
    assert member.client.get_cookie("redress_member") is None


def test_a_code_opens_the_door_once(app: Flask, world: World) -> None:
    first, second = Member(checked_client(app)), Member(checked_client(app))
    # One code for both, also where half a minute ends between them: the next one would open the door.
    clock.set_offset(world_offset(world))
    used = code_now(world.secrets["near.lead"])
    for member, status in ((first, 200), (second, 403)):
        member.open("/desk/sign-in")
        page = member.send("/desk/sign-in", login="near.lead", password=PASSWORD, code=used)
        assert page.status == status


def test_the_cookie_is_for_this_site_only(member: Member, world: World) -> None:
    member.sign_in(world, "near.lead")
    cookie = member.client.get_cookie("redress_member")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.expires) == (True, "Strict", "/", None)


def test_over_https_the_cookie_is_bound_to_this_host(world: World, tmp_path: Path) -> None:
    app = make_app(world, tmp_path, REDRESS_PUBLIC_URL="https://help.example.org")
    member = Member(checked_client(app))
    world_login = {"base_url": "https://help.example.org"}
    clock.set_offset(60)
    answer = member.client.post(
        "/desk/sign-in",
        data={"login": "far.lead", "password": PASSWORD, "code": code_now(world.secrets["far.lead"])},
        **world_login,
    )
    assert answer.status_code == 303
    sent = answer.headers["Set-Cookie"]
    assert sent.startswith("__Host-redress_member=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(sent.split("; "))
    assert "Domain" not in sent


@pytest.mark.parametrize(
    ("asked", "led_to"),
    (
        ("/network/members", "/network/members"),
        ("/desk/?show=late", "/desk/?show=late"),
        ("//evil.example/desk/", "/desk/home"),
        ("https://evil.example/", "/desk/home"),
        ("/desk/\\evil.example", "/desk/home"),
        ("/en/inbox", "/desk/home"),
        ("/desk/\nSet-Cookie: x", "/desk/home"),
    ),
)
def test_logging_in_leads_only_to_members_pages(
    member: Member, world: World, asked: str, led_to: str
) -> None:
    clock.set_offset(60)
    answer = member.client.post(
        "/desk/sign-in",
        data={
            "login": "far.lead",
            "password": PASSWORD,
            "code": code_now(world.secrets["far.lead"]),
            "next": asked,
        },
    )
    assert answer.headers["Location"] == led_to


def test_after_twenty_minutes_the_log_in_page_says_so_and_leads_back(browse: Browse, world: World) -> None:
    member = browse("near.lead")
    clock.set_offset(60 + 20 * 60)
    page = member.open("/network/members")
    assert "nothing happened for 20 minutes" in page.text
    assert page.form("/desk/sign-in").values["next"] == ["/network/members"]
    member.send(
        "/desk/sign-in", login="near.lead", password=PASSWORD, code=code_now(world.secrets["near.lead"])
    )
    assert member.page.response.request.path == "/network/members"


def test_using_the_desk_keeps_the_session_open(browse: Browse) -> None:
    member = browse("near.lead")
    for minutes in (15, 30, 45):
        clock.set_offset(60 + minutes * 60)
        assert "Queue" in member.open("/desk/").text


def test_words_written_into_an_ended_session_come_back(browse: Browse, world: World) -> None:
    member = browse("near.lead")
    case_id = accepted(world)
    member.open(f"/desk/cases/{case_id}")
    clock.set_offset(60 + 21 * 60)
    page = member.send(f"/desk/cases/{case_id}/reply", text="We <b>heard</b> you.\nWe act.")
    assert page.status == 401
    assert "What you wrote was not saved" in page.text
    assert "We <b>heard</b> you. We act." in page.text
    assert "&lt;b&gt;heard" in page.response.get_data(as_text=True)
    assert not [cookie for cookie in [member.client.get_cookie("redress_member")] if cookie]


@pytest.mark.parametrize("token", ("", "x", "ünïcode"))
def test_a_form_of_another_session_stores_nothing_and_keeps_the_words(
    browse: Browse, world: World, token: str
) -> None:
    member = browse("near.lead")
    case_id = accepted(world)
    page = member.open(f"/desk/cases/{case_id}")
    values = page.form("/reply").values
    answer = member.client.post(
        f"/desk/cases/{case_id}/reply", data={**values, "form_token": token, "text": "Kept words."}
    )
    assert answer.status_code == 400
    assert "Kept words." in answer.get_data(as_text=True)
    assert "Kept words." not in member.open(f"/desk/cases/{case_id}").text


def test_a_post_from_another_site_is_refused(browse: Browse) -> None:
    member = browse("near.lead")
    answer = member.client.post("/desk/lock", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert member.open("/desk/").status == 200


def test_a_changed_cookie_opens_nothing(app: Flask) -> None:
    client = checked_client(app)
    for value in ("x", "A" * 43, "é", "A" * 3000):
        client.set_cookie("redress_member", value)
        answer = client.get("/desk/")
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/desk/sign-in?ended=1")


def test_the_recovery_code_lets_back_in_once(
    member: Member, world: World, recovery_codes: Callable[[str], str]
) -> None:
    code, secret = recovery_codes("late.lead"), new_totp_secret()
    answers: dict[str, Any] = {
        "login": "late.lead",
        "recovery": code,
        "password": "another long password",
        "again": "another long password",
        "secret": secret,
    }
    member.open("/desk/recover")
    page = member.send("/desk/recover", **answers, code=code_now(secret))
    assert page.status == 200, page.text
    assert "You are back in" in page.text
    assert code not in page.text
    assert member.open("/desk/home").status == 200
    clock.set_offset(300)
    member.open("/desk/recover")
    assert member.send("/desk/recover", **answers, code=code_now(secret)).status == 403


@pytest.mark.parametrize(
    ("change", "said"),
    (
        ({"again": "something else"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"code": "123"}, "not the one the app shows"),
        ({"secret": "AAAA"}, "new picture"),
        ({"secret": ""}, "new picture"),
        ({"recovery": "wrong"}, REFUSED),
        ({"login": "nobody.at.all"}, REFUSED),
    ),
)
def test_what_is_wrong_with_a_recovery_is_said(
    member: Member, recovery_codes: Callable[[str], str], change: dict[str, Any], said: str
) -> None:
    secret = new_totp_secret()
    answers: dict[str, Any] = {
        "login": "late.lead",
        "recovery": recovery_codes("late.lead"),
        "password": "another long password",
        "again": "another long password",
        "secret": secret,
        "code": code_now(secret),
    }
    member.open("/desk/recover")
    page = member.send("/desk/recover", **(answers | change))
    assert page.status in (400, 403)
    assert said in page.text
    assert member.client.get_cookie("redress_member") is None
