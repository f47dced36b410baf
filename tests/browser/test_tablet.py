"""One worker after another on a tablet beside a helper, at a gate without a network: nothing of one is left for the next."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser.people import PartnerDesk, WorkerPhone
from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer, running
from tests.support.between import Link, link_to
from tests.support.kit_phone import OUTBOX, KitPhone, code_on, found_in, kept, opened

LOGINS = (
    "caseworker@straits.example",
    "lead@straits.example",
    "caseworker@faraway.example",
    "caseworker@plateau.example",
)
TABLET = {"width": 800, "height": 1280}
WORDS = ("The marmalade foreman hits us.", "They keep our quicksilver cards.", "No juniper pay since May.")
PLANTED = ("marmalade", "quicksilver", "juniper", "Foxglove", "Zubin")
SAVED = "Saved on this tablet. Not sent yet."
OURS = "We have your message."
NEXT = "I wrote it down. Next person"


@pytest.fixture(scope="module")
def desk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own with logins: starting a tablet ends the desk, so no other story's session may be used."""
    with running(tmp_path_factory.mktemp("tablet"), "up", "--demo") as started:
        yield started


@pytest.fixture
def link(desk_server: LiveServer) -> Iterator[Link]:
    with link_to(desk_server.url) as between:
        yield between


def started(phone: KitPhone, server: LiveServer, login: str, size: dict[str, int]) -> Page:
    """Sign in at the desk on the tablet, and start it for a day."""
    page = phone.page()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    PartnerDesk(page, server).log_in(login)
    page.goto("/desk/tablets")
    page.get_by_label("What you call it").fill("Blue tablet")
    page.get_by_role("button", name="Start, and sign me out here").click()
    return ready(page)


def ready(page: Page) -> Page:
    page.wait_for_selector("html[data-tablet=on]", state="attached")
    return page


def go_offline(phone: KitPhone) -> None:
    """Off for the pages, and the line is cut: a service worker that Chromium starts later knows nothing of the first."""
    phone.context.set_offline(True)
    phone.link.spoil = lambda _asked, _pass: None


def tell(page: Page, words: str, how: str = "tap", **lines: str) -> None:
    """Fill in the form beside the helper and send it."""
    page.fill("#words", words)
    for name, value in lines.items():
        page.fill(f"#{name}", value)
    page.check("[name=consent][value=union]")
    page.check(f"[name=beside_how][value={how}]")
    page.get_by_role("button", name="Send", exact=True).click()


@pytest.mark.parametrize("size", (TABLET, PHONE), ids=("tablet", "phone"))
def test_three_workers_one_after_another_without_a_network(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path, size: dict[str, int]
) -> None:
    login = LOGINS[0] if size is TABLET else LOGINS[1]
    profile, codes = tmp_path / "profile", []
    with opened(browser, link, profile) as phone:
        page = started(phone, desk_server, login, size)
        expect(page.get_by_text("Nothing waits on this tablet.")).to_be_visible()
        assert page.title() == "Help and information"
        go_offline(phone)
        for words in WORDS:
            tell(page, words, site="Foxglove", name="Zubin")
            expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
            codes.append(code_on(page))
            page.get_by_role("button", name=NEXT).click()
            expect(page.locator("#words")).to_be_visible()
            ready(page)
            assert page.locator("#words").input_value() == ""
            assert not any(code[:4] in page.inner_text("main") for code in codes)
            # Without a network Back leads nowhere, or to a page of before.
            with suppress(PlaywrightError):
                page.go_back()
            assert not any(planted in page.inner_text("body") for planted in (*PLANTED, codes[-1][:4]))
            page.goto("/tablet/en/")
            ready(page)
            page.reload()
            ready(page)
            assert page.locator("#words").input_value() == ""
        expect(page.locator("[data-fill=waiting]")).to_have_text("3")
        assert len({*codes}) == 3
        assert link.count("POST", OUTBOX) == 0 or not kept(link)
    link.spoil = None
    assert not found_in(profile, (*PLANTED, *codes))
    with opened(browser, link, profile) as phone:
        page = phone.page()
        page.goto("/tablet/en/")
        ready(page)
        phone.await_empty(page)
        expect(page.get_by_text("Nothing waits on this tablet.")).to_be_visible()
        assert [each["already"] for each in kept(link)] == [False] * 3
    for words, code in zip(WORDS, codes, strict=True):
        with checked_pages(browser, link.url, viewport=PHONE) as new_page:
            worker = WorkerPhone(new_page())
            worker.code = code
            worker.come_back()
            expect(worker.page.get_by_text(words)).to_be_visible()
