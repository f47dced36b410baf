"""A button pressed twice at the desk: the second post is answered as the first, and does nothing; what differs is a new act."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.network import Invitation, Member, code_now
from app.vault import read_journal
from tests.harness.pages import checked_client
from tests.harness.world import PASSWORD, World
from tests.support.browsing import Page
from tests.support.member import Browse, accepted, world_offset
from tests.support.member import Member as Visitor


def _twice(member: Visitor, ending: str, **fields: Any) -> tuple[Page, Page]:
    page = member.page
    first = member.send(ending, **fields)
    member.page = page
    return first, member.send(ending, **fields)


def _acts(world: World, case_id: Any, act: str) -> int:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, case_id)].count(act)


def test_declining_twice_is_declining_once(browse: Browse, world: World) -> None:
    case_id = world.case_of(world.file())
    member = browse("near.lead")
    page = member.open("/desk/")
    first, second = _twice(member, "/decline", why="language")
    assert (first.status, second.status) == (200, 200)
    assert first.text == second.text
    assert _acts(world, case_id, "case.declined") == 1
    member.page = page
    assert member.send("/decline", why="too_far").status == 409


def test_ticking_twice_is_ticking_once_and_a_colleagues_tick_is_told(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(danger=True))
    member, colleague = browse("near.lead"), browse("near.caseworker")
    member.open(f"/desk/cases/{case_id}")
    page = colleague.open(f"/desk/cases/{case_id}")
    first, second = _twice(member, "/done", what="safety_contact")
    assert (first.status, second.status) == (200, 200)
    assert "Marked as done." in second.text
    assert _acts(world, case_id, "clock.met") == 1
    colleague.page = page
    assert colleague.send("/done", what="safety_contact").status == 409


def test_moving_twice_without_words_is_moving_once(browse: Browse, world: World) -> None:
    case_id = accepted(world)
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    first, second = _twice(member, "/stage", to="assessing")
    assert (first.status, second.status) == (200, 200)
    assert _acts(world, case_id, "case.stage") == 1
    # With words it is another act, and the page that it comes from is older than the case.
    member.page = page
    assert member.send("/stage", to="assessing", note="And why.").status == 409


def test_logging_in_twice_with_one_page_opens_one_session(app: Any, world: World) -> None:
    member = Visitor(checked_client(app))
    member.open("/desk/sign-in")
    page = member.page
    clock.set_offset(world_offset(world))
    code = code_now(world.secrets["near.lead"])
    first, second = _twice(member, "/desk/sign-in", login="near.lead", password=PASSWORD, code=code)
    assert (first.status, second.status) == (200, 200)
    # Another page with the same code, and the same page with another password, are tries like any other.
    thief = Visitor(checked_client(app))
    thief.open("/desk/sign-in")
    assert thief.send("/desk/sign-in", login="near.lead", password=PASSWORD, code=code).status == 403
    thief.page = page
    assert thief.send("/desk/sign-in", login="near.lead", password="another one", code=code).status == 403
    # Once locked, the page opens nothing any more.
    member.open("/desk/")
    member.send("/desk/lock")
    member.page = page
    assert member.send("/desk/sign-in", login="near.lead", password=PASSWORD, code=code).status == 403


@pytest.mark.parametrize("login", ("new.one", "new\u200b.one"))
def test_inviting_twice_shows_one_link(browse: Browse, world: World, login: str) -> None:
    member = browse("near.lead")
    member.open("/network/members")
    asked: dict[str, Any] = {"name": "New One", "login": login, "role": "caseworker"}
    first, second = _twice(member, "/invite", **asked)
    links = [_link(page) for page in (first, second)]
    assert links[0] == links[1] != ""
    assert _unused(world, "new.one") == 1
    # From the page that shows the link it is asked for anew: a new link, and the old one ends.
    again = _link(member.send("/invite", **asked))
    assert again not in ("", links[0])


def _link(page: Page) -> str:
    found = (each for each in page.root.iter("p") if each.get("class") == "code link")
    return "".join(next(found).itertext())


def _unused(world: World, login: str) -> int:
    with world.database.reading() as session:
        tag = world.vault.lookup("login", login)
        of = select(Member.id).where(Member.login_tag == tag).scalar_subquery()
        return session.scalar(select(func.count()).where(Invitation.member_id == of)) or 0
