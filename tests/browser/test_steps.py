"""The form one question at a time: the same form, with nothing lost on any way through it."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer
from tests.support.between import Asked, Link, Passed
from tests.support.kit_phone import OURS, SAVED, KitPhone, code_on, kept, opened, taken_over

WORDS = "The foreman keeps our pay."
QUESTIONS = 8
FIELDS = "() => [...new FormData(document.querySelector('form[action$=\"/report\"]'))]"
SHOWN = "() => [...document.querySelectorAll('form > fieldset')].flatMap((each, at) => each.checkVisibility() ? [at + 1] : [])"
ON_THE_QUESTION = "() => document.activeElement.matches('legend') && document.activeElement.checkVisibility()"


def shown(page: Page) -> list[int]:
    """The questions that can be seen."""
    found: list[int] = page.evaluate(SHOWN)
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def go_to(page: Page, question: int) -> None:
    """On to this question, with every press at once where it is seen."""
    while shown(page) != [question]:
        press(page, "Next")


def test_each_question_has_a_screen_and_the_report_says_all_of_them(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit(steps=True)
    assert shown(page) == [1]
    expect(page.get_by_role("link", name="Leave now")).to_be_visible()
    page.check("[name=danger][value=no]")
    for question in range(2, QUESTIONS + 1):
        expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)
        press(page, "Next")
        assert shown(page) == [question]
        expect(page.get_by_text(f"Question {question} of {QUESTIONS}")).to_be_visible()
        assert page.evaluate(ON_THE_QUESTION)
        expect(page.get_by_role("link", name="Leave now")).to_be_visible()
        if question == 2:
            page.check("[name=category][value=wages]")
        if question == 3:
            page.fill("#words", WORDS)
    before = page.evaluate(FIELDS)
    assert ["category", "wages"] in before
    assert ["words", WORDS] in before
    press(page, "Show everything on one page")
    assert shown(page) == [*range(1, QUESTIONS + 1)]
    assert page.evaluate(FIELDS) == before
    press(page, "One question at a time")
    assert (shown(page), page.evaluate(FIELDS)) == ([1], before)
    go_to(page, QUESTIONS)
    press(page, "Send")
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert len(kept(link)) == 1
    assert page.url == f"{link.url}/en/"


def test_without_a_network_too(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page, steps=True)
    go_to(page, 3)
    page.fill("#words", WORDS)
    press(page, "Send now: only a helper reads it")
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    # Back leads past the questions that were, and the code stays on the screen until the page itself is left.
    code = code_on(page)
    page.go_back()
    assert code_on(page) == code
    page.wait_for_function("() => !history.state")


def test_whoever_is_in_danger_sees_whom_to_call_and_the_way_to_send_below_the_answer(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit(steps=True)
        note = page.locator("fieldset").first.locator(".note")
        expect(note).to_be_hidden()
        page.check("[name=danger][value=no]")
        expect(note).to_be_hidden()
        phone.context.set_offline(True)
        page.check("[name=danger][value=yes]")
        expect(note.get_by_text("If you can get to a safe place, do not wait for us.")).to_be_visible()
        expect(note.get_by_text("Nothing is sent yet.")).to_be_visible()
        send = note.get_by_role("button", name="Send now: only a helper reads it")
        expect(send).to_be_in_viewport(ratio=1)
        page.check("[name=danger][value=no]")
        expect(note).to_be_hidden()
        page.check("[name=danger][value=yes]")
        send.click()
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        code = code_on(page)
        phone.context.set_offline(False)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert code_on(page) == code
        assert len(kept(link)) == 1


def test_both_ways_back_lose_nothing(phone: KitPhone) -> None:
    page = phone.with_kit(steps=True)
    go_to(page, 3)
    page.fill("#words", WORDS)
    go_to(page, 5)
    page.check("[name=exclude][value=police]")
    press(page, "Back")
    page.wait_for_function(f"() => String(({SHOWN})()) === '4'")
    page.go_back()
    page.wait_for_function(f"() => String(({SHOWN})()) === '3'")
    assert page.evaluate(ON_THE_QUESTION)
    expect(page.locator("#words")).to_have_value(WORDS)
    go_to(page, 5)
    expect(page.locator("[name=exclude][value=police]")).to_be_checked()


def test_a_mistake_brings_its_question(phone: KitPhone) -> None:
    page = phone.with_kit(steps=True)
    go_to(page, QUESTIONS)
    press(page, "Send")
    expect(page.get_by_role("alert")).to_contain_text("Tick what it is about, or write a few words.")
    assert shown(page) == [2]
    page.check("[name=category][value=hours]")
    go_to(page, 4)
    page.fill("#site", "x" * 501)
    go_to(page, QUESTIONS)
    press(page, "Send")
    expect(page.get_by_role("alert")).to_contain_text("This is too long to send at once.")
    assert shown(page) == [4]
    # The line of the mistake leads there from every other question too.
    press(page, "Next")
    page.get_by_role("link", name="This is too long").click()
    assert shown(page) == [4]
    expect(page.locator("#site")).to_be_focused()
    assert len(page.locator("#site").input_value()) == 501
    page.go_back()
    page.wait_for_function(f"() => String(({SHOWN})()) === '5'")


def test_enter_in_a_line_is_next_and_sends_nothing_half(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit(steps=True)
    page.keyboard.press("Tab")
    go_to(page, 3)
    page.fill("#words", WORDS)
    page.get_by_role("button", name="Next").press("Enter")
    page.locator("#site").press("Enter")
    assert shown(page) == [5]
    assert not kept(link)


def test_who_writes_already_is_not_disturbed(phone: KitPhone, link: Link) -> None:
    written = Event()

    def hold(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
        if asked.path.endswith("/page.js"):
            written.wait(15)
        return pass_on()

    link.spoil = hold
    page = phone.page()
    page.goto("/en/")
    page.fill("#words", WORDS)
    written.set()
    taken_over(page)
    assert shown(page) == [*range(1, QUESTIONS + 1)]
    press(page, "One question at a time")
    go_to(page, 3)
    expect(page.locator("#words")).to_have_value(WORDS)


def test_leaving_from_a_question_puts_the_calendar_in_place_of_all_of_them(phone: KitPhone) -> None:
    page = phone.with_kit()
    page.goto("/en/how")
    phone.open_form(page, steps=True)
    go_to(page, 3)
    page.fill("#words", WORDS)
    go_to(page, 5)
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url("**/calendar")
    page.go_back()
    page.wait_for_url("**/en/how")


def with_steps(page: Page, path: str) -> Page:
    page.goto(path)
    taken_over(page)
    return page


def test_what_the_server_sends_back_begins_with_the_mistake(browser: Browser, server: LiveServer) -> None:
    with checked_pages(browser, server.url, viewport=PHONE) as new_page:
        page = with_steps(new_page(), "/en/")
        go_to(page, 4)
        page.fill("#site", "Foxglove")
        go_to(page, QUESTIONS)
        press(page, "Send")
        page.wait_for_url("**/report")
        page.wait_for_selector("progress")
        assert shown(page) == [2]
        expect(page.locator("#wrong")).to_be_visible()
        page.check("[name=category][value=hours]")
        go_to(page, 4)
        expect(page.locator("#site")).to_have_value("Foxglove")
        go_to(page, QUESTIONS)
        press(page, "Send")
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_a_page_that_asks_in_between_has_no_questions_to_hide(browser: Browser, server: LiveServer) -> None:
    with checked_pages(browser, server.url, viewport=PHONE) as new_page:
        page = with_steps(new_page(), "/en/?plain")
        page.check("[name=danger][value=yes]")
        page.check("[name=consent][value=nobody]")
        press(page, "Send")
        page.wait_for_url("**/report")
        taken_over(page)
        expect(page.locator("progress")).to_have_count(0)
        press(page, "Yes, one helper may read it")
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()


NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize("language", ("en", "my-x-long", "ar-x-rtl"))
@pytest.mark.parametrize("size", (NARROW, WIDE), ids=("narrow", "wide"))
def test_every_question_fits_and_can_be_read_by_everybody(
    browser: Browser, server: LiveServer, language: str, size: dict[str, Any]
) -> None:
    with checked_pages(browser, server.url, viewport=size, reduced_motion="reduce") as new_page:
        page = with_steps(new_page(), f"/{language}/")
        for question in range(1, QUESTIONS + 1):
            assert shown(page) == [question]
            check_layout(page)
            if language == "en":
                assert faults_on(page) == []
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            check_layout(page)
            page.evaluate("document.documentElement.style.fontSize = ''")
            if question < QUESTIONS:
                page.locator("[data-do=next]").click()
        page.locator("[data-do=all]").click()
        check_layout(page)
        assert language != "en" or faults_on(page) == []
