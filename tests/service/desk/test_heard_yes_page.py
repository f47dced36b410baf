"""Writing down on the case page that the worker agreed to be texted: each refusal is a clear line with all that was filled in."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app import clock
from app.cases.case import Case, facts_of
from app.cases.enums import ClosingReason, State
from app.database import CaseId
from app.intake import ContactWay
from app.intake.refused_numbers import NUMBER_REFUSED, NUMBERS_REST
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.phones import keep_phone, opt_out, read_written_number
from app.messaging.phones.text_requests import seal_text_request
from app.network import REFUSED_NUMBERS, attempts, choose_zone, window_end
from app.vault import read_journal
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, accepted


def test_a_yes_is_kept_and_a_refused_one_stays_in_its_fields(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file())
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        choose_zone(session, world.vault, lead, "Asia/Kathmandu")
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    then = clock.now().astimezone(ZoneInfo("Asia/Kathmandu"))
    told: dict[str, Any] = {"how": "visit", "whose": "own", "number": "012-345 6701", "from_hour": "19"}
    told |= {"to_hour": "21", "on": then.date().isoformat(), "at": f"{then:%H:%M}"}
    tomorrow = (then + timedelta(days=2)).date().isoformat()
    refusals: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"how": ""}, 400, "Say in what talk"),
        ({"whose": ""}, 400, "Say in what talk"),
        ({"number": " "}, 400, "Say in what talk"),
        ({"at": "noon"}, 400, "Say in what talk"),
        ({"on": tomorrow}, 400, "That is still to come."),
        ({"on": "1999-01-01"}, 400, "more than ten years ago"),
        ({"from_hour": "9", "to_hour": "9"}, 400, "leave no time for a text"),
        ({"from_hour": "0", "to_hour": "12 am"}, 400, "leave no time for a text"),
        ({"to_hour": ""}, 400, "Write down both hours, or neither."),
        ({"from_hour": " "}, 400, "Write down both hours, or neither."),
        ({"from_hour": "in the evening"}, 400, "“in the evening” is not a whole hour that we can read."),
        ({"from_hour": "-1", "to_hour": "5"}, 400, "“-1” is not a whole hour"),
        ({"to_hour": "²"}, 400, "“²” is not a whole hour"),
        ({"to_hour": "21:30"}, 400, "“21:30” is not a whole hour"),
        ({"to_hour": "9" * 300}, 400, f"“{'9' * 20}” is not a whole hour"),
        ({"number": "my sister's"}, 400, "No text can go to this number"),
        ({"whose": "shared"}, 409, "only a phone that is only the worker’s"),
        ({"whose": "company"}, 409, "only a phone that is only the worker’s"),
    )
    for changed, status, line in refusals:
        page = member.send("/agreed", **{**told, **changed})
        assert page.status == status, changed
        assert line in page.text
        shown, sent = page.form("/agreed").values, {**told, **changed}
        kept = ("number", "on", "at", "from_hour", "to_hour")
        assert [shown[name][-1] for name in kept] == [sent[name] for name in kept]
    page = member.send("/agreed", **told)
    assert "You may text the worker now." in page.text
    assert "Only the worker’s, as Name of near.lead was told" in page.text
    assert member.send("/agreed", **told).status == 409  # a new page: they agreed before
    page = member.send("/agreed", **{**told, "whose": "shared"})
    assert "Kept: others see that phone." in page.text
    assert "You may text the worker now." in member.send("/agreed", **told).text
    page = member.send("/no-texts")
    assert "No texts and no calls any more: the number in the case is gone." in page.text
    assert "as Name of near.lead was told" not in page.text


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    (("7pm", "21:00", (19, 21)), ("19h", "12 am", (19, 24)), ("24", "6", (0, 6)), ("0", "24", (0, 24))),
)
def test_the_hours_are_read_as_people_write_them(
    browse: Browse, world: World, first: str, last: str, hours: tuple[int, int]
) -> None:
    case_id = accepted(world, world.file())
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    then = clock.now().astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    told: dict[str, Any] = {"how": "call", "whose": "own", "number": "012-345 6701"}
    told |= {"on": then.date().isoformat(), "at": f"{then:%H:%M}"}
    assert (
        "You may text the worker now." in member.send("/agreed", **told, from_hour=first, to_hour=last).text
    )
    with world.database.reading() as session:
        times = facts_of(world.vault, session.get_one(Case, case_id)).text_times
    assert times is not None
    assert (times.first, times.last) == hours


def test_who_asked_to_be_called_and_takes_it_back_is_told_that_calls_end_too(
    browse: Browse, world: World
) -> None:
    filed = world.file(contact=ContactWay.CALL, phone="+60 12-345 6701", name="Rosmah")
    case_id = accepted(world, filed)
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    assert "May be called, not texted" in page.text
    assert "They want no texts or calls" in page.text
    page = member.send("/no-texts")
    assert "No texts and no calls any more: the number in the case is gone." in page.text
    assert "No texts or calls: none are agreed with the worker" in page.text
    assert "May be called" not in page.text


def strip_of(page: Page) -> list[str]:
    """How the worker may be reached, as the strip says it."""
    strip = next(each for each in page.root.iter("dl") if each.get("class") == "strip")
    reach = next(each for each in strip.iter("div") if each.findtext("dt") == "Reach")
    return [" ".join("".join(each.itertext()).split()) for each in reach.findall("dd")]


def test_a_yes_to_texts_stands_beside_the_calls_that_the_form_asked_for(browse: Browse, world: World) -> None:
    for noise in (ContactWay.TEXT, ContactWay.INBOX):
        accepted(world, world.file(contact=noise, phone="+60 12-345 6799"))
    case_id = accepted(world, world.file(contact=ContactWay.CALL, phone="+60 12-345 6702", name="Rosmah"))
    member = browse("near.lead")
    assert strip_of(member.open(f"/desk/cases/{case_id}")) == ["May be called, not texted"]
    then = clock.now().astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    told: dict[str, Any] = {"how": "call", "whose": "own", "number": "012-345 6701"}
    told["on"] = then.date().isoformat()
    page = member.send("/agreed", **told, at=f"{then:%H:%M}", from_hour="", to_hour="")
    assert "You may text the worker now." in page.text
    assert strip_of(page) == ["May be texted", "May be called"]
    shown = member.send("/contact").text
    # Each on the number that it was agreed for.
    assert "Phone +60123456701" in shown
    assert "Phone for calls +60 12-345 6702" in shown
    page = member.send("/no-texts")
    assert strip_of(page) == ["No texts or calls: none are agreed with the worker"]
    assert "6702" not in member.send("/contact").text


def test_a_yes_to_texts_is_none_to_calls(browse: Browse, world: World) -> None:
    for filed in (
        world.file(contact=ContactWay.TEXT, phone="+60 12-345 6701"),
        world.file(contact=ContactWay.TEXT, phone="+60 3-2345 6789"),
    ):
        page = browse("near.lead").open(f"/desk/cases/{accepted(world, filed)}")
        first, second = strip_of(page)
        assert "texts" in first or first == "May be texted"
        assert second == "No calls agreed"


def test_pressed_twice_it_is_kept_once(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file())
    member = browse("near.lead")
    before = member.open(f"/desk/cases/{case_id}")
    then = clock.now().astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    told: dict[str, Any] = {
        "how": "call",
        "whose": "own",
        "number": "012-345 6701",
        "on": then.date().isoformat(),
    }
    first = member.send("/agreed", **told, at=f"{then:%H:%M}", from_hour="", to_hour="")
    member.page = before
    second = member.send("/agreed", **told, at=f"{then:%H:%M}", from_hour="", to_hour="")
    assert (first.status, second.status) == (200, 200)
    assert "You may text the worker now." in second.text


def acts(world: World, case_id: CaseId) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, case_id)]


def test_who_tries_numbers_does_not_learn_which_of_them_said_stop(
    browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No midnight passes while it runs, at which the numbers of a day begin anew.
    today = attempts._window(REFUSED_NUMBERS)
    monkeypatch.setattr(attempts, "_window", lambda _limit, _at=None: today)
    case_id = accepted(world, world.file())
    stopped, other = "012-345 67%02d", "013-700 80%02d"
    for number in range(REFUSED_NUMBERS.most + 2):
        said = read_written_number(stopped % number, "MY")
        assert said is not None
        sealed = seal_text_request(world.vault, case_id, said, NAME, LINE)
        with world.database.writing() as session:
            opt_out(session, world.vault, keep_phone(session, sealed.tags, sealed.phone))
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    then = clock.now().astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    told: dict[str, Any] = {"how": "call", "whose": "own"}
    told |= {"on": then.date().isoformat(), "at": f"{then:%H:%M}"}
    # What is no refusal of a number counts for nothing.
    for number in range(REFUSED_NUMBERS.most + 1):
        assert member.send("/agreed", **told, number=other % 1).status == (409 if number else 200)
        assert member.send("/agreed", **told, number="my sister's").status == 400
        assert member.send("/agreed", **{**told, "whose": "shared"}, number=stopped % number).status == 409
    # Where the worker is texted on another phone, no number is looked at; where they are on none, each is.
    on_none = accepted(world, world.file())
    member.open(f"/desk/cases/{on_none}")
    for number in range(REFUSED_NUMBERS.most):
        for _ in range(2 + number % 2):  # pressed again it tells nothing new, and counts as one
            page = member.send("/agreed", **told, number=stopped % number)
            assert (page.status, "or it said stop" in page.text) == (409, True)
    answers = [
        member.send("/agreed", **told, number=tried) for tried in (stopped % 5, other % 1, stopped % 6)
    ]
    assert [page.status for page in answers] == [429] * 3
    until = window_end(REFUSED_NUMBERS).astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    assert all("5 numbers that you wrote down were refused." in page.text for page in answers)
    assert all(f"{until:%H:%M}" in line_of(page) and "Kuala Lumpur" in line_of(page) for page in answers)
    assert member.send("/agreed", **told, number=stopped % 2).status == 409  # of which it was told before
    assert answers[1].form("/agreed").values["number"][-1] == other % 1
    assert acts(world, on_none).count(NUMBER_REFUSED) == sum(2 + number % 2 for number in range(5)) + 1
    assert acts(world, on_none).count(NUMBERS_REST) == 1
    # A colleague is not shut out by it.
    colleague = browse("near.caseworker")
    colleague.open(f"/desk/cases/{case_id}")
    page = colleague.send("/agreed", **told, number=other % 1)
    assert (page.status, "agreed to texts on this phone before" in page.text) == (409, True)


def line_of(page: Page) -> str:
    """What went wrong, as the page says it."""
    return next("".join(each.itertext()) for each in page.root.iter("p") if each.get("id") == "problem")


def test_a_no_can_be_kept_in_a_closed_case_too(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(contact=ContactWay.TEXT, phone="+60 12-345 6701"))
    with world.database.writing() as session:
        case = session.get_one(Case, case_id)
        case.state, case.is_open, case.closing_reason = State.CLOSED, False, ClosingReason.REFERRED
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    assert "The worker said whether we may text" not in page.text
    assert "They want no texts or calls" in page.text
    assert "They want no texts or calls" not in browse("near.viewer").open(f"/desk/cases/{case_id}").text
    page = member.send("/no-texts")
    assert "No texts and no calls any more: the number in the case is gone." in page.text
    assert acts(world, case_id)[-2:].count("case.contact_told") == 1
    with world.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.state, facts_of(world.vault, case).reach) == (State.CLOSED, "none")
