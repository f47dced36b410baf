"""Writing down on the case page that the worker agreed to be texted: each refusal is a clear line with all that was filled in."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import clock
from app.intake import ContactWay
from app.network import choose_zone
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
        ({"to_hour": ""}, 400, "leave no time for a text"),
        ({"from_hour": "in the evening"}, 400, "leave no time for a text"),
        ({"number": "my sister's"}, 400, "No text can go to this number"),
        ({"whose": "shared"}, 409, "only a phone that is only the worker’s"),
        ({"whose": "company"}, 409, "only a phone that is only the worker’s"),
    )
    for changed, status, line in refusals:
        page = member.send("/agreed", **{**told, **changed})
        assert page.status == status, changed
        assert line in page.text
        shown, sent = page.form("/agreed").values, {**told, **changed}
        assert [shown[name][-1] for name in ("number", "on", "at")] == [
            sent[name] for name in ("number", "on", "at")
        ]
    page = member.send("/agreed", **told)
    assert "You may text the worker now." in page.text
    assert "Only the worker’s, as Name of near.lead was told" in page.text
    assert member.send("/agreed", **told).status == 409  # a new page: they agreed before
    page = member.send("/no-texts")
    assert "No texts and no calls any more: the number in the case is gone." in page.text
    assert "as Name of near.lead was told" not in page.text


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
