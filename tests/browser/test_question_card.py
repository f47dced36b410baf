"""The question in the inbox on a small phone and a wide screen, without scripts: found, read and answered with one tap."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app import clock
from app.followups.asking import ask_due
from app.vault import RowSigner, Vault, load_keyring
from tests.browser.screens import check_layout
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer
from tests.harness.world import shipped_rules

LANGUAGES = ("en", "my-x-long", "ar-x-rtl")


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def page(request: pytest.FixtureRequest, browser: Browser, server: LiveServer) -> Iterator[Page]:
    with checked_pages(browser, server.url, viewport=request.param, java_script_enabled=False) as new_page:
        yield new_page()


def in_two_weeks(server: LiveServer) -> None:
    """What the dispatcher does then."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    clock.set_offset(14 * 86_400 + 3700)
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            ask_due(session, vault, shipped_rules(), 1_000)
    clock.set_offset(0)


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
