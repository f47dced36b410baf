"""A cheap phone on a bad line: the machine's Chromium, its network and processor slowed down through DevTools."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.harness.browser import PHONE, arguments, chromium

KILOBITS, LATENCY, SLOWER = 400, 400, 6
TERMS = f"{KILOBITS} kb/s, {LATENCY} ms before each answer, processor {SLOWER} times slower"


@contextmanager
def browser_of_machine() -> Iterator[Browser]:
    """Chromium until the block ends; raises when there is none."""
    executable = chromium()
    if executable is None:
        raise RuntimeError("there is no Chromium on this machine; Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable, args=arguments(), chromium_sandbox=os.geteuid() != 0
        )
        try:
            yield running
        finally:
            running.close()


@contextmanager
def new_phone(browser: Browser, *, kit: bool = True) -> Iterator[BrowserContext]:
    """A phone that was never here, with nothing in its cache, until the block ends; without `kit` no service worker comes to it."""
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        has_touch=True,
        service_workers="allow" if kit else "block",
    )
    try:
        yield context
    finally:
        context.close()


def slow_down(page: Page, *, network: bool = True) -> Page:
    """From here on the page has the bad line, unless only its processor is to be slow."""
    devtools = page.context.new_cdp_session(page)
    if network:
        rate = KILOBITS * 1000 / 8
        conditions: dict[str, Any] = {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        }
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", conditions)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page
