"""What is pressed in open messages before the rest of the kit has come, and messages that are closed. T47 (leaving), T49."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.server import LiveServer, running_demo
from tests.support.between import Asked, Link, Passed
from tests.support.kit_phone import KitPhone, opened, report, type_code
from tests.support.open_messages import armed, say_worse

FIRST = "The marmalade foreman keeps our pay."
SLOW = "This takes long. Nothing is sent or changed yet."
DEAD = "There is no internet now. Nothing is sent or changed yet."
NOBODY_KNOWS = "You said you are in danger. Nobody has been told yet."
NOTE_COMES_AFTER = 8000  # milliseconds
CLOSE = "Close my messages"
HIDDEN_AT_ONCE = """
(close) => { close.click(); return document.documentElement.hidden }
"""
LEFT_HERE = """
async () => [...await navigator.serviceWorker.getRegistrations(), ...await caches.keys()].length
"""


@pytest.fixture(scope="module")
def kit_server(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[LiveServer]:
    """With the demo's numbers of help."""
    with running_demo(tmp_path_factory.mktemp("held"), shared_folder) as started:
        yield started


@dataclass
class Reading:
    """A phone that was never here, with messages open; its `line` lets the module through that holds what is pressed."""

    phone: KitPhone
    page: Page
    link: Link
    line: Event = field(default_factory=Event)

    def sent(self, act: str) -> list[dict[str, list[str]]]:
        """What was posted so far."""
        with self.link.lock:
            asked = [each for each in self.link.asked if each.path == f"/en/inbox/{act}"]
        return [parse_qs(each.body.decode()) for each in asked]

    def choose(self, consent: str) -> None:
        """Tick who may know."""
        self.page.check(f"[name=consent][value={consent}]")

    def note_comes(self) -> None:
        """Let the time pass after which a press is held."""
        self.page.clock.fast_forward(NOTE_COMES_AFTER)

    def line_comes(self) -> None:
        """Let the module come, and wait for all that follows."""
        with self.page.expect_response("**/en/unsent"):
            self.line.set()


@pytest.fixture
def reading(browser: Browser, link: Link, tmp_path: Path) -> Iterator[Reading]:
    with opened(browser, link, tmp_path / "sender") as sender:
        page = sender.page()
        page.goto("/en/?plain")
        code = report(page, FIRST)
    with opened(browser, link, tmp_path / "reader") as phone:
        reader = Reading(phone, phone.page(), link)

        def slow(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
            if asked.path.endswith("inbox.js"):
                assert reader.line.wait(120)
            return pass_on()

        link.asked.clear()
        link.spoil = slow
        reader.page.clock.install()
        reader.page.goto("/en/inbox", wait_until="networkidle")
        type_code(reader.page, code)
        expect(reader.page.get_by_text(FIRST)).to_be_visible()
        try:
            yield reader
        finally:
            reader.line.set()


def test_after_the_note_nothing_goes_without_another_press(reading: Reading) -> None:
    page = reading.page
    page.locator("summary", has_text="Change who may know").click()
    reading.choose("union")
    page.get_by_role("button", name="Change it").click()
    reading.note_comes()
    expect(page.get_by_text(SLOW)).to_be_visible()
    expect(page.get_by_text(DEAD)).to_be_hidden()
    expect(page.get_by_text(NOBODY_KNOWS)).to_be_hidden()
    assert page.locator("#held a:visible").count() == 0
    check_layout(page)
    assert faults_on(page) == []
    reading.choose("buyers")
    reading.line_comes()
    armed(page)
    page.wait_for_load_state("networkidle")
    assert reading.sent("consent") == []
    expect(page.locator("[name=consent][value=buyers]")).to_be_checked()
    with page.expect_navigation():
        page.get_by_role("button", name="Change it").click()
    assert [each["consent"] for each in reading.sent("consent")] == [["buyers"]]


def test_a_press_sends_what_stood_in_the_form_then_and_one_more_press_what_stands_there_now(
    reading: Reading,
) -> None:
    page = reading.page
    page.locator("summary", has_text="Change who may know").click()
    change = page.get_by_role("button", name="Change it")
    for consent in ("helper", "union"):
        reading.choose(consent)
        change.click()
    reading.choose("buyers")
    with page.expect_navigation():
        reading.line_comes()
    assert [each["consent"] for each in reading.sent("consent")] == [["union"]]


def test_danger_that_is_held_says_that_nobody_knows_and_whom_to_call(reading: Reading) -> None:
    page = reading.page
    say_worse(page)
    reading.phone.context.set_offline(True)
    reading.note_comes()
    expect(page.get_by_text(DEAD)).to_be_visible()
    expect(page.get_by_text(SLOW)).to_be_hidden()
    expect(page.get_by_text(NOBODY_KNOWS)).to_be_visible()
    expect(page.locator("#held a[href^='tel:']").first).to_be_visible()
    check_layout(page)
    assert faults_on(page) == []


def test_who_closes_what_they_read_leaves_nothing_on_the_phone(reading: Reading) -> None:
    page = reading.page
    page.get_by_role("button", name=CLOSE).click()
    expect(page.get_by_role("heading", name="Open your messages")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(reading.sent("leave")) == 1
    assert [each.path for each in reading.link.asked if each.path.endswith(("inbox.js", "sw.js"))] == []
    assert page.evaluate(LEFT_HERE) == 0
    page.go_back()
    assert FIRST not in page.content()


@pytest.mark.parametrize("offline", (False, True), ids=("slow", "dead"))
def test_closing_hides_the_page_at_once(reading: Reading, offline: bool) -> None:
    page = reading.page
    # Somebody began to write, so that the module is on its way.
    page.get_by_label("Write to the helper").fill("He is")
    reading.phone.context.set_offline(offline)
    assert page.get_by_role("button", name=CLOSE).evaluate(HIDDEN_AT_ONCE)
    expect(page.locator("body")).not_to_contain_text("marmalade")
