"""One worker after another on a tablet beside a helper, at a gate without a network: nothing of one is left for the next."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from app.vault.brought_receipts import is_patterned
from tests.browser.people import PartnerDesk, WorkerPhone
from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer, running_demo
from tests.support.between import Asked, Link, Passed, as_json, link_to
from tests.support.kit_phone import OURS, OUTBOX, code_on, found_in, opened
from tests.support.tablet_phone import NEXT, SAVED, filed, go_offline, ready, send_the_rest, started, tell

LOGINS = tuple(
    f"{role}@{of}.example" for of in ("straits", "plateau", "faraway") for role in ("caseworker", "lead")
)
TABLET = {"width": 800, "height": 1280}
WORDS = ("The marmalade foreman hits us.", "They keep our quicksilver cards.", "No juniper pay since May.")
PLANTED = ("marmalade", "quicksilver", "juniper", "Foxglove", "Zubin")
DRAWN = """
codes => import(document.querySelector('script[src*="tablet/"]').src.replace('tablet.js', 'drawn.js'))
    .then(({looksDrawn}) => codes.map(looksDrawn))
"""
CODES = (
    "48217730915420673398",
    "55555555555555555555",
    "12345678048217730915",
    "90218765432104821770",
    "12341234123412341234",
    "01234567890123456789",
    "48248248248248248248",
    "11223311223311223311",
    "90817263548172635409",
)


@pytest.fixture(scope="module")
def desk_server(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[LiveServer]:
    """A server of its own with logins: starting a tablet ends the desk, so no other story's session may be used."""
    with running_demo(tmp_path_factory.mktemp("tablet"), shared_folder) as started:
        yield started


@pytest.fixture
def link(desk_server: LiveServer) -> Iterator[Link]:
    with link_to(desk_server.url) as between:
        yield between


def digits_in(page: Page) -> str:
    """All that the page says, without the spaces that stand between the groups of a code."""
    return "".join(page.inner_text("body").split())


def test_three_workers_one_after_another_without_a_network(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    profile, codes = tmp_path / "profile", []
    with opened(browser, link, profile) as phone:
        page = started(phone, desk_server, LOGINS[0], TABLET)
        expect(page.get_by_text("Nothing waits on this tablet.")).to_be_visible()
        expect(page.get_by_role("button", name="Send what waits")).to_be_hidden()
        assert page.title() == "Help and information"
        go_offline(phone)
        # The second as on a phone, which may be the tablet too.
        for words, size in zip(WORDS, (TABLET, PHONE, TABLET), strict=True):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            tell(page, words, site="Foxglove", name="Zubin")
            expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
            codes.append(code_on(page))
            assert codes[-1][:8] in digits_in(page)
            page.get_by_role("button", name=NEXT).click()
            expect(page.locator("#words")).to_be_visible()
            ready(page)
            expect(page.locator("#words")).to_have_value("")
            # Of a code so much that no year and no number of the page is it by chance.
            assert not any(code[:8] in digits_in(page) for code in codes)
            # Without a network Back leads nowhere, or to a page of before.
            with suppress(PlaywrightError):
                page.go_back()
            assert not any(planted in page.inner_text("body") for planted in PLANTED)
            assert codes[-1][:8] not in digits_in(page)
            page.goto("/tablet/en/")
            ready(page)
            page.reload()
            ready(page)
            expect(page.locator("#words")).to_have_value("")
        expect(page.locator("#on [data-fill=waiting]").first).to_have_text("3")
        assert len({*codes}) == 3
        assert filed(link) == 0
    link.spoil = None
    assert not found_in(profile, (*PLANTED, *codes))
    with opened(browser, link, profile) as phone:
        page = phone.page()
        page.goto("/tablet/en/")
        ready(page)
        send_the_rest(page)
        expect(page.get_by_text("Nothing waits on this tablet.")).to_be_visible()
        assert filed(link) == 3
    for words, code in zip(WORDS, codes, strict=True):
        with checked_pages(browser, link.url, viewport=PHONE) as new_page:
            worker = WorkerPhone(new_page())
            worker.code = code
            worker.come_back()
            expect(worker.page.get_by_text(words)).to_be_visible()


def test_whoever_is_in_danger_beside_a_helper_sees_whom_to_call_and_sends_at_once(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, LOGINS[3], TABLET)
        go_offline(phone)
        note = page.locator("fieldset").first.locator(".note")
        expect(note).to_be_hidden()
        page.check("[name=danger][value=yes]")
        expect(note.get_by_text("If you can get to a safe place, do not wait for us.")).to_be_visible()
        expect(note.get_by_text("Nothing is sent yet.")).to_be_visible()
        expect(note.get_by_text("Example only, not a real number").first).to_be_visible()
        page.check("[name=danger][value=no]")
        expect(note).to_be_hidden()
        page.check("[name=danger][value=yes]")
        note.get_by_role("button", name="Send now: only a helper reads it").click()
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("#words")).to_be_visible()
        ready(page)
        # The next worker sees nothing of it.
        expect(note).to_be_hidden()
        link.spoil = None
        phone.context.set_offline(False)
        send_the_rest(page)


