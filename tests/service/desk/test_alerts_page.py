"""A member's own alerts: entered, shown as a hint only, tried, removed; the coordinator reads where nobody can be alerted."""

import pytest
from sqlalchemy import select

from app.database import new_id
from app.messaging.members import Notice
from app.messaging.models import MemberAddress, OutgoingText
from app.network import set_turn
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, Member

PHONE, MAIL = "+60 12-345 0901", "siti@mail.example"


def _send(member: Member, ending: str, channel: str, **fields: str) -> None:
    """Press the button of this channel's form."""
    forms = [each for each in member.page.root.iter("form") if (each.get("action") or "").endswith(ending)]
    form = next(each for each in forms if any(field.get("value") == channel for field in each.iter("input")))
    values = {str(field.get("name")): field.get("value", "") for field in form.iter("input")}
    member.page = Page(
        member.client.post(str(form.get("action")), data={**values, **fields}, follow_redirects=True)
    )


def test_addresses_are_kept_as_hints_tried_and_removed(browse: Browse, world: World) -> None:
    member = browse("near.lead")
    page = member.open("/desk/")
    assert any(link.get("href") == "/desk/alerts" for link in page.root.iter("a"))
    page = member.open("/desk/alerts")
    assert "Redress: something urgent waits for you. Please log in." in page.text
    assert "This server sends no e-mail" in page.text
    _send(member, "/alerts", "text", address=PHONE)
    assert "Saved. Send yourself a test" in member.page.text
    assert "+60…01" in member.page.text
    _send(member, "/alerts", "email", address=MAIL)
    assert "s…@mail.example" in member.page.text
    assert "cannot be reached from here" in member.page.text
    shown = member.page.response.get_data(as_text=True)
    assert "0901" not in shown
    assert MAIL not in shown
    _send(member, "/alerts/test", "text")
    assert "The test is on its way." in member.page.text
    with world.database.reading() as session:
        assert (
            len(session.scalars(select(OutgoingText).where(OutgoingText.address_id.is_not(None))).all()) == 1
        )
    _send(member, "/alerts/remove", "text")
    assert "Removed." in member.page.text
    with world.database.reading() as session:
        assert [row.channel for row in session.scalars(select(MemberAddress))] == ["email"]


@pytest.mark.parametrize(
    ("channel", "typed", "said"),
    (
        ("text", "call me", "This is no number that can be texted."),
        ("email", "siti", "This is no e-mail address."),
        ("pigeon", "siti", "This is no e-mail address."),
    ),
)
def test_what_cannot_be_read_comes_back(browse: Browse, channel: str, typed: str, said: str) -> None:
    member = browse("near.lead")
    member.open("/desk/alerts")
    token = member.page.form("/desk/alerts").values["form_token"]
    told = {"form_token": token, "channel": channel, "address": typed}
    page = Page(member.client.post("/desk/alerts", data=told))
    assert page.status == 400
    assert said in page.text
    assert typed in page.response.get_data(as_text=True)


def test_a_test_without_an_address_and_too_many_of_them(browse: Browse, world: World) -> None:
    member = browse("near.lead")
    member.open("/desk/alerts")
    page = member.post("/desk/alerts/test", channel="text", once_token=world.vault.form_token())
    assert page.status == 409
    _send(member, "/alerts", "text", address=PHONE)
    for _ in range(5):
        _send(member, "/alerts/test", "text")
        assert "The test is on its way." in member.page.text
    _send(member, "/alerts/test", "text")
    assert member.page.status == 429
    assert "5 tests today" in member.page.text


def test_the_coordinator_reads_where_nobody_can_be_alerted(browse: Browse, world: World) -> None:
    custodian = browse("custodian.one")
    page = custodian.open("/network/")
    assert "In 4 organisations nobody can be alerted to danger" in page.text
    assert "Mawar Workers Aid" in page.text
    assert "Yours is one of them" in page.text
    custodian.open("/desk/alerts")
    _send(custodian, "/alerts", "text", address="+31 6 12345678")
    page = custodian.open("/network/")
    assert "In 3 organisations nobody can be alerted to danger" in page.text
    assert "Yours is one of them" not in page.text


@pytest.mark.parametrize("login", ("near.viewer", "union.lead", "buyer.lead"))
def test_whoever_is_not_asked_to_act_has_no_alerts(browse: Browse, login: str) -> None:
    member = browse(login)
    page = member.open("/desk/alerts")
    assert page.status == 403
    assert not any(link.get("href") == "/desk/alerts" for link in page.root.iter("a"))


def test_each_kind_of_danger_on_a_page_calls_the_partner(browse: Browse, world: World) -> None:
    member = browse("near.lead")
    member.open("/desk/alerts")
    _send(member, "/alerts", "text", address=PHONE)
    case_id = world.case_of(world.file(danger=True))

    def alerts() -> int:
        with world.database.reading() as session:
            return len(session.scalars(select(OutgoingText).where(OutgoingText.case_id == case_id)).all())

    assert alerts() == 1
    member.open("/desk/")
    member.send(f"{case_id}/accept")
    assert alerts() == 1
    colleague = browse("near.caseworker")
    colleague.open(f"/desk/cases/{case_id}")
    colleague.send("/urgency", urgency="low", reason="It was a mistake.")
    colleague.send("/urgency", urgency="danger", reason="No, it was not.")
    assert alerts() == 2


def ticked(page: Page) -> set[tuple[str, str]]:
    """What is ticked of what a member is told."""
    values = page.form("/desk/alerts/notices").values
    return {(kind, way) for kind, ways in values.items() if kind in set(Notice) for way in ways}


def test_a_member_chooses_what_they_are_told_of(browse: Browse, world: World) -> None:
    member = browse("near.caseworker")
    page = member.open("/desk/alerts")
    usual = {(kind, way) for kind in ("danger", "late", "date") for way in ("text", "email")}
    assert ticked(page) == usual | {("digest", "email")}
    token = page.form("/desk/alerts").values["form_token"]

    def choose(**ticks: list[str]) -> Page:
        told = {"form_token": token, **ticks}
        return Page(member.client.post("/desk/alerts/notices", data=told, follow_redirects=True))

    page = choose(danger=["email"], offer=["text"], digest=["text"], pigeon=["text"])
    assert "Saved. You are told of what is ticked below." in page.text
    assert ticked(page) == {("danger", "email"), ("offer", "text")}
    helper, lead = world.sign_in("near.caseworker").member.id, world.sign_in("near.lead")
    with world.database.writing() as session:
        set_turn(
            session,
            world.vault,
            lead,
            helper,
            weekdays=frozenset(),
            first=None,
            last=None,
            submission_id=new_id(),
        )
    page = choose(late=["text"])
    assert page.status == 409
    assert "Nobody but you is on duty on some of these days" in page.text
    assert ticked(page) == {("late", "text")}
    page = member.open("/desk/alerts")
    assert ticked(page) == {("danger", "email"), ("offer", "text")}
    assert "You are told of danger then, whatever is ticked." in page.text
    kinds = {kind for kind, _ in ticked(browse("custodian.one").open("/desk/alerts"))}
    assert kinds == {"danger", "late"}
