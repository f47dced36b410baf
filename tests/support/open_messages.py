"""A worker with open messages on a phone with the kit: comes in with the code, and writes."""

from playwright.sync_api import Page, expect

from tests.support.kit_phone import code_on, write

FIRST = "The foreman keeps our pay."


def report(page: Page) -> str:
    """A first report, and its code."""
    write(page, FIRST)
    expect(page.locator(".card .digits")).to_be_visible()
    return code_on(page)


def enter(page: Page, code: str) -> Page:
    """Open the messages, until what they need on a line that is down is there."""
    page.goto("/en/code")
    page.wait_for_selector("html[data-kit=on]", state="attached")
    with page.expect_response("**/en/unsent"):
        page.fill("#receipt", code)
        page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Your messages")).to_be_visible()
    return armed(page)


def armed(page: Page) -> Page:
    """Until the first seal of the page is made."""
    page.evaluate(
        """() => import(document.querySelector('script[src*="kit/"]').src.replace('start.js', 'inbox.js'))
            .then(({ready}) => ready).then(Boolean)"""
    )
    return page


def tell(page: Page, words: str) -> None:
    """Write to the helper."""
    page.get_by_label("Write to the helper").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()


def say_worse(page: Page, words: str = "", *, danger: bool = True) -> None:
    """Say that it got worse, with the tick of danger or without."""
    page.locator("summary", has_text="It got worse").click()
    form = page.locator("form[action$='/worse']")
    if danger:
        form.get_by_label("I am in danger now").check()
    form.locator("textarea").fill(words)
    form.get_by_role("button", name="Tell the helper").click()
