"""Whether, how and when a worker is asked by text: chosen in the inbox with one tap, without script."""

from collections.abc import Iterator
from typing import Any

import pytest

from app import clock
from app.cases.case.text_times import EVERY_DAY, TextTimes
from tests.harness.world import World
from tests.support.browsing import Page, Visitor
from tests.support.stored_cases import stored

PHONE = {"contact": "text", "phone": "012-345 6701"}
TO_CHOOSE = "When may a text come?"


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.set_offset(0)


def inside(visitor: Visitor, world: World, **answers: str) -> tuple[str, Page]:
    visitor.open(f"/en/s/{world.site.code}")
    told: dict[str, Any] = {"words": "They owe us pay.", **answers}
    code = visitor.send("/report", **told).code
    visitor.open("/en/code")
    return code, visitor.send("/inbox", receipt=code)


def choose(visitor: Visitor, how: str, *days: str, first: str = "10", last: str = "18") -> Page:
    button = 0 if how == "yes" else 1
    return visitor.send("/inbox/texts", button=button, from_hour=first, to_hour=last, day=list(days))


def test_hours_are_chosen_and_texts_ended_with_one_tap(visitor: Visitor, world: World) -> None:
    code, page = inside(visitor, world, **PHONE)
    assert TO_CHOOSE in page.text
    assert "It comes from 09:00 to 20:00, at the time of your work place." in page.text
    page = choose(visitor, "yes", "0", "6")
    assert (page.status, "10:00 to 18:00 on the days you chose" in page.text) == (200, True)
    facts = stored(world, code)[1]
    assert facts.text_times == TextTimes(10, 18, frozenset({0, 6}))
    assert facts.text_times_on == clock.now().date()
    page = choose(visitor, "no")
    assert "We send you no text for it." in page.text
    assert (stored(world, code)[1].no_text_questions, stored(world, code)[1].no_questions) == (True, False)
    choose(visitor, "yes", *map(str, range(7)), first="22", last="2")
    assert stored(world, code)[1].text_times == TextTimes(22, 2, EVERY_DAY)
    assert not stored(world, code)[1].no_text_questions


def test_hours_that_leave_none_are_refused_and_stay_on_the_page(visitor: Visitor, world: World) -> None:
    code, _ = inside(visitor, world, **PHONE)
    for first, last, days in (("9", "9", ("1",)), ("9", "12", ())):
        page = choose(visitor, "yes", *days, first=first, last=last)
        assert (page.status, "leave no hour for a text" in page.text) == (422, True)
        chosen = [each.get("value") for each in page.root.iter("option") if "selected" in each.attrib]
        assert chosen == [first, last]
        assert stored(world, code)[1].text_times is None
    assert stored(world, code)[1].text_times is None


def test_times_told_in_words_end_texts_until_hours_are_chosen(visitor: Visitor, world: World) -> None:
    code, page = inside(visitor, world, **PHONE, safe_times="Sundays after four")
    assert "We send you no text for it." in page.text
    assert TO_CHOOSE in page.text
    choose(visitor, "yes", "6", first="16", last="20")
    assert stored(world, code)[1].text_times == TextTimes(16, 20, frozenset({6}))


def said(page: Page) -> str:
    """What stands at the top of what was done."""
    note = next((each for each in page.root.iter("div") if each.get("id") == "said"), None)
    return "" if note is None else " ".join("".join(note.itertext()).split())


def test_what_changes_nothing_says_what_stands(visitor: Visitor, world: World) -> None:
    code, _ = inside(visitor, world, **PHONE)
    page = choose(visitor, "yes", "0", "6")
    assert "so nothing was changed" not in page.text
    # What holds now is said above the fold, where the form comes back folded.
    assert "Done. From time to time we ask you how it is, here and by a short text." in said(page)
    assert "10:00 to 18:00 on the days you chose" in said(page)
    page = choose(visitor, "yes", "0", "6")
    assert "It was like this before, so nothing was changed." in page.text
    assert "10:00 to 18:00 on the days you chose" in page.text
    assert stored(world, code)[1].text_times == TextTimes(10, 18, frozenset({0, 6}))
    page = choose(visitor, "no")
    assert said(page) == "Done. From time to time we ask you here how it is. We send you no text for it."


def test_times_without_an_hour_in_common_are_refused(visitor: Visitor, world: World) -> None:
    """Nobody knows where the work is, and the number is from a country of many clocks."""
    visitor.open("/en/report")
    code = visitor.send("/report", words="They owe us pay.", contact="text", phone="+1 202 555 0143").code
    visitor.open("/en/code")
    visitor.send("/inbox", receipt=code)
    page = choose(visitor, "yes", *map(str, range(7)), first="7", last="9")
    assert (page.status, "leave no hour for a text" in page.text) == (422, True)
    assert stored(world, code)[1].text_times is None
    assert choose(visitor, "yes", *map(str, range(7)), first="7", last="20").status == 200


def test_over_ninety_five_days_the_inbox_asks_every_thirty(visitor: Visitor, world: World) -> None:
    code, _ = inside(visitor, world, **PHONE)
    choose(visitor, "yes", *map(str, range(7)))
    asked_on: list[int] = []
    for day in range(1, 96):
        clock.set_offset(day * 86_400)
        visitor.open("/en/code")
        page = visitor.send("/inbox", receipt=code)
        if "Are these times still right?" in page.text:
            asked_on.append(day)
            page = visitor.send("/inbox/texts", button=0)
            assert "Are these times still right?" not in page.text
    assert asked_on == [30, 60, 90]


def test_who_did_not_ask_for_texts_is_not_offered_any(visitor: Visitor, world: World) -> None:
    _, page = inside(visitor, world)
    assert TO_CHOOSE not in page.text
    assert "Nobody texts or calls you for it." in page.text
