"""A form that is refused comes back with every word, choice and tick as it was sent, and the other forms show what stands."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from app.cases.worker.messages import write
from app.database import CaseId
from app.vault import CircleName
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, Member, accepted

TYPED = "  Typed last,\r\nwith a space \u092f\u0939 "
LINE = "  Typed last, with a space \u092f\u0939 "
TOO_LONG = "x" * 70_000


def filled(page: Page, ending: str) -> dict[str, str]:
    """What each field of a form shows, ticked or chosen or written."""
    form = next(each for each in page.root.iter("form") if (each.get("action") or "").endswith(ending))
    shown = {name: values[-1] for name, values in page.form(ending).values.items() if "token" not in name}
    for each in form.iter("select"):
        chosen = [o.get("value", "") for o in each.iter("option") if o.get("selected") is not None]
        shown[each.get("name", "")] = chosen[-1] if chosen else ""
    return {name: value for name, value in shown.items() if name not in ("seen", "of_case")}


@dataclass
class Refusal:
    """A form of the case page, and what is sent that is refused; `meanwhile` the worker writes before it is sent."""

    ending: str
    sent: dict[str, str]
    meanwhile: bool = False
    danger: bool = False


CLOSE = {"outcome": "referred", "note": TYPED, "word": TYPED, "safe": TYPED}
REFUSED = (
    Refusal("/close", {**CLOSE, "outcome": ""}, danger=True),
    Refusal("/close", {**CLOSE, "note": " "}, danger=True),
    Refusal("/close", {**CLOSE, "word": ""}, danger=True),
    Refusal("/close", {**CLOSE, "safe": ""}, danger=True),
    Refusal("/close", {**CLOSE, "word": TOO_LONG}, danger=True),
    Refusal("/close", CLOSE, meanwhile=True, danger=True),
    Refusal("/close", {"outcome": "unfounded", "note": TYPED, "word": TYPED}, meanwhile=True),
    Refusal("/stage", {"to": "", "note": LINE, "agreed": "yes"}),
    Refusal("/stage", {"to": "engaging", "note": "", "agreed": "yes"}),
    Refusal("/stage", {"to": "engaging", "note": LINE}),
    Refusal("/urgency", {"urgency": "low", "reason": " "}),
    Refusal("/urgency", {"urgency": "low", "reason": TOO_LONG}),
    Refusal("/category", {"category": ""}),
    Refusal("/reply", {"text": " \r\n "}),
    Refusal("/reply", {"text": TYPED}, meanwhile=True),
    Refusal("/reply", {"text": TOO_LONG}),
    Refusal("/note", {"text": " "}),
    Refusal("/note", {"text": TOO_LONG}),
    Refusal("/assign", {"member": ""}),
)


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda each: each.ending)
def test_a_refused_form_of_the_case_shows_what_was_sent(
    browse: Browse, world: World, refusal: Refusal
) -> None:
    filed = world.file(danger=refusal.danger)
    case_id = accepted(world, filed)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/stage", to="assessing")
    member.send("/claim")
    page = member.send("/category", category="wages.overtime_pay")
    others = {each: filled(page, each) for each in {one.ending for one in REFUSED} - {refusal.ending}}
    # An earlier try leaves nothing behind.
    if refusal.ending in ("/close", "/stage"):
        old: dict[str, Any] = {**refusal.sent, "outcome": "", "to": "", "note": "Old.", "safe": "Old."}
        member.send(refusal.ending, **old)
    if refusal.meanwhile:
        worker = world.enter(filed)
        with world.database.writing() as session:
            write(session, world.vault, world.rules, worker, "One more thing.", uuid4())
    sent = dict.fromkeys(filled(member.page, refusal.ending), "") | refusal.sent
    page = _send(member, refusal.ending, sent)
    assert page.status in (400, 409)
    shown = filled(page, refusal.ending)
    assert {name: shown.get(name, "") for name in sent} == sent
    assert {each: filled(page, each) for each in others} == others
    assert page.text.count("Typed last") == sum(value == TYPED for value in sent.values())


def _send(member: Member, ending: str, fields: dict[str, str]) -> Page:
    """Send exactly these fields: a tick that is not among them is not sent."""
    form = member.page.form(ending)
    hidden = {name: form.values[name] for name in form.values if name not in fields}
    data: dict[str, Any] = {
        **hidden,
        **{name: value for name, value in fields.items() if value or name != "agreed"},
    }
    member.page = Page(member.client.post(form.action, data=data, follow_redirects=True))
    return member.page


def test_a_tick_and_a_step_that_the_page_offers_no_more_are_told(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file())
    first, second = browse("near.lead"), browse("near.caseworker")
    first.open(f"/desk/cases/{case_id}")
    first.send("/stage", to="assessing")
    second.open(f"/desk/cases/{case_id}")
    first.send("/stage", to="engaging", agreed="yes", note="She said so on Monday.")
    page = second.send("/stage", to="engaging", agreed="yes", note="She told me on the phone.")
    assert page.status == 409
    assert "You chose: The worker said yes to me: the company may be told." in page.text
    assert "You chose: " in page.text.replace("You chose: The worker said yes", "", 1)
    assert filled(page, "/stage")["note"] == "She told me on the phone."


def test_a_tick_is_told_on_the_page_for_an_old_log_in(browse: Browse, case_id: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    shown = member.send("/stage", form_token="old", to="assessing", agreed="yes", note="Kept words.")
    assert "You chose: The worker said yes to me: the company may be told." in shown.text


def test_a_refused_decline_is_open_with_its_question(browse: Browse, world: World) -> None:
    case_id = world.case_of(world.file())
    member = browse("near.lead")
    member.open("/desk/")
    page = member.send(f"/offers/{case_id}/decline", why="")
    assert page.status == 400
    [opened] = [
        each for each in page.root.iter("details") if each.get("open") is not None and list(each.iter("form"))
    ]
    assert [form.get("action") for form in opened.iter("form")] == [f"/desk/offers/{case_id}/decline"]


@pytest.mark.parametrize(
    ("site", "country"), (("No Such Place Anywhere", "NP"), ("", "??"), ("  Two  words ", "MY")), ids=repr
)
def test_a_refused_workplace_shows_what_was_sent(
    browse: Browse, case_id: CaseId, site: str, country: str
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}/workplace")
    page = member.send("/workplace", site=site, country=country)
    assert page.status == 400
    assert filled(page, "/workplace") == {"site": site, "country": "" if country == "??" else country}


def _placeable(world: World) -> CaseId:
    return world.case_of(
        world.file(words="They owe us.", exclude_other="my cousin Zubin", site="the blue factory")
    )


@pytest.mark.parametrize(
    ("ending", "field", "value"),
    (
        ("/note", "reason", "  "),
        ("/note", "reason", TOO_LONG),
        ("/ask", "reason", "  "),
        ("/ask", "reason", TOO_LONG),
        ("/place", "organisation", ""),
    ),
)
def test_a_refused_form_of_custody_shows_what_was_sent(
    browse: Browse, world: World, ending: str, field: str, value: str
) -> None:
    case_id = _placeable(world)
    member = browse("custodian.one")
    member.open(f"/network/waiting/{case_id}")
    sent: dict[str, Any] = {field: value}
    page = member.send(ending, **sent)
    assert page.status == 400
    assert filled(page, ending)[field] == value


def test_a_refused_letting_in_shows_its_ticks(browse: Browse, world: World) -> None:
    member = browse("near.lead")
    member.open("/network/members")
    who = world.sign_in("near.viewer").member.id
    page = member.send(f"/members/{who}/admit", circle=[CircleName.RESTRICTED.value])
    assert page.status == 400
    assert page.form(f"/members/{who}/admit").values["circle"][-1] == CircleName.RESTRICTED.value
    assert filled(page, "/members/invite") == {"name": "", "login": "", "role": ""}
