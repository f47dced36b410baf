"""What Redress costs a phone: bytes on the wire, and how long a worker waits in a real, slow Chromium.

A form can be used when its document is ready (DOMContentLoaded), it was painted with its styles (the first contentful paint; style
sheets in the head hold it back) and its first field takes the focus. Counted from the tap. Each time is a median.
"""

import gzip
import json
import re
from collections.abc import Callable
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from app.cases.desk.answering import reply
from app.cases.desk.reading import open_case
from app.cases.routing.offers import accept_offer
from app.language import load_languages
from app.settings import PROJECT_ROOT
from bench.children import Server, fetch, private_folder, redress
from bench.figures import Asked, Figure, Result
from bench.slow_phone import SLOWER, TERMS, browser_of_machine, new_phone, slow_down
from bench.world import make_world
from tests.harness.world import World
from tests.support.between import link_to

PART = "phone"
_RUNS = 7
_PSEUDO = {"REDRESS_PSEUDO_LANGUAGES": "1"}
_ANSWER = "We called the office today. Are you safe tonight?"
_KEPT = re.compile(r"serve\((.*)\)")
_TAGS = re.compile(r"<(?:link|script)\b[^>]*>")
_ADDRESS = re.compile(r'(?:href|src)="([^"]+)"')
# Seconds from the tap until the first field of the form takes the focus.
_USABLE = """
() => new Promise(done => {
    const look = () => {
        const ready = performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd
        const painted = performance.getEntriesByName('first-contentful-paint')[0]
        if (!ready || !painted) return setTimeout(look, 50)
        const fields = [...document.querySelectorAll('main textarea, main input')]
        const field = fields.find(each => each.checkVisibility())
        field?.focus()
        if (!field || document.activeElement !== field) return setTimeout(look, 50)
        done(Math.max(ready, painted.startTime) / 1000)
    }
    look()
})
"""
_FROM_NETWORK = """
() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(each => !each.workerStart)
    .reduce((sum, each) => sum + each.transferSize, 0)
"""
# Milliseconds from the finger on the glass until the frame was shown that the press led to.
_PRESSED = """
(() => {
    let pressed
    addEventListener('pointerdown', event => pressed = event.timeStamp, true)
    new PerformanceObserver(list => {
        for (const each of list.getEntries()) {
            if (each.name === 'click') console.log(`covered ${each.startTime + each.duration - pressed}`)
        }
    }).observe({type: 'event', durationThreshold: 16})
})()
"""
_SEALED = """
async address => {
    const { sealReport, warmUp } = await import(address)
    const kit = await (await fetch('/api/v1/kit')).json()
    await warmUp(kit)
    const report = {
        submission: crypto.randomUUID(), receipt: '0'.repeat(20), lang: 'en', fields: [['words', 'They owe us. '.repeat(154)]],
    }
    const began = performance.now()
    await sealReport(kit, report)
    return performance.now() - began
}
"""
# Seconds from the press on "Open" until the messages are painted; two frames, so that the first of them was shown.
_READ = """
words => new Promise(done => {
    const look = () => document.querySelector('main')?.textContent.includes(words)
        ? requestAnimationFrame(() => setTimeout(() => done(Date.now())))
        : setTimeout(look, 5)
    look()
})
"""


def measure() -> Result:
    """Every language on the wire; the source language and the longest one in the browser."""
    languages = load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations", pseudo=True)
    with private_folder() as folder:
        home = folder / "home"
        world = make_world(home, f"sqlite:///{home / 'redress.sqlite3'}")
        code = _answered(world)
        with redress(home, "up", environment=_PSEUDO) as server, browser_of_machine() as browser:
            sizes = {language.code: _first_load(server, language.code) for language in languages.offered}
            longest = max(sizes, key=lambda each: sizes[each])
            figures = [
                _figure(f"form: bytes of a first load, {each}", size, "B", 10_000)
                for each, size in sizes.items()
            ]
            figures.append(_figure("bytes of the whole kit, en", _whole_kit(server, "en"), "B", 60_000))
            for each in dict.fromkeys(("en", longest)):
                figures += _visits(server, browser, each)
            figures += [_sealing(server, browser), _leaving(server, browser)]
            figures += _reading(server, browser, code)
            version = browser.version
    note = f"Phone: Chromium {version}, {TERMS}; medians of {_RUNS}. Sealing and leaving are slowed in the processor alone."
    return Result(tuple(figures), (note,))


def _figure(what: str, value: float, unit: str, at_most: float) -> Figure:
    return Figure(PART, what, value, unit, asked=Asked(at_most=at_most))


def _answered(world: World) -> str:
    """The code of a report that a helper read and answered."""
    filed = world.file(words="They keep our passports in the office.")
    lead, case = world.sign_in("near.lead"), world.case_of(filed)
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, lead, case)
    with world.database.writing() as session:
        open_case(session, world.vault, lead, case)
        reply(session, world.vault, lead, case, _ANSWER, world.token().submission_id)
    return filed.receipt


