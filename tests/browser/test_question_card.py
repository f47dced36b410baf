"""The question in the inbox on a small phone and a wide screen, without scripts: found, read and answered with one tap."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens import check_layout
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer, running
from tests.support.two_weeks import in_two_weeks

LANGUAGES = ("en", "my-x-long", "ar-x-rtl")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    languages = {"REDRESS_PSEUDO_LANGUAGES": "1"}
    with running(tmp_path_factory.mktemp("questions"), "up", environment=languages) as started:
        yield started


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def page(request: pytest.FixtureRequest, browser: Browser, server: LiveServer) -> Iterator[Page]:
    with checked_pages(browser, server.url, viewport=request.param, java_script_enabled=False) as new_page:
        yield new_page()


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
    assert card.is_visible()
    check_layout(page)
    buttons = card.locator("button")
    boxes = [buttons.nth(number).bounding_box() for number in range(3)]
    assert all(box is not None and box["y"] + box["height"] <= 640 for box in boxes), (
        "in sight without scrolling"
    )
    buttons.nth(1).click()
    assert card.count() == 0
    assert page.locator(".message.mine .words").count() == 2
    check_layout(page)
