"""Choosing hours for texts on a small phone and a wide screen, without scripts: chosen, refused, and asked again by the card."""

from playwright.sync_api import Page, expect

from tests.browser.later import in_two_weeks
from tests.browser.screens import check_every_screen, every_screen
from tests.harness.server import LiveServer

NUMBER = "+60 12-345 6701"


def test_hours_are_chosen_refused_and_asked_again(
    plain_page: Page, server: LiveServer, language: str
) -> None:
    page = plain_page
    page.goto(f"/{language}/")
    page.locator("textarea").first.fill("They keep our passports.")
    page.locator("input[name=contact][value=text]").check()
    page.locator("#phone").fill(NUMBER)
    page.locator("form button").last.click()
    code = page.locator(".digits").first.inner_text()
    in_two_weeks(server)
    page.goto(f"/{language}/inbox")
    page.locator("#receipt").fill(code)
    page.locator("form button").last.click()
    card = page.locator("#question")
    # Nothing was chosen yet: the card asks whether the usual hours are right.
    expect(card.locator("button[name=texts]")).to_have_count(1)
    check_every_screen(page)
    page.locator("details:has(select)").locator("summary").click()
    for _ in every_screen(page):
        box = page.locator("#from_hour").bounding_box()
        assert box is not None
        assert box["height"] >= 44, "large enough for a thumb"
    page.locator("#from_hour").select_option("12")
    page.locator("#to_hour").select_option("12")
    check_every_screen(page)
    page.locator("details:has(select) button[value=yes]").click()
    expect(page.locator("#wrong")).to_be_visible()
    expect(page.locator("#from_hour")).to_have_value("12")
    check_every_screen(page)
    page.locator("#to_hour").select_option("18")
    page.locator("details:has(select) button[value=yes]").click()
    expect(card.locator("button[name=texts]")).to_have_count(0)
    check_every_screen(page)
