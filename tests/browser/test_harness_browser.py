"""The browser itself: what it measures is real, and a page that breaks a rule fails its test."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.harness.browser import PHONE, checked_pages

_PAGE = (
    '<!doctype html><html lang="my" dir="ltr"><head><title>ok</title><link rel="icon" href="data:,"></head>'
    "<body><h1>မင်္ဂလာပါ</h1>{}</body></html>"
)
_SHEET = '<link rel="stylesheet" href="/pale.css"></head>'
_PAGES = {
    "/good": _PAGE.format('<p><a href="/next">next</a></p>'),
    "/next": _PAGE.format("<p>next</p>"),
    "/unlabelled": _PAGE.format('<form method="get" action="/good"><input name="words"></form>'),
    "/away": _PAGE.format('<script src="/away.js"></script>'),
    "/throws": _PAGE.format('<script src="/throws.js"></script>'),
    "/scripted": _PAGE.format('<script src="/scripted.js"></script>'),
    "/pale": _PAGE.format('<p class="pale">so</p>').replace("</head>", _SHEET),
    "/pale-at-night": _PAGE.format('<p class="night">so</p>').replace("</head>", _SHEET),
    "/pale.css": ".pale { color: #ccc } @media (prefers-color-scheme: dark) { .night { color: #ccc } }",
    "/away.js": "fetch('http://127.0.0.1:9/x').catch(() => 0)",
    "/throws.js": "throw new Error('deliberate')",
    "/scripted.js": "document.querySelector('h1').style.cssText = 'color: red'; document.body.setAttribute('style', 'x')",
}
_TYPES = {"js": "text/javascript", "css": "text/css"}
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src http:; img-src data:"


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = _PAGES[self.path].encode()
        self.send_response(200)
        self.send_header("Content-Type", _TYPES.get(self.path.partition(".")[2], "text/html; charset=utf-8"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The address of a few small pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_story_of_good_pages_passes(browser: Browser, origin: str) -> None:
    with checked_pages(browser, origin, viewport=PHONE, java_script_enabled=False) as new_page:
        page = new_page()
        page.goto("/good")
        page.get_by_role("link", name="next").click()
        assert page.inner_text("p") == "next"
        assert page.viewport_size == {"width": 360, "height": 640}


def test_burmese_has_glyphs_of_its_own(browser: Browser, origin: str) -> None:
    """Without a font every letter is the same box, and the layout of a Burmese page would be measured wrongly."""
    with checked_pages(browser, origin) as new_page:
        page = new_page()
        page.goto("/good")
        widths = page.evaluate(
            """() => Array.from("ကခဂဃ၁၂").map(letter => {
                const pen = document.createElement("canvas").getContext("2d");
                pen.font = "40px sans-serif";
                return pen.measureText(letter).width;
            })"""
        )
        assert len(set(widths)) > 2, widths


@pytest.mark.parametrize(
    ("path", "fault"),
    (
        ("/unlabelled", "has no label"),
        ("/away", "left our own address"),
        ("/throws", "deliberate"),
        ("/scripted", "Content Security Policy"),
        ("/pale", "/pale: axe: color-contrast"),
        ("/pale-at-night", "/pale-at-night: axe: in dark, color-contrast"),
    ),
)
def test_a_bad_page_fails_its_test_even_when_nobody_looks(
    browser: Browser, origin: str, path: str, fault: str
) -> None:
    with pytest.raises(AssertionError, match=fault):
        _visit(browser, origin, path, "/good")


def _visit(browser: Browser, origin: str, *paths: str) -> None:
    with checked_pages(browser, origin) as new_page:
        page = new_page()
        for path in paths:
            page.goto(path)
