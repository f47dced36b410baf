"""A tablet asks before it stops, holds a code that stands on it, and says of danger only what is true beside a helper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import PHONE, WIDE
from tests.harness.server import LiveServer, running
from tests.support.between import Link, as_json, link_to
from tests.support.kit_phone import OURS, OUTBOX, code_on, opened, taken_over
from tests.support.speaking import HERE, SPEECH, said
from tests.support.tablet_phone import NEXT, SAVED, filed, go_offline, ready, started, tell

WORDS = ("The foreman hits us.", "They keep our cards.")
NOT_LOST = "They are not lost."
HALF = "Something stands in the form. It is not sent."
STUCK = "Messages that could not be sent:"
TELL = "only people whom you tell yourself can know it"


@pytest.fixture(scope="module")
def desk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own with logins: starting a tablet ends the desk."""
    with running(tmp_path_factory.mktemp("asks"), "up", "--demo") as started:
        yield started


@pytest.fixture
def link(desk_server: LiveServer) -> Iterator[Link]:
    with link_to(desk_server.url) as between:
        yield between


def asked_to_stop(page: Page) -> Locator:
    page.locator("#stop summary").click()
    question = page.get_by_role("group", name="Stop now?")
    expect(question).to_be_visible()
    return question


def about_this_tablet(page: Page) -> None:
    """Nothing on it speaks of a phone as if it were the worker's, nor says that nobody knows what a helper has just heard."""
    said = page.inner_text("body")
    assert "this phone" not in said.lower()
    assert "Perhaps nobody knows" not in said


def for_hands_and_eyes(page: Page) -> None:
    """What its scripts have made of it, which no document shows: by axe, and at twice the size of letters on every screen."""
    assert faults_on(page) == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_layout(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 320, "height": 640})
    check_layout(page)


