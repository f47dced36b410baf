"""A worker with open messages on a phone with the kit: comes in with the code, and writes."""

from playwright.sync_api import Page, expect

from tests.support.kit_phone import taken_over, type_code


def enter(page: Page, code: str) -> Page:
    """Open the messages, until what they need on a line that is down is there."""
    page.goto("/en/code")
    taken_over(page)
    with page.expect_response("**/en/unsent"):
        type_code(page, code)
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
