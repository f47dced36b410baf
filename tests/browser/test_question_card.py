"""The question in the inbox on a small phone and a wide screen, without scripts: found, read and answered with one tap."""

from playwright.sync_api import Page, expect

from tests.browser.later import in_two_weeks
from tests.browser.screens import check_every_screen, every_screen
from tests.harness.server import LiveServer


def test_a_question_is_read_and_answered_with_one_tap(
    plain_page: Page, server: LiveServer, language: str
) -> None:
    page = plain_page
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
    check_every_screen(page)
    buttons = card.locator("button")
    for _ in every_screen(page):
        boxes = [buttons.nth(number).bounding_box() for number in range(3)]
        assert all(box is not None and box["y"] + box["height"] <= 640 for box in boxes), (
            "in sight without scrolling"
        )
    buttons.nth(1).click()
    expect(card).to_have_count(0)
    expect(page.locator(".message.mine .words")).to_have_count(2)
    check_every_screen(page)
