"""What a phone loads before the form can be used: bytes on the wire in each language, and the time in a real, slow Chromium.

The form can be used when its document is ready (DOMContentLoaded) and it was painted with its styles (the first contentful
paint; style sheets in the head hold it back), whichever is later. Counted from the tap, with an empty cache.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from app.language import load_languages
from app.settings import PROJECT_ROOT
from bench.children import Server, fetch, private_folder, redress, run_redress
from bench.figures import Asked, Figure, Result
from tests.harness.browser import PHONE, chromium

PART = "first load"
_WINDOW = 14_600  # bytes: ten segments of 1,460 (RFC 6928)
_LOADS = 5
_KILOBITS, _LATENCY, _SLOWER = 400, 400, 6
_PSEUDO = {"REDRESS_PSEUDO_LANGUAGES": "1"}
_TAGS = re.compile(r"<(?:link|script)\b[^>]*>")
_ADDRESS = re.compile(r'(?:href|src)="([^"]+)"')
_USABLE = """
() => new Promise(done => {
    const look = () => {
        const ready = performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd
        const painted = performance.getEntriesByName('first-contentful-paint')[0]
        ready && painted ? done(Math.max(ready, painted.startTime) / 1000) : setTimeout(look, 50)
    }
    look()
})
"""
_STATIC = """
() => performance.getEntriesByType('resource')
    .filter(each => each.name.includes('/static/'))
    .map(each => each.transferSize)
"""


def measure() -> Result:
    """Every language on the wire; the source language and the longest one in the browser."""
    languages = load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations", pseudo=True)
    codes = [language.code for language in languages.offered]
    with private_folder() as folder:
        home = folder / "home"
        run_redress(home, "init", _PSEUDO)
        with redress(home, "up", environment=_PSEUDO) as server, _browser() as browser:
            sizes = {code: _bytes_of(server, code) for code in codes}
            longest = max(sizes, key=lambda code: sizes[code])
            figures = [
                Figure(PART, f"bytes on the wire, {code}", size, "B", asked=Asked(at_most=_WINDOW))
                for code, size in sizes.items()
            ]
            for code in dict.fromkeys(("en", longest)):
                figures += _in_browser(server, browser, code)
            version = browser.version
    slow = f"{_KILOBITS} kb/s, {_LATENCY} ms before each answer, processor {_SLOWER} times slower"
    return Result(tuple(figures), (f"Chromium {version}, {slow}; median of {_LOADS}.",))


def _bytes_of(server: Server, code: str) -> int:
    """The form with all that its head links to, as sent, headers included."""
    page = fetch(server.port, f"/{code}/")
    plain = _unpacked(page)
    addresses = [
        found[1]
        for tag in _TAGS.findall(plain)
        if ("stylesheet" in tag or tag.startswith("<script")) and (found := _ADDRESS.search(tag))
    ]
    if not addresses:
        raise RuntimeError(f"the form in {code} links to no style sheet")
    return len(page) + sum(len(fetch(server.port, address)) for address in addresses)


def _unpacked(answer: bytes) -> str:
    import gzip

    head, _, body = answer.partition(b"\r\n\r\n")
    if b"content-encoding: gzip" not in head.lower():
        raise RuntimeError("the form was sent without compression")
    return gzip.decompress(body).decode()


def _in_browser(server: Server, browser: Browser, code: str) -> list[Figure]:
    times, again = [], []
    for _ in range(_LOADS):
        seconds, static = _visit(browser, f"http://127.0.0.1:{server.port}/{code}/")
        times.append(seconds)
        again.append(static)
    return [
        Figure(PART, f"until the form can be used, {code}", median(times), "s", asked=Asked(at_most=2.0)),
        Figure(PART, f"static bytes of a second visit, {code}", max(again), "B", asked=Asked(at_most=0)),
    ]


def _visit(browser: Browser, address: str) -> tuple[float, int]:
    """A first visit with an empty cache, and what a second one loads of the static files."""
    context = browser.new_context(viewport={"width": PHONE["width"], "height": PHONE["height"]})
    try:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        rate = _KILOBITS * 1000 / 8
        conditions: dict[str, Any] = {
            "offline": False,
            "latency": _LATENCY,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        }
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", conditions)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        page.goto(address)
        seconds: float = page.evaluate(_USABLE)
        page.goto(address)
        static: list[int] = page.evaluate(_STATIC)
        if not static:
            raise RuntimeError("the second visit used no static file")
        return seconds, sum(static)
    finally:
        context.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    executable = chromium()
    if executable is None:
        raise RuntimeError("there is no Chromium on this machine; Debian: apt-get install chromium")
    root = os.geteuid() == 0
    # Chromium's own sandbox cannot start under root; everybody else keeps it.
    arguments = [
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
    ]
    arguments += ["--no-sandbox"] if root else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable, args=arguments, chromium_sandbox=not root
        )
        try:
            yield running
        finally:
            running.close()