def _unpacked(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"content-encoding: gzip" not in head.lower():
        raise RuntimeError("a page was sent without compression")
    return gzip.decompress(body).decode()


def _first_load(server: Server, code: str) -> int:
    """The form with all that its head links to, as sent, headers included."""
    page = fetch(server.port, f"/{code}/")
    addresses = [
        found[1]
        for tag in _TAGS.findall(_unpacked(page))
        if ("stylesheet" in tag or tag.startswith("<script")) and (found := _ADDRESS.search(tag))
    ]
    if not addresses:
        raise RuntimeError(f"the form in {code} links to no style sheet")
    return len(page) + sum(len(fetch(server.port, address)) for address in addresses)


def _kit_files(server: Server) -> list[str]:
    """What the service worker says that it keeps."""
    _, squeezed = fetch(server.port, "/sw.js").split(b"\r\n\r\n", 1)
    found = _KEPT.search(gzip.decompress(squeezed).decode())
    if found is None:
        raise RuntimeError("the service worker names no files")
    kept: list[str] = json.loads(found[1])["files"]
    return kept


def _whole_kit(server: Server, code: str) -> int:
    """All that a phone fetches to be without a network, as sent: the worker, its files, the keys and the pages of one language."""
    pages = [f"/{code}/{name}" for name in ("offline", "saved", "how", "inbox", "calendar")]
    asked = ["/sw.js", "/api/v1/kit", *_kit_files(server), *pages]
    return sum(len(fetch(server.port, address)) for address in asked)


def _visits(server: Server, browser: Browser, code: str) -> list[Figure]:
    address = f"http://127.0.0.1:{server.port}/{code}/"
    first: list[float] = []
    second: list[float] = []
    offline: list[float] = []
    loaded = 0
    for _ in range(_RUNS):
        with new_phone(browser) as phone:
            page = slow_down(phone.new_page())
            page.goto(address)
            first.append(page.evaluate(_USABLE))
        with new_phone(browser) as phone:
            page = phone.new_page()
            page.goto(address)
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            slow_down(page)
            for times, off in ((second, False), (offline, True)):
                phone.set_offline(off)
                page.goto(address)
                times.append(page.evaluate(_USABLE))
                loaded = max(loaded, page.evaluate(_FROM_NETWORK))
    return [
        _figure(f"form: until it can be used, first visit, {code}", median(first), "s", 1.6),
        _figure(f"form: until it can be used, second visit, {code}", median(second), "s", 0.5),
        _figure(f"form: until it can be used, offline, {code}", median(offline), "s", 0.5),
        _figure(f"form: bytes from the network, second visit and offline, {code}", loaded, "B", 0),
    ]


def _slow_page(server: Server, browser: Browser, look: Callable[[Page], float]) -> float:
    """The median of what this brings on the form of a phone with a slow processor."""
    values = []
    for _ in range(_RUNS):
        with new_phone(browser, kit=False) as phone:
            page = phone.new_page()
            page.add_init_script(_PRESSED)
            page.goto(f"http://127.0.0.1:{server.port}/en/?plain", wait_until="networkidle")
            values.append(look(page))
    return median(values)


def _sealing(server: Server, browser: Browser) -> Figure:
    module = next(each for each in _kit_files(server) if each.endswith("/seal.js"))

    def seal(page: Page) -> float:
        took: float = slow_down(page, network=False).evaluate(_SEALED, module)
        return took

    took = _slow_page(server, browser, seal)
    return _figure(f"sealing a report of 2,000 characters, processor {SLOWER} times slower", took, "ms", 50)


def _leaving(server: Server, browser: Browser) -> Figure:
    def leave(page: Page) -> float:
        # The way out then leads nowhere, and the page stays to tell when it was covered.
        page.route("**/exit", lambda route: route.fulfill(status=204))
        page.fill("#words", "They owe us. " * 20)
        slow_down(page, network=False)
        with page.expect_console_message(lambda said: said.text.startswith("covered ")) as told:
            page.locator(".leave").tap(no_wait_after=True)
        return float(told.value.text.split()[1])

    took = _slow_page(server, browser, leave)
    return _figure("leaving: from the press until the page is covered", took, "ms", 100)


def _reading(server: Server, browser: Browser, code: str) -> list[Figure]:
    address = f"http://127.0.0.1:{server.port}"
    entries, answers = [], []
    for _ in range(_RUNS):
        with new_phone(browser) as phone:
            page = slow_down(phone.new_page())
            entry, answer = _read(page, address, code)
            entries.append(entry)
            answers.append(answer)
    with link_to(address) as link, new_phone(browser) as phone:
        _read(phone.new_page(), link.url, code)
        # The messages are the answer to the post; what comes once they stand there holds nobody up.
        asked = [each.method for each in link.asked].index("POST") + 1
    both = [entry + answer for entry, answer in zip(entries, answers, strict=True)]
    return [
        _figure("reading a reply on a new phone: requests", asked, "", 5),
        _figure("reading a reply on a new phone: both waits", median(both), "s", 1.6),
        Figure(PART, "reading a reply on a new phone: until the code can be typed", median(entries), "s"),
        Figure(PART, "reading a reply on a new phone: from Open to the messages", median(answers), "s"),
    ]


def _read(page: Page, address: str, code: str) -> tuple[float, float]:
    """The two waits, in seconds, of somebody who opens the messages with a code; typing is not counted."""
    page.goto(f"{address}/en/inbox")
    entry: float = page.evaluate(_USABLE)
    page.fill("#receipt", code)
    began: Any = page.evaluate(
        "() => { const began = Date.now(); document.querySelector('main form button').click(); return began }"
    )
    page.wait_for_function("words => document.body?.textContent.includes(words)", arg=_ANSWER)
    seen: Any = page.evaluate(_READ, _ANSWER)
    return entry, (seen - began) / 1000
