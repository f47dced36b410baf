"""Choosing hours for texts on a small phone and a wide screen, without scripts: chosen, refused, and asked again by the card."""

from playwright.sync_api import Page

from app import clock
from app.followups.asking import ask_due
from app.vault import RowSigner, Vault, load_keyring
from tests.browser.screens import check_every_screen, every_screen
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer
from tests.harness.world import shipped_rules

NUMBER = "+60 12-345 6701"


def in_two_weeks(server: LiveServer) -> None:
    """What the dispatcher does then."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    clock.set_offset(14 * 86_400 + 3700)
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            ask_due(session, vault, shipped_rules(), 1_000)
    clock.set_offset(0)


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
    assert card.locator("button[name=texts]").count() == 1
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
    assert page.locator("#wrong").is_visible()
    assert page.locator("#from_hour").input_value() == "12"
    check_every_screen(page)
    page.locator("#to_hour").select_option("18")
    page.locator("details:has(select) button[value=yes]").click()
    assert card.locator("button[name=texts]").count() == 0
    check_every_screen(page)
