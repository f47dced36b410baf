"""The question in the inbox on a small phone and a wide screen, without scripts: found, read and answered with one tap."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.later import in_two_weeks
from tests.browser.screens import check_layout
from tests.harness.server import LiveServer

LANGUAGES = ("en", "my-x-long", "ar-x-rtl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_read_and_answered_with_one_tap(page: Page, server: LiveServer, language: str) -> None:
    page.goto(f"/{language}/")
    page.locator("textarea").first.fill("They keep our passports.")
    page.locator("form button").last.click()
    code = page.locator(".digits").first.inner_text()
    in_two_weeks(server)
    page.goto(f"/{language}/inbox")
    page.locator("#receipt").fill(code)
    page.locator("form button").last.click()
    card = page.locator("#question")
    expect(card).to_be_visible()
    check_layout(page)
    buttons = card.locator("button")
    boxes = [buttons.nth(number).bounding_box() for number in range(3)]
    assert all(box is not None and box["y"] + box["height"] <= 640 for box in boxes), (
        "in sight without scrolling"
    )
    buttons.nth(1).click()
    expect(card).to_have_count(0)
    expect(page.locator(".message.mine .words")).to_have_count(2)
    check_layout(page)
