"""The kit promises nothing that the server would send back, leaves no dead button, and loses no code and no report in between."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.browser.screens import check_layout
from tests.support.between import Asked, Link, Passed
from tests.support.kit_phone import OURS, OUTBOX, SAVED, code_on, kept, opened, report, send_now, write
from tests.support.kit_phone import KitPhone as Phone

WORDS = "The foreman keeps our pay."
OLD_BROWSER = """
delete HTMLFormElement.prototype.requestSubmit
delete Crypto.prototype.randomUUID
"""
FULL_DISK = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }"


def test_an_older_browser_sends_on_the_first_visit_and_on_the_second(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", OLD_BROWSER) as phone:
        page = phone.open_form(phone.page())
        with page.expect_request("**/report"):
            write(page, WORDS)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        page = phone.with_kit()
        write(page, WORDS)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert [each["already"] for each in kept(link)] == [False]


def test_the_button_that_was_pressed_goes_along_without_a_script_of_the_browsers(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", OLD_BROWSER) as phone:
        page = phone.open_form(phone.page())
        page.fill("#words", WORDS)
        with page.expect_request("**/report") as sent:
            page.get_by_role("button", name="Send now: only a helper reads it").click()
        assert 'name="quick"' in (sent.value.post_data or "")
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        page.go_back()
        expect(page.locator("[name=quick][type=hidden]")).to_have_count(0)


def test_what_fails_in_the_kit_goes_the_plain_way(phone: Phone, link: Link) -> None:
    page = phone.with_kit()
    page.evaluate("() => { crypto.subtle.importKey = () => { throw new Error('deliberate') } }")
    with page.expect_request("**/report"):
        write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert link.count("POST", OUTBOX) == 0


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    (
        ("#site", "x" * 501, "This is too long to send at once."),
        ("#safe_times", "x" * 501, "This is too long to send at once."),
        (
            "#words",
            "\u200b\u2060 \u3164",
            "Nothing is sent yet. Tick what it is about, or write a few words.",
        ),
    ),
    ids=("site", "times", "invisible"),
)
def test_what_the_server_would_send_back_is_not_sealed(
    phone: Phone, field: str, typed: str, said: str
) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    if field != "#words":
        page.fill("#words", WORDS)
    page.evaluate("([field, typed]) => { document.querySelector(field).value = typed }", [field, typed])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(said)).to_be_visible()
    assert page.locator("#kit-note a").get_attribute("href") in (field, "#category")
    assert phone.records(page) == []
    expect(page.locator(field)).to_have_value(typed)


def test_a_field_that_a_browser_filled_in_by_itself_is_emptied_and_asked_about(phone: Phone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    page.evaluate("document.getElementById('website').value = 'http://here.example'")
    write(page, WORDS)
    expect(page.get_by_text("Your words are still here. Please press Send again.")).to_be_visible()
    assert phone.records(page) == []
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()


def test_a_phone_that_keeps_nothing_and_hears_no_answer_sends_the_same_report_again(
    phone: Phone, link: Link
) -> None:
    page = phone.with_kit()
    page.evaluate(f"() => {{ {FULL_DISK} }}")

    def swallow(asked: Asked, pass_on: Callable[[], Passed]) -> Passed | None:
        answer = pass_on()
        return None if asked.path == OUTBOX else answer

    link.spoil = swallow
    write(page, WORDS)
    expect(page.get_by_text("We do not know if your message arrived.")).to_be_visible()
    link.spoil = None
    write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert [each["already"] for each in kept(link)] == [True]
    sent = {json.loads(asked.body)["submission"] for asked in link.asked if asked.path == OUTBOX}
    assert len(sent) == 1


@pytest.mark.parametrize("offline", (True, False), ids=("saved", "sent"))
def test_whoever_pulls_down_the_page_with_the_code_is_asked_first(phone: Phone, *, offline: bool) -> None:
    page = phone.with_kit()
    phone.context.set_offline(offline)
    code = report(page, WORDS)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.reload())")
    assert asked == ["beforeunload"]
    assert code_on(page) == code
    page.get_by_role("link", name="Leave now").first.click()
    expect(page.locator("table.calendar").first).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("path", ("/en/s/3mcm-2pq1", "/en/s/3MCM2PQ1", "/en/s/%EF%BC%93mcm2pq1"))
def test_a_posters_code_goes_along_as_it_stands_and_nothing_is_said_to_be_known(
    phone: Phone, path: str
) -> None:
    page = phone.with_kit()
    phone.open_form(page, path)
    expect(page.get_by_text("is noted")).to_have_count(0)
    typed = page.locator("[name=site_code]").input_value()
    assert typed in ("3mcm-2pq1", "3MCM2PQ1", "３mcm2pq1")


def test_whoever_presses_send_it_now_hears_that_it_was_tried(phone: Phone, link: Link) -> None:
    page = phone.with_kit()
    link.spoil = lambda asked, pass_on: None if asked.path == OUTBOX else pass_on()
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("We tried. It is not sent yet.")).to_be_visible()
    link.spoil = None
    send_now(page)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_an_open_page_says_when_what_waited_was_sent(phone: Phone, link: Link) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    expect(page.locator("#kit-waiting")).to_be_visible()
    page.fill("#words", "Another thing")
    phone.context.set_offline(False)
    expect(page.get_by_text("What was saved on this phone was sent.")).to_be_visible()
    expect(page.locator("#kit-waiting")).to_have_count(0)
    expect(page.locator("#words")).to_have_value("Another thing")
    assert [each["already"] for each in kept(link)] == [False]


@pytest.mark.parametrize("first_visit", (False, True), ids=("kit", "first-visit"))
@pytest.mark.parametrize("way_back", ("Back", "link"))
def test_half_written_words_are_there_again_after_what_happens_then(
    phone: Phone, way_back: str, *, first_visit: bool
) -> None:
    page = phone.open_form(phone.page()) if first_visit else phone.with_kit()
    phone.context.set_offline(not first_visit)
    page.fill("#words", WORDS)
    ticked = (
        "[name=category][value=wages]",
        "[name=danger][value=yes]",
        "[name=contact][value=text]",
        "[name=consent][value=helper]",
    )
    for each in ticked:
        page.check(each)
    page.fill("#phone", "+60123456789")
    page.get_by_role("link", name="What happens then?").click()
    expect(page.get_by_role("heading", name="What happens when you tell us")).to_be_visible()
    assert page.url.endswith("/en/")
    check_layout(page)
    if way_back == "Back":
        page.go_back()
    else:
        page.get_by_role("link", name="Tell us", exact=True).click()
    expect(page.locator("#words")).to_have_value(WORDS)
    for each in ticked:
        expect(page.locator(each)).to_be_checked()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=SAVED if not first_visit else OURS)).to_be_visible()


def test_leaving_from_what_happens_then_leaves_the_words_too(phone: Phone) -> None:
    page = phone.with_kit()
    page.fill("#words", WORDS)
    page.get_by_role("link", name="What happens then?").click()
    expect(page.get_by_role("heading", name="What happens when you tell us")).to_be_visible()
    page.locator(".leave").click()
    page.wait_for_url("**/calendar")
    page.go_back()
    page.wait_for_load_state()
    assert WORDS not in page.evaluate(
        "[...document.querySelectorAll('textarea')].map(each => each.value).join() + document.body.textContent"
    )


def test_an_empty_form_leads_to_the_page_of_what_happens_then(phone: Phone) -> None:
    page = phone.with_kit()
    page.get_by_role("link", name="What happens then?").click()
    page.wait_for_url("**/en/how")


@pytest.mark.parametrize("way", ("text", "call"))
def test_text_me_without_a_number_is_said_where_no_network_is(phone: Phone, way: str) -> None:
    told = "You gave no number, so we do not text or call."
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, WORDS, contact=way)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    expect(page.get_by_text(told)).to_be_visible()
    phone.open_form(page)
    page.fill("#phone", "+60123456789")
    write(page, WORDS, contact=way)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    expect(page.get_by_text(told)).to_be_hidden()


def test_a_report_that_another_page_has_just_sent_is_never_called_lost(phone: Phone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    # The other page told it, and took the record out, while this one was about to look.
    page.evaluate(
        """async () => {
            const start = document.querySelector('script[src*="kit/"]').src
            const {sentElsewhere} = await import(start.replace('start.js', 'form.js'))
            const {all, drop} = await import(start.replace('start.js', 'store.js'))
            for (const {submission} of await all()) {
                sentElsewhere.set(submission)
                await drop(submission)
            }
            // Pressed at once, where the page has not looked by itself yet.
            document.querySelector('main [data-do=send]')?.click()
        }"""
    )
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_what_was_written_on_a_tablet_is_not_the_forms_to_delete(phone: Phone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    others = """async (mark) => {
        const start = document.querySelector('script[src*="kit/"]').src
        const {all, keep} = await import(start.replace('start.js', 'store.js'))
        const [first] = await all()
        if (mark) await keep({...first, submission: first.submission.replace(/.$/, 'x'), beside: true})
        return (await all()).map(({beside}) => Boolean(beside))
    }"""
    assert sorted(page.evaluate(others, True)) == [False, True]
    phone.open_form(page)
    page.locator("#kit-waiting summary").click()
    page.locator("#kit-waiting [data-do=drop]").click()
    expect(page.locator("#kit-waiting")).to_have_count(0)
    assert page.evaluate(others, False) == [True]
