"""High contrast: where the reader's own colours stand for ours, what a colour said is still told; and nothing on any page moves."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.web import assets
from tests.browser.people import PartnerDesk, WorkerPhone
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer

WORDS = "The guard is at my door tonight."
PARTNER = "lead@straits.example"
_DOT = "each => getComputedStyle(each, '::before').backgroundColor"
_LINE = "each => getComputedStyle(each).borderInlineStartColor"
_FRAME = "each => getComputedStyle(each).outlineStyle"
_MOVES = re.compile(
    rb"(?<![-\w])(?:transition|animation|scroll-behavior)(?:-[a-z]+)?\s*:|@keyframes|behavior:\s*.smooth"
)


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def chosen(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A screen whose owner has chosen the colours."""
    with checked_pages(browser, live_server.url, viewport=request.param, forced_colors="active") as new_page:
        yield new_page()


def test_a_worker_sees_which_stages_are_over(chosen: Page, live_server: LiveServer) -> None:
    worker, partner = WorkerPhone(chosen), PartnerDesk(chosen, live_server)
    worker.report(WORDS, danger=True)
    worker.keep_code()
    partner.come_in("lead@faraway.example")
    partner.accept_offers_until(WORDS)
    worker.come_back()
    stages = chosen.locator(".stages li")
    over = stages.and_(chosen.locator(".done")).first
    still = stages.last
    expect(over).to_be_visible()
    assert over.evaluate(_DOT) != still.evaluate(_DOT)


def test_a_helper_sees_what_is_grave(chosen: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(chosen, live_server)
    desk.come_in(PARTNER)
    chosen.goto("/desk/?show=danger")
    if not chosen.locator(".queue .r-danger").count():
        chosen.goto("/desk/")
        chosen.get_by_role("button", name="Accept").first.click()
        chosen.goto("/desk/")
    grave = chosen.locator(".queue .r-danger tr:first-child > :first-child").first
    assert grave.evaluate(_LINE) != chosen.evaluate("getComputedStyle(document.body).backgroundColor")
    chosen.locator(".r-danger .q-reference a").first.click()
    alarm = chosen.locator(".strip .alarm").first
    assert alarm.evaluate(_FRAME) == "solid"
    assert chosen.locator(".strip > div:not(.alarm)").first.evaluate(_FRAME) == "none"


def test_nothing_moves_so_that_there_is_nothing_to_reduce() -> None:
    folder = Path(assets.__file__).parent / "static"
    ours = [
        each for each in folder.rglob("*") if each.suffix in (".css", ".js") and each.parent.name != "vendor"
    ]
    assert len(ours) > 15
    assert [each.name for each in ours if _MOVES.search(each.read_bytes())] == []
