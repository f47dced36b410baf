"""Open messages on a dead line: what is pressed there waits on the phone, locked, and is done once. The network is really off.

T34 (an answer that is lost), T36 (refused, in sight), T38 (a hotspot), T40 (a full disk), T43 (an older server), T44 and T45
(nothing in the browser's profile), T46 (the next person), T47 (leaving), T49 (a phone without the kit).
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import WorkerPhone
from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer, running_demo
from tests.support.between import Asked, Link, Passed
from tests.support.kit_phone import (
    FIRST,
    SAVED,
    KitPhone,
    code_on,
    found_in,
    kept,
    opened,
    report,
    send_now,
    taken_over,
    type_code,
)
from tests.support.open_messages import armed, enter, say_worse, tell

WORDS = "The marmalade foreman came back at quicksilver."
PLANTED = ("marmalade", "quicksilver")
NOBODY_KNOWS = "You said you are in danger. Nobody has been told yet."
SENT = "What was saved on this phone was sent."
CODE_AGAIN = "To keep it on this phone until there is, type your code."
FULL_DISK = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }"
NO_KIT = """
if (self.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = () => Promise.reject(new Error('no'))
"""


@pytest.fixture(scope="module")
def kit_server(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[LiveServer]:
    """With the demo's numbers of help."""
    with running_demo(tmp_path_factory.mktemp("messages"), shared_folder) as started:
        yield started


@pytest.fixture
def code(phone: KitPhone) -> str:
    """The code of a report that was sent from this phone."""
    return report(phone.with_kit())


@pytest.fixture
def inside(phone: KitPhone, code: str) -> Page:
    """The page of a worker who came in with the code."""
    return enter(phone.context.pages[-1], code)


def thread_elsewhere(browser: Browser, link: Link, code: str) -> str:
    """What the messages say on another phone."""
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.code = code
        worker.come_back()
        expect(worker.page.get_by_text(FIRST)).to_be_visible()
        return worker.sees()


def test_written_on_a_dead_line_it_waits_locked_and_arrives_once_next_day(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        code = report(page)
        enter(page, code)
        phone.context.set_offline(True)
        tell(page, WORDS)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        assert page.locator("#phone-says blockquote").inner_text() == WORDS
        expect(page.get_by_label("Write to the helper")).to_have_value("")
        # As of a report: nothing that tells which of both it is, or whose.
        assert set(phone.records(page)[0]) - {"not_before"} == {
            "submission",
            "sealed",
            "proof",
            "state",
            "order",
            "thread",
            "at",
        }
        before = len(kept(link))
    assert not found_in(tmp_path / "profile", (*PLANTED, code, code[:12]))
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page())
        phone.await_empty(page)
        expect(page.locator("#kit-waiting")).to_have_count(0)
        assert [each["already"] for each in kept(link)[before:]] == [False]
    assert not found_in(tmp_path / "profile", (*PLANTED, code))
    assert thread_elsewhere(browser, link, code).count(WORDS) == 1


def test_danger_that_waits_says_that_nobody_knows_and_whom_to_call(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    phone.context.set_offline(True)
    say_worse(inside)
    expect(inside.get_by_text(NOBODY_KNOWS).filter(visible=True)).to_be_visible()
    # Nobody knows where it is: the numbers of every country stand behind a press.
    inside.locator("#phone-says summary", has_text="Numbers you can call, for each country").click()
    expect(inside.locator("#phone-says a[href^='tel:']").first).to_be_visible()
    # What cannot wait is said beside it, and not in its place.
    inside.locator("summary", has_text="Someone saw my code").click()
    inside.get_by_role("button", name="Give me a new code").click()
    expect(inside.get_by_text("this cannot wait on this phone")).to_be_visible()
    expect(inside.locator("#phone-says").get_by_text(NOBODY_KNOWS)).to_be_visible()
    expect(inside.locator("#phone-says [data-act=worse]")).to_be_visible()
    for width in (320, 360, WIDE["width"]):
        inside.set_viewport_size({"width": width, "height": 640})
        check_layout(inside)
    assert faults_on(inside) == []
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert phone.records(inside) == []
    inside.get_by_role("link", name="Show my messages as they are now").click()
    expect(inside.get_by_text("You: it got worse")).to_have_count(1)
    assert "You: it got worse" in thread_elsewhere(browser, link, code)


def test_an_answer_that_is_lost_makes_no_second_message(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    def lose(asked: Asked, pass_on: Callable[[], Passed]) -> Passed | None:
        answer = pass_on()
        return None if asked.path.endswith("/inbox/write") else answer

    link.spoil = lose
    tell(inside, WORDS)
    phone.await_empty(inside)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert len(kept(link)) == 2  # the report, and this
    assert thread_elsewhere(browser, link, code).count(WORDS) == 1


def test_a_hotspots_page_is_no_answer(phone: KitPhone, inside: Page, link: Link) -> None:
    hotspot = Passed(200, (("Content-Type", "text/html"),), b"<h1>Welcome to our Wi-Fi</h1>")
    link.spoil = lambda _asked, _pass_on: hotspot
    tell(inside, WORDS)
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()
    assert len(phone.records(inside)) == 1
    link.spoil = None
    send_now(inside)
    expect(inside.get_by_text(SENT).first).to_be_visible()


def test_with_a_line_the_answer_stands_in_the_pages_place_and_the_code_serves_for_the_next(
    phone: KitPhone, inside: Page
) -> None:
    tell(inside, "Sent at once.")
    expect(inside.locator(".message", has_text="Sent at once.")).to_be_visible()
    assert phone.records(inside) == []
    phone.context.set_offline(True)
    tell(inside, WORDS)
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()


def test_a_stop_that_waits_says_that_nothing_is_stopped_yet(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    phone.context.set_offline(True)
    inside.locator("summary", has_text="Stop").last.click()
    inside.get_by_role("button", name="Stop it").click()
    expect(inside.get_by_text("You want to stop. It is not stopped yet.")).to_be_visible()
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert "You stopped this." in thread_elsewhere(browser, link, code)


def test_what_lets_more_people_read_does_not_wait_and_the_page_says_so(phone: KitPhone, inside: Page) -> None:
    phone.context.set_offline(True)
    inside.locator("summary", has_text="Change who may know").click()
    inside.check("[name=consent][value=union]")
    inside.get_by_role("button", name="Change it").click()
    expect(inside.get_by_text("this cannot wait on this phone")).to_be_visible()
    assert phone.records(inside) == []
    inside.check("[name=consent][value=nobody]")
    inside.get_by_role("button", name="Change it").click()
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()


def test_after_a_reload_the_code_is_asked_for_since_nothing_kept_it(
    phone: KitPhone, inside: Page, code: str
) -> None:
    with inside.expect_response("**/en/unsent"):
        inside.reload()
    armed(inside)
    phone.context.set_offline(True)
    say_worse(inside, WORDS)
    expect(inside.get_by_text(CODE_AGAIN)).to_be_visible()
    expect(inside.get_by_text(NOBODY_KNOWS).filter(visible=True)).to_be_visible()
    check_layout(inside)
    assert phone.records(inside) == []
    field = inside.locator("#phone-code")
    field.fill(code[:-1] + str((int(code[-1]) + 1) % 10))
    inside.get_by_role("button", name="Keep it on this phone").click()
    expect(inside.get_by_text("A number is mistyped.")).to_be_visible()
    # As the keyboard of another script writes it.
    field.fill("".join(chr(0x0966 + int(digit)) for digit in code))
    inside.get_by_role("button", name="Keep it on this phone").click()
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()


def test_the_next_person_on_the_phone_learns_that_something_waits_and_nothing_else(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        code = report(page)
        enter(page, code)
        phone.context.set_offline(True)
        say_worse(page, WORDS)
        expect(page.get_by_text("When you leave this page, it stays here, locked.")).to_be_visible()
        page.locator(".leave").click()
        page.wait_for_url("**/exit")
        assert page.title() == "Calendar"
        for _ in range(2):
            page.go_back()
            page.wait_for_load_state()
            assert not any(word in page.content() for word in PLANTED)
        for path in ("/en/", "/en/code"):
            page.goto(path)
            taken_over(page)
            expect(page.locator("#kit-waiting")).to_be_visible()
            shown = page.inner_text("main")
            assert "danger" not in page.locator("#kit-waiting").inner_text()
            assert not any(word in shown for word in PLANTED)
        assert len(phone.records(page)) == 1
    assert not found_in(tmp_path / "profile", (*PLANTED, code))


def test_a_code_that_was_changed_meanwhile_is_told_and_the_phone_keeps_its_copy(
    browser: Browser, phone: KitPhone, inside: Page, code: str, link: Link
) -> None:
    phone.context.set_offline(True)
    tell(inside, WORDS)
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.code = code
        worker.come_back()
        worker.page.locator("summary", has_text="Someone saw my code").click()
        worker.page.get_by_role("button", name="Give me a new code").click()
        expect(worker.page.locator(".card .digits")).to_be_visible()
        fresh = code_on(worker.page)
    phone.context.set_offline(False)
    expect(inside.get_by_role("heading", name="This could not be sent.")).to_be_visible()
    expect(inside.get_by_text("Your code does not open these messages any more.")).to_be_visible()
    assert inside.locator("#phone-says blockquote").inner_text() == WORDS
    assert [each["state"] for each in phone.records(inside)] == ["parked"]
    assert WORDS not in thread_elsewhere(browser, link, fresh)


def test_what_waits_is_deleted_when_asked_twice(phone: KitPhone, inside: Page) -> None:
    phone.context.set_offline(True)
    tell(inside, WORDS)
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()
    inside.locator("#phone-says summary", has_text="Delete it").click()
    inside.get_by_role("button", name="Yes, delete it").click()
    expect(inside.locator("#phone-says")).to_have_count(0)
    assert phone.records(inside) == []


def test_two_things_that_wait_both_arrive(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    phone.context.set_offline(True)
    tell(inside, WORDS)
    expect(inside.locator("#phone-says [data-act]")).to_have_count(1)
    say_worse(inside, "And he shouts.", danger=False)
    expect(inside.locator("#phone-says [data-act]")).to_have_count(2)
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    told = thread_elsewhere(browser, link, code)
    assert (told.count(WORDS), told.count("And he shouts.")) == (1, 1)


def test_a_phone_that_was_never_here_keeps_what_is_written_too(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "sender") as sender:
        code = report(sender.with_kit())
    with opened(browser, link, tmp_path / "profile", NO_KIT) as phone:
        page = phone.page()
        page.goto("/en/inbox")
        type_code(page, code)
        with page.expect_response("**/en/unsent"):
            page.get_by_label("Write to the helper").focus()
        armed(page)
        phone.context.set_offline(True)
        tell(page, WORDS)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    with opened(browser, link, tmp_path / "profile", NO_KIT) as phone:
        page = phone.page()
        page.goto("/en/inbox")
        phone.await_empty(page)
    assert thread_elsewhere(browser, link, code).count(WORDS) == 1


def test_a_phone_that_only_opened_messages_keeps_what_is_written_and_sends_it_when_it_is_opened_again(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "sender") as sender:
        code = report(sender.with_kit())
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.page()
        page.goto("/en/inbox")
        type_code(page, code)
        # Whoever only reads is spared the kit; it comes for whoever begins to write.
        with page.expect_response("**/en/unsent"):
            page.get_by_label("Write to the helper").focus()
        armed(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.context.set_offline(True)
        tell(page, WORDS)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.goto("/en/inbox")
        taken_over(page)
        expect(page.locator("#kit-waiting")).to_be_visible()
    assert not found_in(tmp_path / "profile", (*PLANTED, code))
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.page()
        page.goto("/en/inbox")
        phone.await_empty(page)
    assert thread_elsewhere(browser, link, code).count(WORDS) == 1


@pytest.mark.parametrize("missing", ("inbox.js", "seal.js", "unsent"))
def test_what_is_pressed_where_nothing_for_a_dead_line_has_come_stays_on_the_page_and_is_said(
    browser: Browser, link: Link, tmp_path: Path, missing: str
) -> None:
    def lose(asked: Asked, pass_on: Callable[[], Passed]) -> Passed | None:
        return None if asked.path.endswith(missing) else pass_on()

    with opened(browser, link, tmp_path / "sender") as sender:
        code = report(sender.with_kit())
    link.spoil = lose
    with opened(browser, link, tmp_path / "profile", NO_KIT) as phone:
        page = phone.page()
        page.goto("/en/inbox")
        type_code(page, code)
        with page.expect_event("requestfailed", lambda request: request.url.endswith(missing)):
            page.get_by_label("Write to the helper").focus()
        phone.context.set_offline(True)
        tell(page, WORDS)
        held = page.get_by_text("There is no internet now. Nothing is sent or changed yet.")
        expect(held).to_be_visible()
        expect(held).to_be_in_viewport()
        expect(page.get_by_label("Write to the helper")).to_have_value(WORDS)
        check_layout(page)
        assert faults_on(page) == []
        link.spoil = None
        phone.context.set_offline(False)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".message", has_text=WORDS)).to_be_visible()
    assert thread_elsewhere(browser, link, code).count(WORDS) == 1


def test_what_cannot_wait_stays_on_the_page_where_the_line_only_seems_to_be_there(
    inside: Page, link: Link
) -> None:
    link.spoil = lambda _asked, _pass_on: None
    inside.locator("summary", has_text="It is about the helper").click()
    inside.get_by_label("What did the helper do?").fill(WORDS)
    inside.get_by_role("button", name="Send it past the helper").click()
    expect(inside.get_by_text("this cannot wait on this phone")).to_be_visible()
    expect(inside.get_by_label("What did the helper do?")).to_have_value(WORDS)


def test_a_full_disk_leaves_the_words_in_the_form(phone: KitPhone, inside: Page) -> None:
    inside.evaluate(f"() => {{ {FULL_DISK} }}")
    phone.context.set_offline(True)
    say_worse(inside, WORDS)
    expect(inside.get_by_text("this cannot wait on this phone")).to_be_visible()
    expect(inside.get_by_text(NOBODY_KNOWS).filter(visible=True)).to_be_visible()
    expect(inside.locator("#worse")).to_have_value(WORDS)
    assert SAVED not in inside.inner_text("main")


def test_messages_that_were_closed_meanwhile_take_the_code_and_what_waits_for_it_waits_here_too(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    phone.context.clear_cookies()
    tell(inside, WORDS)
    expect(inside.get_by_text("We do it when you give your code.")).to_be_visible()
    phone.context.set_offline(True)
    type_code(inside, code)
    expect(inside.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert thread_elsewhere(browser, link, code).count(WORDS) == 1


def test_an_older_server_is_given_no_message(phone: KitPhone, link: Link) -> None:
    def older(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
        answer = pass_on()
        if asked.path != "/api/v1/kit":
            return answer
        return Passed(answer.status, answer.headers, answer.body.replace(b'"inbox"', b'"nothing"'))

    page = phone.with_kit()
    code = report(page)
    link.spoil = older
    enter(page, code)
    phone.context.set_offline(True)
    tell(page, WORDS)
    expect(page.get_by_text("this cannot wait on this phone")).to_be_visible()
    expect(page.get_by_label("Write to the helper")).to_have_value(WORDS)
    assert phone.records(page) == []
