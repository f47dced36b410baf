"""Whether a page fits the screen of a phone, and whether what is pressed on it is large enough."""

from playwright.sync_api import Page


def _width_of_content(page: Page) -> int:
    metrics = page.context.new_cdp_session(page).send("Page.getLayoutMetrics")
    return int(metrics["cssContentSize"]["width"])


def fits(page: Page) -> bool:
    """Whether nothing of the page is wider than the screen."""
    assert page.viewport_size is not None
    return _width_of_content(page) <= page.viewport_size["width"]


# Hidden on purpose: the trap for robots. WCAG 2.2 asks for 24 px, fingers in a hurry for 44.
SMALL = """
[...document.querySelectorAll('a.button, a.leave, button, summary, .pick, .tile, input:not([type=hidden]), textarea')]
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
