"""A locked case in danger, without JavaScript on a small phone: one tap, the code again, a helper; closing asks why it is safe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import PartnerDesk, WorkerPhone
from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer

WORDS = "He waits for me at the gate with a knife."


@pytest.fixture
def partner_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The partner's own phone: another profile than the worker's."""
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        yield new_page()


def test_one_tap_lets_a_helper_read_and_closing_asks_what_makes_it_safe(
    phone_page: Page, partner_page: Page, live_server: LiveServer
) -> None:
    worker, partner = WorkerPhone(phone_page), PartnerDesk(partner_page, live_server)

    phone_page.goto("/en/")
    phone_page.check("input[name=danger][value=yes]")
    phone_page.check("input[name=consent][value=nobody]")
    phone_page.fill("[name=words]", WORDS)
    phone_page.get_by_role("button", name="Send", exact=True).click()
    phone_page.get_by_role("button", name="No, lock it").click()
    code = worker.keep_code()
    assert "Nobody reads it until you say so." in worker.sees()
    phone_page.get_by_role("button", name="Let one helper read it").click()
    assert "A helper may read it now." in worker.sees()
    assert worker.keep_code() == code

    partner.log_in("caseworker@faraway.example")
    partner.accept_offers_until(WORDS)
    assert WORDS in partner.sees()
    partner_page.get_by_role("button", name="Take this case").or_(
        partner_page.locator("form[action$=claim] button")
    ).first.click()
    partner_page.locator("details:has(form[action$=close]) summary").click()
    assert "This case is in danger." in partner.sees()
    close = partner_page.locator("form[action$=close]")
    close.locator("[name=outcome]").select_option("referred")
    close.locator("[name=word]").fill("Go to your sister.")
    close.locator("[name=note]").fill("The police has it.")
    close.locator("[name=safe]").fill("She is at her sister's since Monday.")
    partner_page.get_by_role("button", name="Close the case").click()
    assert "She is at her sister's since Monday." in partner.sees()

    worker.come_back()
    assert "Go to your sister." in worker.sees()
