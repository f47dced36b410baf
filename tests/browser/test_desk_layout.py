"""The members' pages on a small phone and on a desk's screen: nothing is cut off, safety stays in sight, keys suffice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import PartnerDesk
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer

PARTNER = "lead@straits.example"
COORDINATOR = "custodian.two@openbench.example"


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def desk_page(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A member's browser without scripts, small and large."""
    with checked_pages(
        browser, live_server.url, viewport=request.param, java_script_enabled=False
    ) as new_page:
        yield new_page()


def _width_of_content(page: Page) -> int:
    metrics = page.context.new_cdp_session(page).send("Page.getLayoutMetrics")
    return int(metrics["cssContentSize"]["width"])


def fits(page: Page) -> bool:
    """Whether nothing of the page is wider than the screen."""
    assert page.viewport_size is not None
    return _width_of_content(page) <= page.viewport_size["width"]


def test_a_partner_reads_and_works_on_any_screen(desk_page: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(desk_page, live_server)
    desk.log_in(PARTNER)
    assert desk_page.title().startswith("Queue")
    assert fits(desk_page)

    desk_page.locator(".q-reference a").first.click()
    assert fits(desk_page)
    strip = desk_page.locator(".strip")
    desk_page.mouse.wheel(0, 700)
    desk_page.wait_for_timeout(200)
    box = strip.bounding_box()
    assert box is not None
    assert desk_page.viewport_size is not None
    assert 0 <= box["y"] < 60, "the safety strip stays in sight"
    assert box["height"] < desk_page.viewport_size["height"] * 0.4, "and leaves room for the thread"

    desk_page.goto("/desk/alerts")
    desk_page.get_by_label("Your e-mail address").fill(
        "averylongword" * 4 + "@" + "averylongword" * 4 + ".example"
    )
    desk_page.locator("form[action$=alerts] button").last.click()
    assert "Saved." in desk.sees()
    assert fits(desk_page)

    desk_page.goto("/network/members")
    assert "Members of Straits Workers Desk" in desk.sees()
    assert fits(desk_page)
    desk_page.get_by_role("button", name="Lock").click()
    assert "Locked." in desk.sees()
    desk_page.goto("/desk/recover")
    assert fits(desk_page)


def test_a_custodian_sees_what_waits_on_any_screen(desk_page: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(desk_page, live_server)
    desk.log_in(COORDINATOR)
    assert desk_page.title().startswith("Waiting cases")
    desk_page.locator("details.notice summary").click()
    assert "Faraway Line" in desk.sees()
    assert fits(desk_page)
    desk_page.locator(".q-reference a").first.click()
    assert "Who can take it" in desk.sees()
    assert fits(desk_page)


def test_the_first_key_leads_past_the_bar(desk_page: Page) -> None:
    desk_page.goto("/desk/sign-in")
    desk_page.keyboard.press("Tab")
    skip = desk_page.locator(".skip:focus")
    assert skip.inner_text() == "Skip to the page"
    desk_page.keyboard.press("Enter")
    desk_page.keyboard.press("Tab")
    assert desk_page.locator("#login:focus").count() == 1
