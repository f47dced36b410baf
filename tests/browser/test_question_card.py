"""The question in the inbox on a small phone and a wide screen, without scripts: found, read and answered with one tap."""

from playwright.sync_api import Page

from app import clock
from app.followups.asking import ask_due
from app.vault import RowSigner, Vault, load_keyring
from tests.browser.screens import check_every_screen, every_screen
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer
from tests.harness.world import shipped_rules


def in_two_weeks(server: LiveServer) -> None:
    """What the dispatcher does then."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    clock.set_offset(14 * 86_400 + 3700)
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            ask_due(session, vault, shipped_rules(), 1_000)
    clock.set_offset(0)


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
    assert card.is_visible()
    check_every_screen(page)
    buttons = card.locator("button")
    for _ in every_screen(page):
        boxes = [buttons.nth(number).bounding_box() for number in range(3)]
        assert all(box is not None and box["y"] + box["height"] <= 640 for box in boxes), (
            "in sight without scrolling"
        )
    buttons.nth(1).click()
    assert card.count() == 0
    assert page.locator(".message.mine .words").count() == 2
    check_every_screen(page)
