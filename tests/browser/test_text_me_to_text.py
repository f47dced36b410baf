"""The story of a number on the form: a worker asks to be texted, a partner texts from the case, the phone shows it."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import PartnerDesk, TextPhone, WorkerPhone
from tests.browser.screens import fits
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer

SITE = "Kelana Micro Assembly, Kelana Jaya"
NUMBER = "+60123450781"


def take_on(page: Page, partner: PartnerDesk, words: str) -> None:
    """Accept offers that show danger until the case with these words is there: their cards look alike, as they should."""
    accepting = page.get_by_role("button", name="Accept")
    offers = page.locator(".card").filter(has=accepting).filter(has_text="Danger")
    for _ in range(offers.count()):
        offers.last.get_by_role("button", name="Accept").click()
        if words in partner.sees():
            return
        page.goto("/desk/")
    raise AssertionError("the words are in no case that was offered")


@pytest.mark.parametrize("viewport", (PHONE, WIDE), ids=("phone", "wide"))
def test_a_worker_asks_for_texts_and_gets_the_answer_by_text(
    browser: Browser, phone_page: Page, live_server: LiveServer, viewport: dict[str, int]
) -> None:
    worker, words = WorkerPhone(phone_page), f"They keep our passports in the office, {viewport['width']}."
    worker.report(
        words, danger=True, contact="text", phone="012-345 0781", site=SITE, safe_times="Sundays after four"
    )
    assert "We cannot text your number." not in worker.sees()
    assert "We will not text or call." not in worker.sees()

    with checked_pages(browser, live_server.url, viewport=viewport, java_script_enabled=False) as new_page:
        page = new_page()
        partner = PartnerDesk(page, live_server)
        partner.log_in("caseworker@straits.example")
        take_on(page, partner, words)
        assert "Not said: the number is from the form" in partner.sees()
        assert fits(page)
        page.locator("form[action$=reply] textarea").fill(
            f"We read it. We come on Monday, {viewport['width']}."
        )
        page.get_by_role("button", name="Text it: look at it first").click()
        assert "Sundays after four" in partner.sees()
        assert fits(page)
        page.locator("button[name=when][value=now]").click()
        assert "On its way." in partner.sees()

        phone = TextPhone(phone_page)
        phone.take(NUMBER)
        phone.reads(f"We come on Monday, {viewport['width']}.")
        page.reload()
        assert "Reached the phone" in partner.sees()
        assert "345 0781" not in partner.sees()


def test_a_number_that_cannot_be_texted_is_said_on_the_receipt(
    scripted_phone_page: Page, live_server: LiveServer
) -> None:
    worker = WorkerPhone(scripted_phone_page)
    worker.report("They do not pay us for Sundays.", contact="text", phone="03-2345 6789", site=SITE)
    assert "We cannot text your number." in worker.sees()
    assert worker.keep_code()
