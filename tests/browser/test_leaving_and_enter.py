"""What a browser does by itself with the form: Enter in a line, Back after *Leave now*, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer


@pytest.fixture(params=(True, False), ids=("scripts", "no-scripts"))
def page(request: pytest.FixtureRequest, browser: Browser, kit_server: LiveServer) -> Iterator[Page]:
    with checked_pages(
        browser, kit_server.url, viewport=PHONE, java_script_enabled=request.param
    ) as new_page:
        yield new_page()


# All of the form at once, also where scripts run.
FORM = "/en/?plain"


def test_back_after_leaving_shows_nothing_that_was_ticked_or_typed(page: Page) -> None:
    page.goto(FORM)
    page.locator("[name=category][value=gbvh]").check()
    page.locator("[name=danger][value=yes]").check()
    page.locator("#words").fill("He touched me.")
    page.locator("#site").fill("Foxglove")
    page.locator(".leave").click()
    page.wait_for_url("**/calendar")
    page.go_back()
    if page.url == "about:blank":
        # A script put the calendar in the form's place: Back leads to before it.
        page.goto(FORM)
    page.wait_for_url(f"**{FORM}")
    expect(page.locator("[name=category][value=gbvh]")).not_to_be_checked()
    expect(page.locator("[name=danger][value=yes]")).not_to_be_checked()
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#site")).to_have_value("")


def test_enter_in_a_line_is_the_ordinary_send_with_what_was_ticked(page: Page) -> None:
    page.goto(FORM)
    page.locator("#words").fill("Pay is late.")
    page.locator("[name=consent][value=nobody]").check()
    with page.expect_request("**/report") as posted:
        page.locator("#site").press("Enter")
    sent = posted.value.post_data or ""
    assert 'name="quick"' not in sent
    assert 'name="consent"\r\n\r\nnobody' in sent
    expect(page.get_by_text("Nobody reads it until you say so.")).to_be_visible()
