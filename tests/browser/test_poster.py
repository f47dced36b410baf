"""A poster and its cards: on the screen of whoever prints it, in light and in dark, and on paper."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import PartnerDesk
from tests.browser.screens import every_screen, fits
from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer

COORDINATOR = "custodian.two@openbench.example"
# Of the sheets themselves, whatever stands round them.
_PAPER = "[...document.querySelectorAll('.sheet')].map(each => getComputedStyle(each).color)"
_GROUND = "getComputedStyle(document.body).backgroundColor"
# A first page of a PDF that Chromium writes, and no list of pages.
_LINES_OF_CODE = """
[...document.querySelectorAll('.go bdi')].map((each) => {
    const range = document.createRange()
    range.selectNodeContents(each.lastChild)
    return new Set([...range.getClientRects()].map(({top}) => top)).size
})
"""
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture
def looked_at(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        yield new_page()


def test_a_poster_fits_every_screen_stays_dark_on_white_and_is_two_sheets_of_paper(
    looked_at: Page, live_server: LiveServer
) -> None:
    PartnerDesk(looked_at, live_server).come_in(COORDINATOR)
    looked_at.goto("/network/posters")
    for _ in every_screen(looked_at):
        assert fits(looked_at)
    links = looked_at.locator("td a")
    assert links.count() > 1
    assert {box["height"] >= 44 for each in links.all() if (box := each.bounding_box())} == {True}
    looked_at.goto(str(links.first.get_attribute("href")))
    looked_at.set_viewport_size({"width": 320, "height": 640})
    assert fits(looked_at)
    for _ in every_screen(looked_at):
        assert fits(looked_at)
    assert looked_at.evaluate(_LINES_OF_CODE) == [1] * 9, "a code is typed by hand: no line ends in it"
    black = ["rgb(0, 0, 0)"] * 2
    looked_at.emulate_media(color_scheme="dark")
    assert looked_at.evaluate(_GROUND) == "rgb(19, 25, 25)"
    assert looked_at.evaluate(_PAPER) == black
    for scheme in ("dark", "light"):
        looked_at.emulate_media(color_scheme=scheme, media="print")
        assert looked_at.evaluate(_GROUND) == "rgb(255, 255, 255)"
        assert looked_at.locator(".screen").is_hidden()
        assert looked_at.evaluate(_PAPER) == black
        printed = looked_at.pdf(format="A4", prefer_css_page_size=True)
        assert len(_PAGE.findall(printed)) == 2, "the poster, and one sheet of cards"
