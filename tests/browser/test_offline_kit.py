"""The kit on the phone: pages without a network, new versions, a phone that keeps nothing, and the way out."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, expect
from stdnum.iso7064 import mod_11_10

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import WIDE
from tests.harness.pages import faults_of
from tests.harness.server import running
from tests.support.between import Asked, Link, Passed, link_to
from tests.support.kit_phone import (
    OURS,
    OUTBOX,
    SAVED,
    KitPhone,
    code_on,
    kept,
    opened,
    taken_over,
    type_code,
    write,
)

WORDS = "The marmalade foreman keeps our pay."
CANNOT = "This phone cannot keep anything just now"

BROKEN_STORE = "indexedDB.open = () => { throw new DOMException('full', 'QuotaExceededError') }"
FULL_DISK = """
IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError') }
"""


def versions(page: Page) -> list[str]:
    return cast("list[str]", page.evaluate("caches.keys()"))


def until(page: Page, promise: str) -> None:
    """Look until the promise of this script comes true."""
    while not page.evaluate(promise):
        page.wait_for_timeout(50)


def newer(
    link: Link, also: Callable[[Asked], Passed | None] = lambda _asked: None
) -> Callable[[Asked, Callable[[], Passed]], Passed | None]:
    """The server after an update: another version of the kit."""

    def spoil(asked: Asked, pass_on: Callable[[], Passed]) -> Passed | None:
        changed = also(asked)
        if changed is not None:
            return changed
        answer = pass_on()
        if asked.path != "/sw.js":
            return answer
        script = gzip.decompress(answer.body).replace(b'"version": "', b'"version": "new')
        return Passed(answer.status, answer.headers, gzip.compress(script))

    return spoil


def test_the_pages_of_the_kit_open_without_a_network(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    for path, words in (
        ("/en/", "Tell us what is wrong at work."),
        ("/", "Tell us what is wrong at work."),
        ("/en/s/nosuch99", "Tell us what is wrong at work."),
        ("/en/how", "What happens when you tell us"),
        ("/en/inbox", "Open your messages"),
        ("/en/code", "Open your messages"),
    ):
        page.goto(path)
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        check_layout(page)
    page.goto("/en/inbox")
    taken_over(page)
    type_code(page, "1234 5678")
    expect(page.get_by_text("There is no internet now. We did not try your code.")).to_be_visible()


def test_the_languages_that_were_used_open_without_a_network_and_no_other(
    browser: Browser, tmp_path: Path
) -> None:
    pseudo = {"REDRESS_PSEUDO_LANGUAGES": "1"}
    with (
        running(tmp_path, "up", environment=pseudo) as server,
        link_to(server.url) as link,
        opened(browser, link, tmp_path / "profile") as phone,
    ):
        page = phone.with_kit()
        page.goto("/ar-x-rtl/")
        until(page, "caches.match('/ar-x-rtl/calendar').then(Boolean)")
        phone.context.set_offline(True)
        phone.open_form(page, "/ar-x-rtl/")
        page.fill("#words", WORDS)
        page.locator("form[action$='/report'] > button:not(.trap)").click()
        expect(page.locator(".card .digits")).to_be_visible()
        assert SAVED not in page.inner_text("main")
        assert page.evaluate("document.documentElement.dir") == "rtl"
        check_layout(page)
        phone.open_form(page)
        assert page.evaluate("caches.match('/my-x-long/offline').then(Boolean)") is False


def test_the_code_of_a_poster_goes_along_from_the_address(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page, "/en/s/abcd2345")
    expect(page.get_by_text("The workplace code of this page is sent with it.")).to_be_visible()
    expect(page.locator("[name=site_code]")).to_have_value("abcd2345")
    expect(page.locator("#site")).to_be_visible()


def test_a_first_visit_is_the_plain_form(phone: KitPhone, link: Link) -> None:
    page = phone.open_form(phone.page())
    expect(page.locator("[name=token]")).to_have_count(1)
    with page.expect_request("**/report"):
        write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert link.count("POST", OUTBOX) == 0


def test_a_phone_that_only_reads_an_answer_gets_no_kit(phone: KitPhone, link: Link) -> None:
    page = phone.page()
    page.goto("/en/inbox", wait_until="networkidle")
    page.goto("/en/how", wait_until="networkidle")
    assert not [each.path for each in link.asked if "page.js" in each.path or each.path == "/sw.js"]
    assert versions(page) == []


def test_a_first_visit_that_loses_its_network_keeps_the_words(phone: KitPhone) -> None:
    page = phone.open_form(phone.page())
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    assert len(phone.records(page)) == 1


def test_an_update_takes_nothing_from_a_half_filled_form(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        before = versions(page)
        page.fill("#words", WORDS)
        page.evaluate("self.samePage = true")
        link.spoil = newer(link)
        page.evaluate("navigator.serviceWorker.ready.then(worker => worker.update())")
        until(page, "navigator.serviceWorker.ready.then(({waiting}) => Boolean(waiting))")
        assert len(versions(page)) == 2
        assert page.evaluate("self.samePage")
        expect(page.locator("#words")).to_have_value(WORDS)
        phone.context.set_offline(True)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        # The old version's pages still open, and what it sealed goes out with the new one.
        phone.open_form(page)
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page())
        phone.await_empty(page)
        expect(page.locator("#kit-waiting")).to_have_count(0)
        until(page, "caches.keys().then(names => names.length === 1)")
        assert versions(page) != before
        assert len(kept(link)) == 1
        phone.context.set_offline(True)
        phone.open_form(page)


@pytest.mark.parametrize("missing", ("/en/how", "/api/v1/kit"))
def test_a_version_that_does_not_arrive_whole_is_none(phone: KitPhone, link: Link, missing: str) -> None:
    page = phone.with_kit()
    before = versions(page)
    lost = Passed(500, (("Content-Type", "text/plain"),), b"")
    link.spoil = newer(link, lambda asked: lost if asked.path == missing else None)
    page.evaluate(
        """navigator.serviceWorker.ready.then(worker => new Promise(done => {
            worker.onupdatefound = () => worker.installing.onstatechange = ({target}) =>
                target.state === 'redundant' && done(true)
            worker.update()
        }))"""
    )
    assert versions(page) == before
    phone.context.set_offline(True)
    phone.open_form(page)
    expect(page.get_by_role("heading", name="Tell us what is wrong at work.")).to_be_visible()


@pytest.mark.parametrize("script", (BROKEN_STORE, FULL_DISK), ids=("no-store", "full-disk"))
def test_a_phone_that_keeps_nothing_says_so_before_anybody_types_or_sends_plainly(
    browser: Browser, link: Link, tmp_path: Path, script: str
) -> None:
    with opened(browser, link, tmp_path / "profile", script) as phone:
        page = phone.with_kit()
        expect(page.locator("[name=token]")).to_have_count(1)
        with page.expect_request("**/report"):
            write(page, WORDS)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        phone.context.set_offline(True)
        phone.open_form(page)
        expect(page.get_by_text(CANNOT)).to_be_visible()
        write(page, WORDS)
        expect(page.get_by_text(CANNOT)).to_be_visible()
        expect(page.locator("#words")).to_have_value(WORDS)
        assert SAVED not in page.inner_text("main")


def test_a_disk_that_fills_up_meanwhile_takes_no_word_away(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    page.evaluate(f"() => {{ {FULL_DISK} }}")
    phone.context.set_offline(True)
    write(page, WORDS)
    expect(page.get_by_text(CANNOT)).to_be_visible()
    expect(page.locator("#words")).to_have_value(WORDS)
    phone.context.set_offline(False)
    # With a network it is posted from memory.
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert len(kept(link)) == 1


def test_the_clock_of_the_phone_may_be_a_year_off(browser: Browser, link: Link, tmp_path: Path) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        phone.context.set_offline(True)
        phone.context.clock.install(time="2031-01-01T00:00:00Z")
        phone.open_form(page)
        write(page, WORDS)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    with opened(browser, link, tmp_path / "profile") as phone:
        phone.context.clock.install(time="2020-01-01T00:00:00Z")
        page = phone.open_form(phone.page())
        phone.await_empty(page)
        expect(page.locator("#kit-waiting")).to_have_count(0)
        # A browser that closes may have sent it without hearing the answer: then it is asked for once more.
        assert [each["already"] for each in kept(link)].count(False) == 1


@pytest.mark.parametrize("offline", (False, True), ids=("online", "offline"))
def test_leaving_covers_the_page_at_once_and_back_brings_no_form(phone: KitPhone, offline: bool) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, "An earlier one.")
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    page.fill("#words", WORDS)
    page.goto("/en/how")
    page.go_back()
    page.wait_for_url("**/en/")
    taken_over(page)
    page.fill("#words", WORDS)
    phone.context.set_offline(offline)
    # In the very turn of the press: nothing of the page is left to be painted.
    covered = "document.querySelector('.leave').click(), document.body.getClientRects().length === 0"
    assert page.evaluate(covered)
    page.wait_for_url("**/calendar" if not offline else "**/exit")
    assert page.title() == "Calendar"
    for _ in range(2):
        page.go_back()
        page.wait_for_load_state()
        assert WORDS not in page.evaluate(
            "[...document.querySelectorAll('textarea')].map(each => each.value).join() + document.body.textContent"
        )
    # The kit stays, and what waits still goes out: nobody asked to delete it.
    assert len(versions(phone.open_form(page))) == 1
    phone.context.set_offline(False)
    phone.open_form(page)
    phone.await_empty(page)
    expect(page.locator("#kit-waiting")).to_have_count(0)
    # A page that is left while its post is on its way leaves it to be sent again; the server has it once.
    assert [each["already"] for each in kept(phone.link)].count(False) == 1


def test_leaving_without_a_network_closes_the_messages_before_anybody_opens_a_page(phone: KitPhone) -> None:
    page = phone.with_kit()
    write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    code = code_on(page)
    page.get_by_role("link", name="I kept my code: open messages").click()
    type_code(page, code)
    expect(page.get_by_text(WORDS)).to_be_visible()
    phone.context.set_offline(True)
    page.locator(".leave").click()
    page.wait_for_url("**/exit")
    assert page.title() == "Calendar"
    phone.context.set_offline(False)
    page.goto("/en/inbox")
    expect(page.get_by_role("heading", name="Open your messages")).to_be_visible()
    assert WORDS not in page.content()


def test_leaving_stands_in_the_forms_place_so_that_back_leads_before_it(phone: KitPhone) -> None:
    page = phone.with_kit()
    page.goto("/en/how")
    phone.open_form(page)
    page.locator(".leave").click()
    page.wait_for_url("**/calendar")
    assert page.title() == "Calendar"
    page.go_back()
    page.wait_for_url("**/en/how")


def test_the_receipts_that_phones_make_are_the_servers_kind(phone: KitPhone) -> None:
    page = phone.with_kit()
    made: list[str] = page.evaluate(
        """() => import(document.querySelector('script[src*="kit/"]').src.replace('start.js', 'seal.js'))
            .then(({newReceipt}) => Array.from({length: 20000}, newReceipt))"""
    )
    assert len(set(made)) == 20_000
    assert all(len(each) == 20 and mod_11_10.is_valid(each) for each in made)
    digits = "".join(each[:19] for each in made)
    # Of fair digits six in ten are 0 to 5; without rejection it were 61 of 100, twelve standard deviations away.
    small = sum(digits.count(digit) for digit in "012345") / len(digits)
    assert abs(small - 0.6) < 0.005


def test_every_page_of_the_kit_is_sound_on_a_small_and_a_wide_screen(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page)
    write(page, WORDS, danger="yes")
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    for width in (320, 360, WIDE["width"]):
        page.set_viewport_size({"width": width, "height": 640})
        check_layout(page)
    assert faults_on(page) == []
    phone.open_form(page)
    expect(page.locator("#kit-waiting")).to_be_visible()
    check_layout(page)
    assert faults_on(page) == []
    html = page.content()
    policy = {"Content-Security-Policy": "default-src 'none'"}
    assert not faults_of("<!doctype html>" + html.removeprefix("<!DOCTYPE html>"), policy, "/en/")
