"""A report in danger that waited on a phone: its code comes early, and what is said of danger stays once it went."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import PHONE
from tests.harness.server import LiveServer, running
from tests.support.between import Asked, Link, Passed
from tests.support.kit_phone import OURS, OUTBOX, SAVED, KitPhone, code_on, opened, write

WORDS = "He waits for me at the gate."
TOLD = "We cannot call anybody for you now."
# What a page does by itself when the line is back: here the service worker alone sends.
DEAF = "addEventListener('online', (event) => event.stopImmediatePropagation(), true)"


def at_clock(zone: str) -> str:
    """The phone's clock is set to this zone."""
    return f"Intl.DateTimeFormat.prototype.resolvedOptions = () => ({{timeZone: '{zone}'}})"


@pytest.fixture(scope="module")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """With the demo's numbers of help."""
    with running(tmp_path_factory.mktemp("danger"), "up", "--demo") as started:
        yield started


def saved_in_danger(phone: KitPhone, **answers: str) -> tuple[Page, str]:
    """The page with the code of a report in danger that waits on this phone."""
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, WORDS, danger="yes", **answers)
    if answers["consent"] == "nobody":
        page.get_by_role("button", name="No, lock it").click()
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    return page, code_on(page)


def wake(page: Page, origin: str) -> None:
    """Wake the service worker as the browser does once there is a network."""
    devtools = page.context.new_cdp_session(page)
    found: list[dict[str, object]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    which = {"registrationId": found[0]["registrationId"], "tag": "outbox", "lastChance": False}
    devtools.send("ServiceWorker.dispatchSyncEvent", {"origin": origin, **which})


def test_sent_by_the_worker_of_the_phone_the_receipt_says_of_danger_all_that_the_servers_page_says(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", f"{at_clock('America/La_Paz')};{DEAF}") as phone:
        page, code = saved_in_danger(phone, consent="nobody")
        phone.context.set_offline(False)
        wake(page, link.url)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert code_on(page) == code
        expect(page.get_by_text("Nobody is told, because you asked us to lock it.")).to_be_visible()
        expect(page.get_by_role("button", name="Let one helper read it")).to_be_visible()


@pytest.mark.parametrize(
    ("consent", "says"),
    (
        ("helper", "Perhaps nobody knows it yet."),
        ("nobody", "Nobody is told, because you asked us to lock it."),
    ),
)
def test_a_receipt_whose_answer_was_lost_keeps_its_danger_and_its_numbers(
    browser: Browser, link: Link, tmp_path: Path, consent: str, says: str
) -> None:
    with opened(browser, link, tmp_path / "profile", at_clock("America/La_Paz")) as phone:
        page, code = saved_in_danger(phone, consent=consent)

        def lose(asked: Asked, pass_on: object) -> Passed | None:
            answer: Passed = pass_on()  # type: ignore[operator]
            return None if asked.path == OUTBOX else answer

        link.spoil = lose
        phone.context.set_offline(False)
        while not link.count("POST", OUTBOX):
            page.wait_for_timeout(20)
        link.spoil = None
        phone.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert code_on(page) == code
        expect(page.get_by_text(says)).to_be_visible()
        expect(page.get_by_text("in this country: Bolivia")).to_be_visible()
        expect(page.get_by_text("Bangladesh")).to_be_hidden()
        check_layout(page)
        assert faults_on(page) == []


@pytest.mark.parametrize("zone", ("America/La_Paz", "Atlantic/Reykjavik"))
def test_the_code_of_a_report_in_danger_comes_early_and_one_country_at_most_is_this_one(
    browser: Browser, link: Link, tmp_path: Path, zone: str
) -> None:
    with opened(browser, link, tmp_path / "profile", at_clock(zone)) as phone:
        page, _ = saved_in_danger(phone, consent="helper")
        place = page.locator(".card .digits").bounding_box()
        assert place is not None
        assert place["y"] < 2 * PHONE["height"]
        here = page.get_by_text("in this country:")
        expect(here).to_have_count(1 if zone == "America/La_Paz" else 0)
        page.locator("[data-others] summary").click()
        expect(page.get_by_text("Bangladesh", exact=True)).to_be_visible()
        expect(here).to_have_count(1 if zone == "America/La_Paz" else 0)
        check_layout(page)
