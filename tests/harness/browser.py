"""A real Chromium, driven through Playwright: one a pytest worker, a fresh profile a test, every page checked.

A page that breaks a rule fails the test at its end, whichever story it told: the rules of `pages.py`, a request that
leaves our own address, a script error, a violation of the content security policy.
"""

import os
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Page, Request, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.harness.accessibility import Document, Reader
from tests.harness.pages import faults_of
from tests.harness.server import LiveServer

PHONE = {"width": 360, "height": 640}
WIDE = {"width": 1280, "height": 800}
# Milliseconds. A busy machine is slow, and what never comes is waited for once.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
# What was read before in this run is not read again.
_READERS: dict[Browser, Reader] = {}
_MISSING = (
    "no Chromium on this machine, so no browser test ran; install it (Debian: apt-get install chromium)"
)


def chromium() -> str | None:
    """The system's Chromium, or the one that REDRESS_CHROMIUM names."""
    named = os.environ.get("REDRESS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


def arguments() -> list[str]:
    """How Chromium is started. Its own sandbox cannot start under root; everybody else keeps it."""
    return [*_ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else list(_ARGUMENTS)


@pytest.fixture(scope="session")
def browser(shared_folder: Path) -> Iterator[Browser]:
    """This worker's Chromium. Where there is none the test is skipped aloud, but under CI it fails."""
    executable = chromium()
    if executable is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(_MISSING, pytrace=False)
        pytest.skip(_MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable, args=arguments(), chromium_sandbox=os.geteuid() != 0
        )
        _READERS[running] = Reader(running, shared_folder)
        yield running
        running.close()


@contextmanager
def checked_pages(browser: Browser, origin: str, **options: Any) -> Iterator[Callable[[], Page]]:
    """A fresh browser profile at this address, as a function that opens a page in it.

    All pages are checked, and the faults found are raised at the end. Options are those of Playwright's `new_context`.
    Most stories are about the plain form: the phone's kit is installed only where a story asks for it.
    """
    context = browser.new_context(base_url=origin, **{"service_workers": "block", **options})
    context.set_default_timeout(PATIENCE)
    faults: list[str] = []
    documents: list[Document] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:", "blob:")):
            faults.append(f"a request left our own address: {request.url}")

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    context.on("request", requested)
    context.on("console", said)
    context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))

    def open_page() -> Page:
        page = context.new_page()
        _read_along(context.new_cdp_session(page), faults, documents)
        return page

    try:
        yield open_page
    finally:
        context.close()
    faults += _READERS[browser].faults_in(documents)
    assert not faults, "\n".join(dict.fromkeys(faults))


def _read_along(devtools: CDPSession, faults: list[str], documents: list[Document]) -> None:
    """Check each document between its arrival and its showing; afterwards the browser would have forgotten its bytes."""

    def paused(event: dict[str, Any]) -> None:
        try:
            headers = {header["name"].lower(): header["value"] for header in event.get("responseHeaders", ())}
            if (
                "html" in headers.get("content-type", "")
                and not 300 <= event.get("responseStatusCode", 0) < 400
            ):
                body = devtools.send("Fetch.getResponseBody", {"requestId": event["requestId"]})
                html = b64decode(body["body"]) if body["base64Encoded"] else body["body"].encode()
                path = urlsplit(event["request"]["url"]).path
                faults.extend(f"{path}: {fault}" for fault in faults_of(html, headers, path))
                documents.append(Document(event["request"]["url"], html))
            devtools.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        except PlaywrightError as error:
            # A page that is closed or left while it loads has no body to check; any other error is one.
            if not _gone(error):
                faults.append(f"a page could not be checked: {error}")

    devtools.on("Fetch.requestPaused", paused)
    devtools.send("Fetch.enable", {"patterns": [{"resourceType": "Document", "requestStage": "Response"}]})


@pytest.fixture
def phone_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A small phone, 360 x 640, with JavaScript off."""
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        yield new_page()


@pytest.fixture
def scripted_phone_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The same phone with JavaScript on."""
    with checked_pages(browser, live_server.url, viewport=PHONE) as new_page:
        yield new_page()


@pytest.fixture
def wide_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A desk's screen, 1280 wide, with JavaScript on."""
    with checked_pages(browser, live_server.url, viewport=WIDE) as new_page:
        yield new_page()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything in tests/browser carries the mark `browser`, so that `-m "not browser"` leaves it out."""
    for item in items:
        if item.path.is_relative_to(config.rootpath / "tests" / "browser"):
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say aloud, above the summary line, when no browser test could run."""
    if any(_MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_sep("!", "BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.write_line(_MISSING, red=True)


def _gone(error: PlaywrightError) -> bool:
    return any(
        words in str(error) for words in ("has been closed", "Invalid InterceptionId", "Session closed")
    )
