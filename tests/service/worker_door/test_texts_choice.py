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


def test_who_did_not_ask_for_texts_is_not_offered_any(visitor: Visitor, world: World) -> None:
    _, page = inside(visitor, world)
    assert TO_CHOOSE not in page.text
    assert "Nobody texts or calls you for it." in page.text
