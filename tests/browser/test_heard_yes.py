"""A helper writes down that the worker agreed to be texted; the worker reads it in the inbox and takes it back by one tap."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import Locale
from playwright.sync_api import Browser, Page, expect

from app import clock
from app.web.labels import zone_name
from tests.browser.people import PartnerDesk, WorkerPhone
from tests.browser.screens import check_layout
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def pages(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[tuple[Page, Page]]:
    """The worker's and the partner's, without scripts."""
    screen = {"viewport": request.param, "java_script_enabled": False}
    with (
        checked_pages(browser, live_server.url, **screen) as of_worker,
        checked_pages(browser, live_server.url, **screen) as of_partner,
    ):
        yield of_worker(), of_partner()


def own_zone(desk: Page) -> ZoneInfo:
    """The member's own time zone, as the form names it."""
    city = desk.locator("label[for=agreed-at]").inner_text().rsplit("clocks of ", 1)[1]
    named = (name for name in sorted(available_timezones()) if zone_name(name, Locale("en")) == city)
    return ZoneInfo(next(named))


def test_a_spoken_yes_is_written_down_read_and_taken_back(
    pages: tuple[Page, Page], live_server: LiveServer
) -> None:
    worker, partner = WorkerPhone(pages[0]), PartnerDesk(pages[1], live_server)
    worker.report("They keep our passports in the office.", topics=("ohs",), danger=True)
    worker.keep_code()
    partner.come_in("caseworker@faraway.example")
    partner.accept_offers_until("They keep our passports in the office.")
    desk = pages[1]
    desk.locator("#spoken-yes summary").click()
    check_layout(desk)
    then = clock.now().astimezone(own_zone(desk))
    desk.locator("#agreed-how").select_option("call")
    desk.locator("#agreed-on").fill(then.date().isoformat())
    desk.locator("#agreed-at").fill(f"{then:%H:%M}")
    desk.locator("#agreed-whose").select_option("shared")
    desk.locator("#agreed-number").fill("+60 12-345 6701")
    desk.locator("#form-agreed button").click()
    expect(desk.get_by_role("alert")).to_contain_text("only a phone that is only the worker’s")
    expect(desk.locator("#agreed-number")).to_have_value("+60 12-345 6701")
    desk.locator("#agreed-whose").select_option("own")
    desk.locator("#form-agreed button").click()
    expect(desk.get_by_role("status")).to_contain_text("You may text the worker now.")
    check_layout(desk)

    worker.come_back()
    inbox = pages[0]
    expect(inbox.locator("#heard")).to_contain_text("we may text you")
    check_layout(inbox)
    assert "345 6701" not in worker.sees()
    inbox.locator("#heard button").click()
    expect(inbox.locator("#said")).to_contain_text("We do not text or call you any more.")
    expect(inbox.locator("#heard")).to_have_count(0)

    desk.reload()
    assert "No texts or calls: none are agreed with the worker" in partner.sees()
