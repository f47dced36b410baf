"""Several things wait on one phone: they go in the order in which they were written, and each is deleted by itself."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import WorkerPhone
from tests.browser.screens import check_layout
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer
from tests.support.between import Asked, Link, Passed, as_json
from tests.support.kit_phone import OUTBOX, KitPhone, kept, opened, report, send_now, write
from tests.support.open_messages import armed, enter, say_worse, tell
from tests.support.phone_files import camera_photo, choose

SAVED = "Saved on this phone. Not sent yet."
MANY = tuple(f"Word number {number}." for number in range(1, 7))
# Ids in the order that is worst for whoever goes by them: each new one before those that are there.
COUNTING_DOWN = """
const draw = crypto.getRandomValues.bind(crypto)
let last = 250
crypto.getRandomValues = (array) => { draw(array); if (array.length === 16) array[0] = last--; return array }
"""


def posted(link: Link) -> list[str]:
    """The submissions, in the order in which they were posted."""
    with link.lock:
        return [json.loads(each.body)["submission"] for each in link.asked if each.path == OUTBOX]


def in_order(phone: KitPhone, page: Page) -> list[str]:
    """The submissions that wait, in the order in which they were written."""
    return [each["submission"] for each in sorted(phone.records(page), key=lambda each: each["order"])]


def write_several(phone: KitPhone, page: Page, number: int) -> None:
    """Reports, one after the other, with the network off."""
    phone.context.set_offline(True)
    for words in MANY[:number]:
        phone.open_form(page)
        write(page, words)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)


def test_messages_of_one_case_arrive_as_they_were_written(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", COUNTING_DOWN) as phone:
        page = phone.with_kit()
        code = report(page)
        enter(page, code)
        phone.context.set_offline(True)
        for number, words in enumerate(MANY, 1):
            tell(page, words)
            expect(page.locator("#phone-says [data-act]")).to_have_count(number)
        assert page.locator("#phone-says blockquote").all_inner_texts() == list(MANY)
        assert in_order(phone, page) == sorted(
            (each["submission"] for each in phone.records(page)), reverse=True
        )
        phone.context.set_offline(False)
        expect(page.get_by_text("What was saved on this phone was sent.").first).to_be_visible()
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.code = code
        worker.come_back()
        expect(worker.page.get_by_text(MANY[0])).to_be_visible()
        told = worker.sees()
    places = [told.index(words) for words in MANY]
    assert places == sorted(places)


def later(which: str) -> Callable[[Asked, Callable[[], Passed]], Passed]:
    """The server has no time for this one."""

    def spoil(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
        busy = asked.path == OUTBOX and which.encode() in asked.body
        return as_json(503, redress=1, state="later", reason="busy") if busy else pass_on()

    return spoil


def test_one_that_has_to_wait_holds_what_follows_it_in_its_case_and_nothing_else(
    phone: KitPhone, link: Link
) -> None:
    page = phone.with_kit()
    enter(page, report(page))
    phone.context.set_offline(True)
    for number, words in enumerate(MANY[:2], 1):
        tell(page, words)
        expect(page.locator("#phone-says [data-act]")).to_have_count(number)
    say_worse(page)
    expect(page.locator("#phone-says [data-act]")).to_have_count(3)
    first, second, danger = in_order(phone, page)
    phone.open_form(page)
    write(page, "A report of somebody else.")
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    other = in_order(phone, page)[-1]
    link.spoil = later(first)
    phone.open_form(page)
    phone.context.set_offline(False)
    expect(page.locator("#kit-waiting li")).to_have_count(2)
    # That there is danger waits for nobody, and somebody else's report for none of these.
    assert in_order(phone, page) == [first, second]
    assert second not in posted(link)
    assert {each["submission"] for each in kept(link)} >= {danger, other}
    link.spoil = None
    send_now(page)
    phone.await_empty(page)
    went = posted(link)
    assert went.index(second) > max(at for at, each in enumerate(went) if each == first)


def test_what_is_written_with_a_line_does_not_overtake_what_waits(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    enter(page, report(page))
    phone.context.set_offline(True)
    tell(page, MANY[0])
    expect(page.locator("#phone-says [data-act]")).to_have_count(1)
    (first,) = in_order(phone, page)
    link.spoil = later(first)
    phone.context.set_offline(False)
    tell(page, MANY[1])
    expect(page.locator("#phone-says blockquote")).to_have_text(list(MANY[:2]))
    assert len(phone.records(page)) == 2
    link.spoil = None
    send_now(page)
    phone.await_empty(page)
    assert posted(link)[-1] != first


def test_a_message_of_before_the_page_was_loaded_anew_goes_first_too(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    code = report(page)
    enter(page, code)
    phone.context.set_offline(True)
    tell(page, MANY[0])
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    link.spoil = lambda asked, pass_on: None if asked.path == OUTBOX else pass_on()
    phone.context.set_offline(False)
    with page.expect_response("**/en/unsent"):
        page.reload()
    armed(page)
    link.spoil = None
    tell(page, MANY[1])
    expect(page.locator(".message .words", has_text=MANY[1])).to_be_visible()
    told = page.inner_text("main")
    assert told.index(MANY[0]) < told.index(MANY[1])


def test_each_message_that_waits_is_deleted_by_itself(phone: KitPhone) -> None:
    page = phone.with_kit()
    enter(page, report(page))
    phone.context.set_offline(True)
    for number, words in enumerate(MANY[:3], 1):
        tell(page, words)
        expect(page.locator("#phone-says [data-act]")).to_have_count(number)
    line = page.locator("#phone-says li", has_text=MANY[1])
    line.get_by_text("Delete it", exact=True).click()
    assert len(phone.records(page)) == 3
    line.get_by_role("button", name="Yes, delete it").click()
    expect(page.locator("#phone-says blockquote")).to_have_text([MANY[0], MANY[2]])
    assert len(phone.records(page)) == 2


def test_each_report_that_waits_is_deleted_by_itself_and_takes_its_own_photos(
    phone: KitPhone, tmp_path: Path
) -> None:
    page = phone.with_kit()
    write_several(phone, page, 2)
    choose(page, camera_photo(tmp_path / "photo.jpg", 300, 200))
    page.locator("#kit-files canvas").wait_for()
    write(page, MANY[2])
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    lines = page.locator("#kit-waiting li")
    expect(lines).to_have_count(3)
    # Which of them brings photos is said, and nothing of what is in any.
    expect(
        lines.get_by_text("Photos or recordings that wait with it: 1").locator("visible=true")
    ).to_have_count(1)
    expect(lines.nth(2).get_by_text("Photos or recordings that wait with it: 1")).to_be_visible()
    written = in_order(phone, page)
    lines.nth(1).get_by_text("Delete it", exact=True).click()
    lines.nth(1).get_by_role("button", name="Yes, delete it").click()
    expect(lines).to_have_count(2)
    assert in_order(phone, page) == [written[0], written[2]]
    expect(
        lines.get_by_text("Photos or recordings that wait with it: 1").locator("visible=true")
    ).to_have_count(1)
    lines.nth(1).get_by_text("Delete it", exact=True).click()
    lines.nth(1).get_by_role("button", name="Yes, delete it").click()
    expect(page.locator("#kit-parts")).to_have_count(0)
    assert in_order(phone, page) == [written[0]]


def test_what_somebody_opened_in_the_notice_stays_open_while_the_phone_tries_again(phone: KitPhone) -> None:
    page = phone.with_kit()
    write_several(phone, page, 2)
    page.locator("#kit-waiting li").first.get_by_text("Delete it", exact=True).click()
    page.evaluate("self.same = document.getElementById('kit-waiting')")
    with page.expect_event("console", lambda message: message.text == "tried"):
        page.evaluate(
            """() => {
                new BroadcastChannel('outbox').onmessage = ({data}) => data.state === 'later' && console.log('tried')
                dispatchEvent(new Event('online'))
            }"""
        )
    expect(page.locator("#kit-waiting .stop").first).to_be_visible()
    assert page.evaluate("self.same.isConnected")


@pytest.mark.parametrize("size", (PHONE, WIDE), ids=("phone", "wide"))
@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_the_notice_of_several_fits(
    browser: Browser, kit_server: LiveServer, size: dict[str, int], scheme: str
) -> None:
    with checked_pages(
        browser, kit_server.url, viewport=size, color_scheme=scheme, service_workers="allow"
    ) as new_page:
        page = new_page()
        page.goto("/en/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone = KitPhone(Link(kit_server.url), page.context)
        phone.open_form(page)
        write_several(phone, page, 3)
        for each in page.locator("#kit-waiting summary").all():
            each.click()
        check_layout(page)
        page.context.set_offline(False)
        phone.await_empty(page)
