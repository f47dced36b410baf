"""Every page that a browser story opens, read once more by axe: as a narrow phone shows it, in light and in dark.

The stories themselves run without scripts, at their own pace. Their documents are kept as they came and opened again afterwards,
each shape of a page once a run: a queue with other cases in it is the same page.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Page, Route, ViewportSize

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# WCAG 2.2 at levels A and AA.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_NARROW = ViewportSize(width=320, height=640)
_TAG = re.compile(rb"<[a-z][^>]*>", re.IGNORECASE)
# What differs from case to case and from day to day inside a tag, and changes nothing for whoever reads the page.
_CHANGING = re.compile(
    rb"""\b(?:value|href|action|id|for|name|datetime|title|aria-label|aria-describedby)=("[^"]*"|'[^']*'|[^\s>]+)"""
)
_DARK_ONLY = ["color-contrast", "link-in-text-block"]


@dataclass(frozen=True)
class Document:
    """A document as a browser got it."""

    url: str
    html: bytes

    @property
    def shape(self) -> str:
        """The same for pages that differ in what stands in them only."""
        tags = dict.fromkeys(_CHANGING.sub(b"", tag) for tag in _TAG.findall(self.html))
        return hashlib.sha256(b"".join(tags)).hexdigest()


class Reader:
    """Reads documents with axe, each shape once: which were read stands in a folder that all workers of a run share."""

    def __init__(self, browser: Browser, shared: Path) -> None:
        self._browser = browser
        self._read = shared / "read-by-axe"
        self._read.mkdir(exist_ok=True)

    def faults_in(self, documents: list[Document]) -> list[str]:
        """What axe finds in those of these whose shape is new, a line for each rule and page."""
        new = [each for shape, each in {each.shape: each for each in documents}.items() if self._takes(shape)]
        if not new:
            return []
        context = self._browser.new_context(viewport=_NARROW, service_workers="block")
        try:
            page = context.new_page()
            return [fault for each in new for fault in _faults(page, each)]
        finally:
            context.close()

    def _takes(self, shape: str) -> bool:
        """Whether this worker is the first with it; whatever it finds fails its own test, and so the run."""
        try:
            (self._read / shape).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def faults_on(page: Page) -> list[str]:
    """What axe finds on this page as its scripts have made it, in light and in dark."""
    page.evaluate(_AXE)
    page.emulate_media(color_scheme="light")
    found = _violations(page, {"type": "tag", "values": _RULES})
    page.emulate_media(color_scheme="dark")
    found += [f"in dark, {each}" for each in _violations(page, {"type": "rule", "values": _DARK_ONLY})]
    page.emulate_media(color_scheme="light")
    return found


def _faults(page: Page, document: Document) -> list[str]:
    def answer(route: Route) -> None:
        route.fulfill(body=document.html, headers={"content-type": "text/html; charset=utf-8"})

    page.emulate_media(color_scheme="light")
    page.route(document.url, answer)
    try:
        page.goto(document.url)
    finally:
        page.unroute(document.url)
    page.evaluate(_AXE)
    found = _violations(page, {"type": "tag", "values": _RULES})
    page.emulate_media(color_scheme="dark")
    found += [f"in dark, {each}" for each in _violations(page, {"type": "rule", "values": _DARK_ONLY})]
    return [f"{urlsplit(document.url).path}: axe: {each}" for each in found]


def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    outcome = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']} ({rule['help']}) at {rule['nodes'][0]['html'][:160]}" for rule in outcome["violations"]
    ]
