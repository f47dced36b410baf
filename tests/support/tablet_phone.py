"""A tablet beside a helper: started at the desk, and handed to one worker after another."""

from playwright.sync_api import Page

from tests.browser.people import PartnerDesk
from tests.harness.server import LiveServer
from tests.support.between import Link
from tests.support.kit_phone import KitPhone, kept, taken_over

SAVED = "Saved on this tablet. Not sent yet."
NEXT = "I wrote it down. Next person"
NOTHING_WAITS = """
() => import(document.querySelector('script[src*="kit/"]').src.replace('start.js', 'store.js'))
    .then(({all}) => all()).then(({length}) => length === 0)
"""


def started(phone: KitPhone, server: LiveServer, login: str, size: dict[str, int]) -> Page:
    """Sign in at the desk on the tablet, start it for a day, and wait for its form."""
    return ready(start_at_desk(phone, server, login, size))


def start_at_desk(phone: KitPhone, server: LiveServer, login: str, size: dict[str, int]) -> Page:
    """Sign in at the desk in a window of its own, and start the tablet."""
    page = phone.page()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    PartnerDesk(page, server).log_in(login)
    page.goto("/desk/tablets")
    page.get_by_label("What you call it").fill("Blue tablet")
    page.get_by_role("button", name="Start, and sign me out here").click()
    return page


def ready(page: Page) -> Page:
    """Once the form can be filled in."""
    page.wait_for_selector("html[data-tablet=on]", state="attached")
    return page


def go_offline(phone: KitPhone) -> None:
    """Off for the pages, and the line is cut: a service worker that Chromium starts later knows nothing of the first."""
    phone.context.set_offline(True)
    phone.link.spoil = lambda _asked, _pass: None


def send_the_rest(page: Page) -> None:
    """Press the button, as a helper does who comes back to where there is a network, until nothing waits."""
    taken_over(page)
    page.locator("[data-do=send]").first.dispatch_event("click")
    page.wait_for_function(NOTHING_WAITS, timeout=60_000, polling=200)


def filed(link: Link) -> int:
    """How many reports the server keeps; one whose answer was lost is sent again and is no other one."""
    return len({each["submission"] for each in kept(link)})


def tell(page: Page, words: str, how: str = "tap", **lines: str) -> None:
    """Fill in the form beside the helper and send it."""
    page.fill("#words", words)
    for name, value in lines.items():
        page.fill(f"#{name}", value)
    page.check("[name=consent][value=union]")
    page.check(f"[name=beside_how][value={how}]")
    page.get_by_role("button", name="Send", exact=True).click()
