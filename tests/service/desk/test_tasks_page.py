"""Next steps on the case page: planned, put off, handed over and finished from its forms; what is refused stays in its field."""

import re
from typing import Any
from uuid import uuid4

import pytest

from app.cases.case import Case
from app.cases.desk import note, plan_task
from app.cases.enums import State
from app.database import CaseId
from tests.harness.world import World
from tests.support.dates import day_at_desk
from tests.support.member import Browse, accepted


@pytest.fixture
def case_id(world: World) -> CaseId:
    return accepted(world, world.file())


def test_a_step_is_planned_put_off_handed_over_and_finished(browse: Browse, case_id: CaseId) -> None:
    member = browse("near.lead")
    assert "None planned." in member.open(f"/desk/cases/{case_id}").text
    page = member.send("/tasks", text="Call the clinic.", on=day_at_desk(1).isoformat())
    assert "Planned." in page.text
    assert page.text.count("Call the clinic.") == 2, "in the thread as a note, and as a step"
    assert "NEXT Our next step" in page.text
    today = member.open("/desk/today")
    assert "Our next step" in today.text
    assert "Call the clinic" not in today.response.text
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/put-off", on=day_at_desk(2).isoformat(), reason="The clinic is shut.")
    assert "Put off." in page.text
    assert "The clinic is shut." in page.text
    page = member.send("/hand-over")
    assert "Choose a colleague first. Nothing was handed over." in page.text
    assert "Name of near.lead · by" in page.text
    page = member.send("/hand-over", member=_colleague(page, "near.caseworker"))
    assert "Handed over." in page.text
    assert "Name of near.caseworker · by" in page.text
    page = member.send("/finish")
    assert "Marked as done." in page.text
    assert "None planned." in page.text
    assert "Our next step" not in member.open("/desk/today").text


def test_a_step_ends_with_its_case_and_comes_back_with_it(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/tasks", text="Call the clinic.", on=day_at_desk(1).isoformat())
    ended = "ended when the case was closed; it was planned by"
    for state in (State.CLOSED, State.ACCEPTED):
        with world.database.writing() as session:
            case = session.get_one(Case, case_id)
            case.state, case.is_open = state, state is not State.CLOSED
        told = member.open(f"/desk/cases/{case_id}").text
        assert (f"Name of near.lead · {ended}" in told) is (state is State.CLOSED)
        assert ("Name of near.lead · by" in told) is (state is not State.CLOSED)


def _colleague(page: object, login: str) -> str:
    [found] = [
        option.get("value")
        for option in page.root.iter("option")  # type: ignore[attr-defined]
        if option.text == f"Name of {login}"
    ][:1]
    return str(found)


def test_what_is_refused_comes_back_in_its_field_with_a_clear_line(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    for on, line in (
        (day_at_desk(-3).isoformat(), "That day has passed."),
        ("tomorrow", "Write the day as year-month-day"),
        ("9999-12-31", "more than ten years away"),
    ):
        page = member.send("/tasks", text="Call the clinic.", on=on)
        assert page.status == 400
        assert line in page.text
        assert "Call the clinic." in page.text
    member.send("/tasks", text="Call the clinic.", on=day_at_desk(1).isoformat())
    page = member.send("/put-off", on=day_at_desk(2).isoformat(), reason="  ")
    assert (page.status, "Write down why. Nothing was changed." in page.text) == (400, True)
    assert day_at_desk(2).isoformat() in [field.get("value") for field in page.root.iter("input")]
    assert "Put off." not in page.text
    page = member.send("/put-off", on=day_at_desk(100).isoformat(), reason="They travel.")
    assert page.status == 409
    assert "It may not wait beyond" in page.text
    assert "They travel." in page.text
    form = page
    other = browse("near.caseworker")
    other.open(f"/desk/cases/{case_id}")
    other.send("/finish")
    member.page = form
    page = member.send("/put-off", on=day_at_desk(1).isoformat(), reason="They travel.")
    assert page.status == 409
    assert "was finished or is not yours any more" in page.text
    assert "They travel." in page.text
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        plan_task(session, world.vault, lead, case_id, "For viewers.", day_at_desk(1), uuid4())
        note(session, world.vault, lead, case_id, "Noise.", uuid4())
    viewer = browse("near.viewer").open(f"/desk/cases/{case_id}")
    assert "For viewers." in viewer.text
    assert "/finish" not in viewer.response.text


def test_put_off_twice_and_the_first_form_once_more_says_where_it_stands(
    browse: Browse, case_id: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    first = member.send("/tasks", text="Call the clinic.", on=day_at_desk(0).isoformat())
    told: dict[str, Any] = {"on": day_at_desk(1).isoformat(), "reason": "The clinic is shut."}
    assert "Put off." in member.send("/put-off", **told).text
    member.open(f"/desk/cases/{case_id}")
    assert "Put off." in member.send("/put-off", on=day_at_desk(2).isoformat(), reason="It still is.").text
    page = member.send("/put-off", on=day_at_desk(2).isoformat(), reason="It is shut for long.")
    assert page.status == 400
    assert re.search("It stands at .* already. Choose a later day.", page.text)
    assert "It is shut for long." in page.text
    assert "Put off." not in page.text
    member.page = first  # Back, twice
    page = member.send("/put-off", **told)
    assert page.status == 409
    assert "and then to another one: it stands at" in page.text
    assert "Put off." not in page.text


def test_a_step_whose_day_is_over_is_the_queues_next(browse: Browse, world: World, case_id: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/tasks", text="Call the clinic.", on=day_at_desk(0).isoformat())
    other = accepted(world, world.file())
    page = member.open("/desk/")
    assert "Our next step, by" in page.text
    assert "Our next steps do not change the order" in page.text
    assert ("1 Due today" in page.text, "0 Late" in page.text) == (True, True)
    due = member.open("/desk/?show=due_today").response.text
    assert (str(case_id) in due, str(other) in due) == (True, False)
    world.cookies["test clock"] = str(86_400 + 600)  # signing in moves it on from here
    member = browse("near.lead")
    page = member.open("/desk/")
    assert "Our next step, late since" in page.text
    assert ("0 Due today" in page.text, "1 Late" in page.text) == (True, True)
    late = member.open("/desk/?late=1").response.text
    assert (str(case_id) in late, str(other) in late) == (True, False)
    assert "NEXT Our next step , late since" in member.open(f"/desk/cases/{case_id}").text
