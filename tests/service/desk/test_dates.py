"""The form for dates that the world sets, on the case page, and what the queue shows of them."""

from datetime import date, timedelta

import pytest

from app import clock
from app.database import CaseId
from tests.harness.world import World
from tests.support.member import Browse, accepted


@pytest.fixture
def case_id(world: World) -> CaseId:
    return accepted(world, world.file())


def in_days(days: int) -> date:
    return (clock.now() + timedelta(days=days)).date()


def test_a_date_stands_on_the_case_and_in_the_queue_until_it_is_removed(
    browse: Browse, case_id: CaseId
) -> None:
    member, on = browse("near.lead"), in_days(20)
    shown = f'<time datetime="{on.isoformat()}">'
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/dates", kind="flight", on=on.isoformat())
    assert "Date added." in page.text
    assert shown in page.response.text
    queue = member.open("/desk/")
    assert "Flight, " in queue.text
    assert shown in queue.response.text
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/remove")
    assert "Date removed." in page.text
    assert shown not in page.response.text
    assert "Flight, " not in member.open("/desk/").text


def test_a_date_that_was_removed_is_not_said_to_be_added_by_its_old_form(
    browse: Browse, case_id: CaseId
) -> None:
    member, on = browse("near.lead"), in_days(20).isoformat()
    form = member.open(f"/desk/cases/{case_id}")
    member.send("/dates", kind="flight", on=on)
    member.send("/remove")
    member.page = form  # Back, and pressed again
    page = member.send("/dates", kind="flight", on=on)
    assert page.status == 409
    assert "removed since. Nothing was added. If it holds, press again." in page.text
    assert "Remove" not in page.text
    page = member.send("/dates", kind="flight", on=on)
    assert "Date added." in page.text
    assert "Flight, " in page.text
    last = [member.send("/dates", kind="permit_ends", on=on) for _ in range(20)][-1]
    assert last.status == 400
    assert "A case has at most 20 dates." in last.text


def test_a_day_that_is_over_stays_on_the_case_and_says_so(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/dates", kind="flight", on=in_days(3).isoformat())
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/dates", kind="hearing", on=in_days(40).isoformat())
    assert "passed" not in page.text
    world.cookies["test clock"] = str(5 * 86_400)  # signing in moves it on from here
    member = browse("near.lead")
    assert member.open(f"/desk/cases/{case_id}").text.count("passed") == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    (
        ({"kind": "flight", "on": "31.3.2027"}, "year-month-day"),
        ({"kind": "flight", "on": "2020-01-01"}, "That day has passed"),
        ({"kind": "flight", "on": "2999-01-01"}, "more than ten years away"),
        ({"kind": "", "on": "2027-03-31"}, "Choose what happens"),
        ({"kind": "holiday", "on": "2027-03-31"}, "Choose what happens"),
        ({"kind": "flight", "on": "\x00"}, "year-month-day"),
    ),
)
def test_what_is_no_date_comes_back_with_a_line(
    browse: Browse, case_id: CaseId, sent: dict[str, str], said: str
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/dates", kind=sent["kind"], on=sent["on"])
    assert page.status == 400
    assert said in page.text
    assert "Remove" not in page.text
    field = next(each for each in page.root.iter("input") if each.get("id") == "date-on")
    assert field.get("value") == sent["on"].replace("\x00", "")


def test_other_digits_are_the_same_day(browse: Browse, case_id: CaseId) -> None:
    member, on = browse("near.lead"), in_days(9)
    member.open(f"/desk/cases/{case_id}")
    full_width = on.isoformat().translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    page = member.send("/dates", kind="hearing", on=full_width)
    assert f'<time datetime="{on.isoformat()}">' in page.response.text