def test_a_pulled_battery_leaves_what_was_saved_and_nothing_of_what_was_half_written(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with suppress(PlaywrightError), opened(browser, link, profile) as phone:
        page = started(phone, desk_server, LOGINS[2], TABLET)
        go_offline(phone)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        code = code_on(page)
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("#words")).to_be_visible()
        ready(page)
        page.fill("#words", WORDS[1])
        page.fill("#site", "Foxglove")
        session = phone.context.new_cdp_session(page)
        session.send("Browser.crash")
    link.spoil = None
    assert not found_in(profile, (*PLANTED, code))
    with opened(browser, link, profile) as phone:
        page = phone.page()
        page.goto("/tablet/en/")
        ready(page)
        expect(page.locator("#words")).to_have_value("")
        send_the_rest(page)
        assert filed(link) == 1


def test_with_a_network_it_is_sent_at_once_and_after_the_last_one_the_tablet_is_only_a_tablet(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with opened(browser, link, profile) as phone:
        page = started(phone, desk_server, LOGINS[3], PHONE)
        assert "Beside you: " in page.inner_text("#on")
        # Codes that the server refuses are drawn again before anybody writes them down.
        drawn = page.evaluate(DRAWN, list(CODES))
        assert drawn == [not is_patterned(code[:-1]) for code in CODES]
        assert set(drawn) == {True, False}
        # The desk is closed on it, and Back leads to none.
        page.goto("/desk/")
        expect(page.get_by_label("Password")).to_be_visible()
        page.goto("/tablet/en/")
        ready(page)
        page.fill("#words", WORDS[1])
        page.get_by_role("link", name="Leave now").click()
        expect(page.locator("table.calendar").first).to_be_visible()
        page.get_by_role("link", name="Help and information").click()
        ready(page)
        expect(page.locator("#words")).to_have_value("")
        page.fill("#words", WORDS[1])
        page.get_by_role("button", name="Clear this form").click()
        expect(page.locator("#words")).to_have_value("")
        ready(page)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("Tick what it is about, or write a few words.")).to_be_visible()
        tell(page, WORDS[0], how="voice")
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert phone.records(page) == []
        code = code_on(page)
        expect(page.locator("[data-fill=place]")).to_have_text(link.url.removeprefix("http://"))
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("#words")).to_be_visible()
        ready(page)
        page.get_by_text("Stop for today").click()
        page.get_by_role("button", name="Stop now").click()
        expect(page.get_by_text("This tablet is not ready")).to_be_visible()
        expect(page.locator("#words")).to_be_hidden()
        # That somebody pressed "Leave now", and when.
        assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]") == ["left"]
    assert not found_in(profile, (*PLANTED, code))


@pytest.mark.parametrize("size", (TABLET, {"width": 320, "height": 640}), ids=("tablet", "narrow"))
def test_every_page_of_a_tablet_is_for_hands_and_eyes(
    browser: Browser, desk_server: LiveServer, size: dict[str, int]
) -> None:
    login = LOGINS[0] if size is TABLET else LOGINS[1]
    with checked_pages(browser, desk_server.url, viewport=size, service_workers="allow") as new_page:
        page = new_page()
        PartnerDesk(page, desk_server).log_in(login)
        page.get_by_role("link", name="Reports in person, on a tablet").click()
        expect(page.get_by_role("heading", name="Reports in person")).to_be_visible()
        page.get_by_role("button", name="Start, and sign me out here").click()
        ready(page)
        page.check("[name=danger][value=yes]")
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        expect(page.get_by_text("If you can get to a safe place, do not wait for us.")).to_be_visible()
        page.get_by_role("link", name="Numbers you can call").click()
        # Those of the organisation's own country first, since this device's clock names none.
        expect(page.locator("#numbers > .if-danger > [data-country]")).to_have_count(1)
        expect(page.locator("#numbers").get_by_text("Bolivia")).to_be_hidden()
        page.get_by_text("Numbers in other countries").click()
        expect(page.locator("#numbers").get_by_text("Bolivia")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name=NEXT).click()
        expect(page.locator("#words")).to_have_value("")
        ready(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_code_that_somebody_has_is_changed_before_the_worker_goes(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, LOGINS[4], PHONE)
        go_offline(phone)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        first = code_on(page)
        sealed: list[str] = []

        def refuse_first(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
            if asked.path != OUTBOX:
                return pass_on()
            sealed.append(json.loads(asked.body)["ct"])
            # Whoever brings it, the page or the service worker, and however often.
            if sealed[-1] == sealed[0]:
                return as_json(409, redress=1, state="refused", reason="receipt")
            return pass_on()

        link.spoil = refuse_first
        phone.context.set_offline(False)
        expect(page.get_by_text("Your code has changed.")).to_be_visible()
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert code_on(page) != first
        assert filed(link) == 1


def test_a_clock_that_jumps_a_year_on_ends_the_tablets_time_and_loses_nothing(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, LOGINS[5], PHONE)
        go_offline(phone)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        link.spoil = None
        page.clock.set_system_time(datetime.now(UTC) + timedelta(days=366))
        phone.context.set_offline(False)
        page.goto("/tablet/en/")
        expect(page.get_by_text("This tablet is not ready")).to_be_visible()
        send_the_rest(page)
        assert filed(link) == 1
