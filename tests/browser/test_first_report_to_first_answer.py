"""The story everything hangs on, with JavaScript off and 360 pixels wide: told, taken on, read, answered, and come back for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import PartnerDesk, WorkerPhone
from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer


@pytest.fixture
def partner_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The partner's own phone: another profile than the worker's."""
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        yield new_page()


def test_a_worker_reports_and_reads_the_answer(
    phone_page: Page, partner_page: Page, live_server: LiveServer
) -> None:
    worker, partner = WorkerPhone(phone_page), PartnerDesk(partner_page, live_server)

    worker.report("They locked the exit of hall four last night.", topics=("ohs",), danger=True)
    assert "We have your message." in worker.sees()
    assert worker.keep_code() not in phone_page.url + phone_page.title()

    # Nobody knows the country yet, so the partner that works remotely is asked; danger stands at the top.
    partner.log_in("caseworker@faraway.example")
    first = partner_page.locator(".card").first.inner_text()
    assert "Danger" in first
    assert "hall four" not in partner.sees()
    partner.accept_offers_until("They locked the exit of hall four last night.")
    assert "They locked the exit of hall four last night." in partner.sees()
    partner.reply("We read it. Stay out of the hall. We call the fire office today.")
    assert "We call the fire office today." in partner.sees()

    worker.come_back()
    assert "We call the fire office today." in worker.sees()
    assert "Faraway Line" in worker.sees()
    worker.write("They opened it again this morning.")
    assert "They opened it again this morning." in worker.sees()

    partner_page.goto("/desk/")
    assert "Worker wrote" in partner.sees()


def test_a_mistyped_code_says_what_to_do(phone_page: Page) -> None:
    worker = WorkerPhone(phone_page)
    worker.code = "1111 1111 1111 1111 1112"

    worker.come_back()
    assert "1111 1111 1111 1111 1112" not in phone_page.url
    assert phone_page.get_by_role("alert").inner_text()
    expect(phone_page.locator("[name=receipt]")).to_have_count(1)
