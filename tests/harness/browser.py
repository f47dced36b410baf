"""A real Chromium, driven through Playwright: one a pytest worker, a fresh profile a test, every page checked.

A page that breaks a rule fails the test at its end, whichever story it told: the rules of `pages.py`, a request that
leaves our own address, a script error, a violation of the content security policy.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

from tests.harness.pages import faults_of
from tests.harness.server import LiveServer

PHONE = {"width": 360, "height": 640}
WIDE = {"width": 1280, "height": 800}
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
_MISSING = (
    "no Chromium on this machine, so no browser test ran; install it (Debian: apt-get install chromium)"
)


def chromium() -> str | None:
    """The system's Chromium, or the one that REDRESS_CHROMIUM names."""
    named = os.environ.get("REDRESS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """This worker's Chromium. Where there is none the test is skipped aloud, but under CI it fails."""
    executable = chromium()
    if executable is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(_MISSING, pytrace=False)
        pytest.skip(_MISSING)
    # Chromium's own sandbox cannot start under root; everybody else keeps it.
    arguments = [*_ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else list(_ARGUMENTS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable, args=arguments, chromium_sandbox=os.geteuid() != 0
        )
        yield running
        running.close()


@contextmanager
def checked_context(browser: Browser, origin: str, **options: Any) -> Iterator[BrowserContext]:
    """A fresh browser profile at this address whose pages are all checked; the faults found are raised at its end."""
    context = browser.new_context(base_url=origin, **options)
    context.set_default_timeout(10_000)
    faults: list[str] = []

    def finished(request: Request) -> None:
        response = request.response()
        if request.resource_type == "document" and response is not None:
            faults.extend(_faults_of(response))

    def requested(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:", "blob:")):
            faults.append(f"a request left our own address: {request.url}")

    def opened(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"script error on {page.url}: {error}"))
        page.on(
            "console", lambda message: faults.append(message.text) if _is_violation(message.text) else None
        )

    context.on("request", requested)
    context.on("requestfinished", finished)
    context.on("page", opened)
    try:
        yield context
    finally:
        context.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.fixture
def phone_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A small phone, 360 x 640, with JavaScript off."""
    with checked_context(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def scripted_phone_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The same phone with JavaScript on."""
    with checked_context(browser, live_server.url, viewport=PHONE) as context:
        yield context.new_page()


@pytest.fixture
def wide_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A desk's screen, 1280 wide, with JavaScript on."""
    with checked_context(browser, live_server.url, viewport=WIDE) as context:
        yield context.new_page()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in tests/browser carries the mark `browser`, so that `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in Path(item.path).parts:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say aloud, above the summary line, when no browser test could run."""
    if any(_MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_sep("!", "BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.write_line(_MISSING, red=True)


def _faults_of(response: Response) -> list[str]:
    headers = response.headers
    if "html" not in headers.get("content-type", ""):
        return []
    return faults_of(response.body(), headers, urlsplit(response.url).path)


def _is_violation(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text