def test_with_nothing_there_it_asks_all_the_same_and_goes_on_when_told_so(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@straits.example", PHONE)
        question = asked_to_stop(page)
        expect(question.get_by_text("No message waits here.")).to_be_visible()
        expect(question.get_by_text(NOT_LOST)).to_be_hidden()
        expect(question.get_by_text(HALF)).to_be_hidden()
        page.fill("#words", WORDS[0])
        expect(question.get_by_text(HALF)).to_be_visible()
        question.get_by_role("button", name="Go on").click()
        expect(question).to_be_hidden()
        expect(page.locator("#stop summary")).to_be_focused()
        expect(page.locator("#words")).to_have_value(WORDS[0])
        page.reload()
        ready(page)


def test_what_waits_is_counted_in_the_question_and_goes_out_after_the_stop(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@plateau.example", PHONE)
        go_offline(phone)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        expect(page.locator("#words")).to_have_value("")
        page.fill("#words", WORDS[1])
        question = asked_to_stop(page)
        expect(question.get_by_text(HALF)).to_be_visible()
        expect(question.get_by_text(NOT_LOST)).to_be_visible()
        expect(question.locator("[data-fill=waiting]")).to_have_text("1")
        expect(question.get_by_text("No message waits here.")).to_be_hidden()
        for_hands_and_eyes(page)
        question.get_by_role("button", name="Stop now").click()
        expect(page.get_by_text("This tablet is not ready")).to_be_visible()
        expect(page.locator("#words")).to_be_hidden()
        expect(page.locator("#off [data-fill=waiting]")).to_have_text("1")
        for_hands_and_eyes(page)
        taken_over(page)
        # It says that they are sent while this page is open: nobody presses anything.
        link.spoil = None
        phone.context.set_offline(False)
        expect(page.locator("#off [data-fill=waiting]")).to_be_hidden()
        expect(page.get_by_text("What waited on this tablet was sent.")).to_be_visible()
        about_this_tablet(page)
        assert filed(link) == 1


def test_of_danger_it_says_what_is_true_beside_a_helper(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@faraway.example", PHONE)
        about_this_tablet(page)
        expect(page.get_by_text("I will come back here")).to_have_count(0)
        expect(page.get_by_text("We answer only here")).to_have_count(0)
        go_offline(phone)
        page.check("[name=danger][value=yes]")
        note = page.locator("fieldset").first.locator(".note")
        expect(note.get_by_text("Only people whom you tell yourself can know it yet.")).to_be_visible()
        about_this_tablet(page)
        tell(page, WORDS[0])
        expect(page.get_by_text(TELL)).to_be_visible()
        about_this_tablet(page)
        for_hands_and_eyes(page)
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        expect(page.locator("#words")).to_have_value("")

        page.check("[name=danger][value=yes]")
        page.fill("#words", WORDS[1])
        page.check("[name=consent][value=nobody]")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("button", name="No, lock it").click()
        expect(page.get_by_text("nobody may read it. So nobody is told.")).to_be_visible()
        expect(page.get_by_text(TELL)).to_have_count(0)
        about_this_tablet(page)
        link.spoil = None
        phone.context.set_offline(False)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        expect(page.get_by_text("nobody may read it. So nobody is told.")).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        expect(page.locator("#words")).to_have_value("")

        page.check("[name=danger][value=yes]")
        page.check("[name=consent][value=nobody]")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("button", name="Yes, one helper may read it").click()
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        expect(page.get_by_text("You said you are in danger. If you can get")).to_be_visible()
        expect(page.get_by_text("So nobody is told.")).to_have_count(0)
        assert filed(link) == 3


def test_what_cannot_be_sent_is_counted_apart_and_never_promised(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "lead@straits.example", PHONE)
        go_offline(phone)
        page.check("[name=danger][value=yes]")
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        link.spoil = lambda asked, pass_on: (
            as_json(409, redress=1, state="refused", reason="conflict") if asked.path == OUTBOX else pass_on()
        )
        phone.context.set_offline(False)
        expect(page.get_by_role("heading", name="This could not be sent.")).to_be_visible()
        expect(page.get_by_text("Nobody is told, because it could not be sent.")).to_be_visible()
        about_this_tablet(page)
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        expect(page.locator("#on").get_by_text(STUCK)).to_be_visible()
        expect(page.get_by_text("Nothing waits on this tablet.")).to_be_visible()
        question = asked_to_stop(page)
        expect(question.get_by_text(NOT_LOST)).to_be_hidden()
        question.get_by_role("button", name="Stop now").click()
        expect(page.locator("#off").get_by_text(STUCK)).to_be_visible()
        check_layout(page)
        link.spoil = None
        page.locator("#off").get_by_role("button", name="Try again").click()
        expect(page.locator("#off").get_by_text(STUCK)).to_be_hidden()
        assert filed(link) == 1


def test_a_code_that_stands_there_is_not_pulled_away_unasked_and_the_way_out_stays_free(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "lead@plateau.example", PHONE)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        code = code_on(page)
        page.on("dialog", stay)
        with page.expect_event("dialog"):
            page.close(run_before_unload=True)
        assert code_on(page) == code
        page.get_by_role("link", name="Leave now").click()
        expect(page.locator("table.calendar").first).to_be_visible()
        page.goto("/tablet/en/")
        ready(page)
        tell(page, WORDS[1])
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        expect(page.locator("#words")).to_have_value("")
        assert asked == ["beforeunload"]


def test_the_tablet_reads_a_question_aloud_with_all_that_the_helper_would_have_to_say(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", SPEECH % HERE) as phone:
        page = started(phone, desk_server, "lead@faraway.example", PHONE)
        go_offline(phone)
        asked = page.locator("fieldset", has_text="Read 8 and 9 aloud.")
        asked.get_by_role("button", name="Read aloud").click()
        lines = " ".join(said(page))
        for told in ("hears what you say now", "no right to open it later", "to court, police or a union"):
            assert told in lines
        for answer in ("Yes. I tap this myself.", "No, or not asked.", "must not get it."):
            assert answer in lines
        # The next worker hears nothing of it.
        page.get_by_role("button", name="Send", exact=True).click()
        assert said(page)[-1:] == ["silence"]
        check_layout(page)
