"""Whether a page fits the screen of a phone, and whether what is pressed on it is large enough."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.harness.browser import PHONE, WIDE


def every_screen(page: Page) -> Iterator[dict[str, int]]:
    """A small phone's and a desk's, one after the other, and then the page's own again.

    For pages without scripts: both get the same bytes, and only the style sheet asks how wide the screen is.
    """
    own = page.viewport_size
    assert own is not None
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        yield size
    page.set_viewport_size(own)


def _width_of_content(page: Page) -> int:
    metrics = page.context.new_cdp_session(page).send("Page.getLayoutMetrics")
    return int(metrics["cssContentSize"]["width"])


def fits(page: Page) -> bool:
    """Whether nothing of the page is wider than the screen."""
    assert page.viewport_size is not None
    return _width_of_content(page) <= page.viewport_size["width"]


# Hidden on purpose: the trap for robots. WCAG 2.2 asks for 24 px, fingers in a hurry for 44.
SMALL = """
[...document.querySelectorAll('main a, a.button, a.leave, button, summary, .pick, .tile, input:not([type=hidden]), textarea')]
    .filter(each => each.getClientRects().length && !each.closest('.trap') && !each.closest('.pick, .tile') ||
        each.matches('.pick, .tile'))
    .filter(each => each.getClientRects().length && each.getBoundingClientRect().height < 44)
    .map(each => each.outerHTML.slice(0, 80))
"""


WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def check_layout(page: Page) -> None:
    """Nothing to scroll sideways, and everything that is pressed is large enough for a finger."""
    assert page.evaluate(WIDER) == 0, page.url
    assert page.evaluate(SMALL) == [], page.url


def check_every_screen(page: Page) -> None:
    """The same on a small phone and on a desk."""
    for _ in every_screen(page):
        check_layout(page)


def fits_every_screen(page: Page) -> bool:
    """Whether nothing of the page is wider than a small phone, nor than a desk's screen."""
    found = [fits(page) for _ in every_screen(page)]
    return all(found)
