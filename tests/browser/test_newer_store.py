"""The phone's stores across versions: an older one opened by newer code, and a newer one by older, with things waiting in both."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.between import Asked, Link, Passed
from tests.support.draft_phone import CODE, WORDS, box, enter, keep, look_until
from tests.support.kit_phone import KitPhone, kept, opened, send_now, write
from tests.support.phone_files import camera_photo, choose, whole

SAVED = "Saved on this phone. Not sent yet."
FIRST, SECOND = "Written with the older one.", "Written with the other one."
# Whatever a later version adds; it takes nothing away.
VERSIONS = (
    "indexedDB.databases().then(all => Object.fromEntries(all.map(({name, version}) => [name, version])))"
)
HELD = """
() => new Promise((done) => {
    const request = indexedDB.open('outbox')
    request.onsuccess = () => {
        self.held = request.result
        // As a page of before, which somebody has left open, does: it lets go a moment after it is asked.
        request.result.onversionchange = () => setTimeout(() => request.result.close(), 200)
        done()
    }
})
"""


def _newer(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
    """The server after an update: its stores are a version further, and every address is another one."""
    answer = pass_on()
    packed = ("Content-Encoding", "gzip") in answer.headers
    body = gzip.decompress(answer.body) if packed else answer.body
    if asked.path == "/sw.js":
        body = body.replace(b'"version": "', b'"version": "new')
    if "text/html" in dict(answer.headers).get("Content-Type", "") or asked.path == "/sw.js":
        body = re.sub(rb"/static/[0-9a-f]{8}/(kit|vendor)/", rb"/static/fefefefe/\1/", body)
    if asked.path.endswith("fefefefe/kit/store.js"):
        assert b"const VERSION = 1\n" in body
        body = body.replace(b"const VERSION = 1\n", b"const VERSION = 2\n").replace(
            b"if (oldVersion < 1)",
            b"if (oldVersion < 2) request.result.createObjectStore('more')\nif (oldVersion < 1)",
        )
    return Passed(answer.status, answer.headers, gzip.compress(body) if packed else body)


def wait_here(phone: KitPhone, page: Page, words: str, *photos: Path) -> None:
    """A report that waits."""
    phone.context.set_offline(True)
    phone.open_form(page)
    if photos:
        choose(page, *photos)
        page.locator("#kit-files canvas").wait_for()
    write(page, words)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)


def test_what_waits_in_an_older_store_goes_out_with_newer_code_and_a_draft_opens(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        wait_here(phone, page, FIRST, camera_photo(tmp_path / "photo.jpg", 300, 200))
        keep(page)
        assert set(page.evaluate(VERSIONS).values()) == {1}
    link.spoil = lambda asked, pass_on: None if asked.method == "POST" else _newer(asked, pass_on)
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page())
        # The newer version takes over once the page of the older one is gone.
        page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.update())")
        look_until(
            page, lambda: page.evaluate("navigator.serviceWorker.ready.then(({waiting}) => Boolean(waiting))")
        )
        assert len(phone.records(page)) == 1
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page())
        look_until(page, lambda: page.evaluate("caches.keys().then((names) => names.length === 1)"))
        phone.open_form(page)
        assert page.locator("script[src*='fefefefe/kit/start.js']").count() == 1
        expect(page.get_by_text("Something is saved on this phone.")).to_be_visible()
        assert set(page.evaluate(VERSIONS).values()) == {2}
        enter(page, CODE)
        expect(page.locator("#words")).to_have_value(WORDS)
        expect(page.get_by_role("button", name="Send it now").first).to_be_visible()
        link.spoil = _newer
        send_now(page)
        phone.await_empty(page)
        expect(page.locator("#kit-parts")).to_have_count(0)
        assert [each["already"] for each in kept(link)] == [False]
        assert len(whole(link)) == 1


@pytest.mark.parametrize("name", ("outbox", "draft", "files"))
def test_older_code_works_with_a_store_that_a_newer_one_has_changed(
    phone: KitPhone, link: Link, tmp_path: Path, name: str
) -> None:
    page = phone.with_kit()
    wait_here(phone, page, FIRST, camera_photo(tmp_path / "photo.jpg", 300, 200))
    keep(page)
    page.evaluate(
        """(name) => new Promise((done, failed) => {
            const request = indexedDB.open(name, 2)
            request.onupgradeneeded = () => request.result.createObjectStore('more')
            request.onsuccess = () => { request.result.close(); done() }
            request.onerror = failed
        })""",
        name,
    )
    phone.open_form(page)
    expect(
        page.locator("#kit-waiting").get_by_text("Photos or recordings that wait with it: 1")
    ).to_be_visible()
    enter(page, CODE)
    expect(page.locator("#words")).to_have_value(WORDS)
    write(page, SECOND)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    expect(box(page).locator("form")).to_have_count(0)
    phone.context.set_offline(False)
    phone.await_empty(page)
    expect(page.locator("#kit-parts")).to_have_count(0)
    assert sorted(each["already"] for each in kept(link)) == [False, False]
    assert len(whole(link)) == 1


def test_newer_code_waits_a_moment_for_an_older_page_that_holds_the_store(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        wait_here(phone, page, FIRST)
        page.evaluate(HELD)
        phone.context.set_offline(False)
        link.spoil = _newer
        # Past the older service worker, as after it was cleared away: the newer page and the older one are open side by side.
        page.evaluate(
            "navigator.serviceWorker.getRegistrations().then(all => Promise.all(all.map(each => each.unregister())))"
        )
        second = phone.page()
        second.goto("/en/?plain")
        second.wait_for_selector("html[data-kit=on]", state="attached")
        phone.await_empty(second)
        assert second.evaluate(VERSIONS)["outbox"] == 2
        assert len(kept(link)) == 1
