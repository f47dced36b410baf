"""A report on a phone with a bad connection: it is sealed there, waits, and arrives once. The network is really off."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import WorkerPhone
from tests.harness.browser import PHONE, checked_pages
from tests.support.between import Asked, Link, Passed, as_json, as_page
from tests.support.kit_phone import (
    OURS,
    OUTBOX,
    SAVED,
    KitPhone,
    code_on,
    found_in,
    kept,
    opened,
    send_now,
    write,
)

PLANTED = ("marmalade", "quicksilver", "Foxglove")
WORDS = "The marmalade foreman at quicksilver keeps our pay."
WAITS = "Something is saved on this phone. Not sent yet."
# No locks; and no service worker that sends, since a browser has locks in both or in neither.
NO_LOCKS = """
Object.defineProperty(navigator, 'locks', {value: undefined})
self.ServiceWorkerRegistration && Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {value: undefined})
"""
SEND_ALL = """
() => import(document.querySelector('script[src*="kit/"]').src.replace('start.js', 'outbox.js'))
    .then(({sendAll}) => sendAll({asked: true}))
"""


def at_outbox(answer: Callable[[Asked, Callable[[], Passed]], Passed | None]) -> Callable[..., Passed | None]:
    """Spoil the outbox alone."""
    return lambda asked, pass_on: answer(asked, pass_on) if asked.path == OUTBOX else pass_on()


def test_written_in_a_tunnel_the_report_arrives_once_next_day(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        phone.context.set_offline(True)
        phone.open_form(page)
        write(page, WORDS)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        code = code_on(page)
        assert len(code) == 20
        assert page.url == f"{link.url}/en/"
    assert not found_in(tmp_path / "profile", (*PLANTED[:2], code, code[:12]))
    assert not kept(link)
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page())
        phone.await_empty(page)
        expect(page.locator("#kit-waiting")).to_have_count(0)
        assert phone.records(page) == []
        assert [each["already"] for each in kept(link)] == [False]
        phone.open_form(page)
        assert link.count("POST", OUTBOX) == 1
    assert not found_in(tmp_path / "profile", (*PLANTED[:2], code))
    # The code that was shown in the tunnel opens what was written there, on any phone.
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.code = code
        worker.come_back()
        expect(worker.page.get_by_text(WORDS)).to_be_visible()


def test_with_a_network_the_page_is_the_servers_and_nothing_is_left(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        link.asked.clear()
        phone.open_form(page)
        assert [each for each in link.asked if each.path != "/sw.js"] == []
        page.fill("#site", "Foxglove")
        write(page, WORDS, contact="inbox")
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        expect(page.get_by_text("We will not text or call.")).to_be_visible()
        code = code_on(page)
        assert (page.url, page.title()) == (f"{link.url}/en/", "Help and information")
        assert phone.records(page) == []
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        # The kit's own pages and nothing else.
        assert page.evaluate("caches.keys().then(names => names.length)") == 1
        page.reload()
        expect(page.locator("#words")).to_have_value("")
    assert not found_in(tmp_path / "profile", (*PLANTED, code))


def test_a_captive_portals_page_counts_as_nothing(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    link.spoil = at_outbox(lambda _asked, _pass: as_page("<p>Welcome to our Wi-Fi. Success.</p>"))
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    assert len(phone.records(page)) == 1
    # Nor does JSON that only looks like the server's: the proof is that of another report.
    answered = len(link.answered)
    link.spoil = at_outbox(
        lambda asked, _pass: as_json(
            200, redress=1, state="kept", submission=json.loads(asked.body)["submission"], proof="A" * 43
        )
    )
    page.get_by_role("button", name="Send it now").click()
    while len(link.answered) == answered:
        page.wait_for_timeout(20)
    phone.open_form(page)
    expect(page.get_by_text(WAITS)).to_be_visible()
    assert len(phone.records(page)) == 1
    link.spoil = None
    send_now(page)
    phone.await_empty(page)
    assert [each["already"] for each in kept(link) if each["proof"] != "A" * 43] == [False]


def test_an_answer_that_is_lost_makes_no_second_case(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()

    def lose(_asked: Asked, pass_on: Callable[[], Passed]) -> None:
        assert pass_on().status == 200

    link.spoil = at_outbox(lose)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    code = code_on(page)
    link.spoil = None
    # The browser wakes the service worker by itself; where it does not, the page's next moment comes.
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert code_on(page) == code
    assert [each["already"] for each in kept(link)] == [True]


@pytest.mark.parametrize("script", ("", NO_LOCKS), ids=("locks", "lease"))
def test_two_tabs_and_the_service_worker_post_each_report_once(
    browser: Browser, link: Link, tmp_path: Path, script: str
) -> None:
    with opened(browser, link, tmp_path / "profile", script) as phone:
        first = phone.with_kit()
        phone.context.set_offline(True)
        for number in range(3):
            phone.open_form(first)
            write(first, f"{WORDS} {number}")
            expect(first.get_by_role("heading", name=SAVED)).to_be_visible()
            # A page that is left in the middle of a try leaves its lease behind for a minute and a half.
            while any(each.get("leased_until") for each in phone.records(first)):
                first.wait_for_timeout(20)
        second = phone.open_form(phone.page())
        phone.open_form(first)
        underway: list[bytes] = []
        everybody_tried = Event()

        def slow(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
            underway.append(asked.body)
            if len(underway) == 1:
                everybody_tried.wait(10)
            return pass_on()

        link.spoil = at_outbox(slow)
        phone.context.set_offline(False)
        while not underway:
            first.wait_for_timeout(50)
        # Each sends what it can; the one that is on its way is left to whoever has it.
        for page in (first, second):
            page.evaluate(SEND_ALL)
        assert len(underway) == 3
        everybody_tried.set()
        for page in (first, second):
            phone.await_empty(page)
            expect(page.locator("#kit-waiting")).to_have_count(0)
        assert len(kept(link)) == 3
        assert not any(each["already"] for each in kept(link))


def test_what_is_refused_is_parked_in_sight_and_holds_up_nobody(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    for number in range(2):
        phone.open_form(page)
        write(page, f"{WORDS} {number}")
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    expect(page.get_by_text(WAITS)).to_be_visible()
    first = min(each["submission"] for each in phone.records(page))
    refuse = at_outbox(
        lambda asked, pass_on: (
            as_json(422, redress=1, state="refused", reason="forged")
            if first.encode() in asked.body
            else pass_on()
        )
    )
    link.spoil = refuse
    phone.context.set_offline(False)
    expect(page.get_by_text("Something that is saved on this phone could not be sent.")).to_be_visible()
    expect(page.get_by_text(WAITS)).to_have_count(0)
    assert len(kept(link)) == 1
    assert [each["state"] for each in phone.records(page)] == ["parked"]
    posts = link.count("POST", OUTBOX)
    phone.open_form(page)
    expect(page.locator("#kit-waiting")).to_be_visible()
    # It is not tried for ever, only when somebody asks.
    assert link.count("POST", OUTBOX) == posts
    with page.expect_download() as copied:
        page.get_by_role("button", name="Keep a locked copy").click()
    copy = Path(copied.value.path()).read_text()
    assert first in copy
    assert '"ct"' in copy
    assert not any(word in copy for word in PLANTED)
    link.spoil = None
    page.get_by_role("button", name="Try again").click()
    phone.await_empty(page)
    expect(page.locator("#kit-waiting")).to_have_count(0)
    assert len(kept(link)) == 2


def test_a_code_that_is_refused_is_made_anew(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    refusals = [as_json(422, redress=1, state="refused", reason="receipt")]
    link.spoil = at_outbox(lambda _asked, pass_on: refusals.pop() if refusals else pass_on())
    phone.context.set_offline(True)
    phone.open_form(page)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    code = code_on(page)
    phone.context.set_offline(False)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert code_on(page) != code
    assert len(kept(link)) == 1


@pytest.mark.parametrize("reason", ("unknown_key", "retired_key"))
def test_a_key_that_is_no_longer_taken_is_asked_for_anew(phone: KitPhone, link: Link, reason: str) -> None:
    page = phone.with_kit()
    refusals = [as_json(422, redress=1, state="refused", reason=reason)]
    link.spoil = at_outbox(lambda _asked, pass_on: refusals.pop() if refusals else pass_on())
    asked = link.count("GET", "/api/v1/kit")
    write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert link.count("GET", "/api/v1/kit") == asked + 1
    assert len(kept(link)) == 1


def test_a_refusal_while_the_words_are_there_leads_to_the_plain_form_with_all_of_them(
    phone: KitPhone, link: Link
) -> None:
    page = phone.with_kit()
    link.spoil = at_outbox(
        lambda _asked, _pass: as_json(410, redress=1, state="refused", reason="old_client")
    )
    write(page, WORDS)
    expect(page.get_by_text("Please press Send again.")).to_be_visible()
    expect(page.locator("#words")).to_have_value(WORDS)
    assert phone.records(page) == []
    with page.expect_request("**/report"):
        page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_a_store_that_was_emptied_is_never_called_sent(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    code = code_on(page)
    page.evaluate("new Promise(done => indexedDB.deleteDatabase('outbox').onsuccess = () => done(true))")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", name="It is no longer on this phone.")).to_be_visible()
    assert code_on(page) == code
    assert OURS not in page.inner_text("main")


def test_what_waits_is_deleted_when_asked_twice_and_without_a_network(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    page.locator("#kit-waiting summary").click()
    assert len(phone.records(page)) == 1
    page.get_by_role("button", name="Yes, delete it").click()
    phone.await_empty(page)
    expect(page.locator("#kit-waiting")).to_have_count(0)
    assert phone.records(page) == []


def test_danger_and_nobody_is_asked_once_without_a_network_too(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page)
    write(page, WORDS, danger="yes", consent="nobody")
    expect(page.get_by_text("May one helper read it?")).to_be_visible()
    assert phone.records(page) == []
    page.get_by_role("button", name="Yes, one helper may read it").click()
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    expect(page.get_by_text("do not wait for us")).to_be_visible()
    assert len(phone.records(page)) == 1


def test_an_empty_form_comes_back_kindly_without_a_network(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    phone.open_form(page)
    page.fill("#site", "Foxglove")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Tick what it is about, or write a few words.")).to_be_visible()
    expect(page.locator("#site")).to_have_value("Foxglove")
    assert phone.records(page) == []
