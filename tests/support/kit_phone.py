"""A worker's phone whose browser keeps its profile: it can be closed and opened again, and its network is really off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.harness.browser import PATIENCE, PHONE, arguments, chromium
from tests.support.between import Link

OUTBOX = "/api/v1/outbox"
FIRST = "The foreman keeps our pay."
SAVED = "Saved on this phone. Not sent yet."
OURS = "We have your message."

_RECORDS = """
() => new Promise((done, failed) => {
    const request = indexedDB.open('outbox')
    request.onerror = failed
    request.onupgradeneeded = () => request.result.createObjectStore('reports', {keyPath: 'submission'})
    request.onsuccess = () => {
        const all = request.result.transaction('reports').objectStore('reports').getAll()
        all.onsuccess = () => { request.result.close(); done(all.result) }
    }
})
"""


@dataclass
class KitPhone:
    """The phone and what went wrong on its pages."""

    link: Link
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """A new tab."""
        return self.context.new_page()

    def with_kit(self, *, steps: bool = False) -> Page:
        """A tab on the form of the second visit: the kit is there, and the form comes from the phone."""
        page = self.page()
        page.goto("/en/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return self.open_form(page, steps=steps)

    def open_form(self, page: Page, path: str = "/en/", *, steps: bool = False) -> Page:
        """The form, as soon as the kit has taken it over; all of it on one page, unless `steps`: then one question at a time."""
        page.goto(path)
        taken_over(page)
        everything = page.locator("[data-do=all]:visible")
        if not steps and everything.count():
            everything.click()
        return page

    def records(self, page: Page) -> list[dict[str, Any]]:
        """What waits on the phone."""
        found: list[dict[str, Any]] = page.evaluate(_RECORDS)
        return found

    def await_empty(self, page: Page) -> None:
        """Until nothing waits any more."""
        while self.records(page):
            page.wait_for_timeout(50)


def kept(link: Link) -> list[dict[str, Any]]:
    """Every answer of the server that says that a report is kept."""
    with link.lock:
        said = [answer.body for asked, answer in link.answered if asked.path == OUTBOX]
    return [each for body in said if body.startswith(b"{") and (each := json.loads(body))["state"] == "kept"]


def write(page: Page, words: str, **answers: str) -> None:
    """Write on the form and press the last button."""
    page.fill("#words", words)
    for name, value in answers.items():
        page.check(f"[name={name}][value={value}]")
    page.get_by_role("button", name="Send", exact=True).click()


def send_now(page: Page) -> None:
    """Press "Send it now" where something still waits: once the line is back, the phone may have sent it by itself before."""
    page.get_by_role("button", name="Send it now").evaluate_all("all => all.forEach((each) => each.click())")


def taken_over(page: Page) -> Page:
    """The page, as soon as the kit has taken it over."""
    page.wait_for_selector("html[data-kit=on]", state="attached")
    return page


def report(page: Page, words: str = FIRST) -> str:
    """Send a report, and note its code."""
    write(page, words)
    expect(page.locator(".card .digits")).to_be_visible()
    return code_on(page)


def type_code(page: Page, code: str) -> None:
    """Type the code on the page that asks for it."""
    page.fill("#receipt", code)
    page.get_by_role("button", name="Open").click()


def code_on(page: Page) -> str:
    """The twenty digits on the screen."""
    return "".join(page.locator(".card .digits").inner_text().split())


def found_in(profile: Path, words: tuple[str, ...]) -> list[str]:
    """Which of the words stand anywhere in the files of a browser's profile, in the ways that browsers write text."""
    files = [path.read_bytes() for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    forms = {word: (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")) for word in words}
    return [
        word for word, written in forms.items() if any(form in body for form in written for body in files)
    ]


@contextmanager
def opened(
    browser: Browser, link: Link, profile: Path, script: str = "", flags: tuple[str, ...] = ()
) -> Iterator[KitPhone]:
    """The phone's browser on this profile until the block ends; `script` runs before any of a page's own."""
    context = browser.browser_type.launch_persistent_context(
        str(profile),
        executable_path=chromium(),
        args=[*arguments(), *flags],
        viewport=PHONE,  # type: ignore[arg-type]
        base_url=link.url,
    )
    context.set_default_timeout(PATIENCE)
    phone = KitPhone(link, context)

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            phone.faults.append(message.text)

    context.on("console", said)
    context.on("weberror", lambda error: phone.faults.append(f"script error: {error.error}"))
    if script:
        context.add_init_script(script)
    try:
        yield phone
    finally:
        context.close()
    assert not phone.faults, "\n".join(phone.faults)
