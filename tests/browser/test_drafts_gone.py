"""A draft on a phone goes when its worker says so, leaves, or has sent it; and nothing of it is left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screens import check_layout
from tests.support.between import Asked, Link, Passed, as_json
from tests.support.draft_phone import CODE, KEEP, PLANTED, WORDS, box, draft_on, enter, keep, look_until
from tests.support.kit_phone import OURS, OUTBOX, SAVED, KitPhone, found_in, kept, opened, write

NO_SERVICE_WORKER = """
if (self.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = () => Promise.reject(new Error('no'))
"""


def test_it_is_deleted_when_asked_twice(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    keep(page)
    phone.open_form(page)
    assert not box(page).locator(".stop:visible").count()
    box(page).get_by_text("Delete it", exact=True).click()
    expect(box(page).get_by_text("Then these words are gone.")).to_be_visible()
    check_layout(page)
    assert draft_on(page) is not None
    box(page).get_by_role("button", name="Yes, delete it").click()
    expect(box(page).get_by_label(KEEP)).not_to_be_checked()
    assert draft_on(page) is None


def test_taking_the_tick_away_deletes_it_and_leaves_the_words_in_the_form(phone: KitPhone) -> None:
    page = phone.with_kit()
    keep(page)
    box(page).get_by_label(KEEP).click()
    expect(box(page).get_by_label(KEEP)).not_to_be_checked()
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    expect(page.locator("#words")).to_have_value(WORDS)
    assert draft_on(page) is None


@pytest.mark.parametrize("offline", (False, True), ids=("online", "offline"))
@pytest.mark.parametrize("place", ("/en/", "/en/how"))
def test_leaving_deletes_it_from_any_page(phone: KitPhone, place: str, offline: bool) -> None:
    page = phone.with_kit()
    keep(page)
    phone.context.set_offline(offline)
    if place != "/en/":
        page.goto(place)
    page.locator(".leave").click()
    page.wait_for_url("**/calendar" if not offline else "**/exit")
    assert "draft" not in page.evaluate("indexedDB.databases().then(all => all.map(({name}) => name))")
    phone.open_form(page)
    expect(box(page).get_by_label(KEEP)).not_to_be_checked()


def test_leaving_in_a_tab_of_its_own_deletes_it_and_the_open_form_does_not_bring_it_back(
    phone: KitPhone,
) -> None:
    page = phone.with_kit()
    keep(page)
    # Without any of our scripts: the service worker sees that somebody leaves.
    other = phone.page()
    other.goto("/en/exit")
    look_until(page, lambda: draft_on(page) is None)
    page.fill("#words", f"{WORDS} More of it.")
    expect(box(page).get_by_label(KEEP)).not_to_be_checked()
    assert draft_on(page) is None


@pytest.mark.parametrize("first_visit", (False, True), ids=("kit", "first-visit"))
def test_once_it_is_sent_nothing_of_it_is_left(
    browser: Browser, link: Link, tmp_path: Path, first_visit: bool
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page()) if first_visit else phone.with_kit()
        keep(page)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert len(kept(link)) == 1
        assert draft_on(page) is None
        assert phone.records(page) == []
        assert (page.url, page.title()) == (f"{link.url}/en/", "Help and information")
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        phone.open_form(page)
        expect(box(page).get_by_label(KEEP)).not_to_be_checked()
        assert draft_on(page) is None
    assert not found_in(tmp_path / "profile", PLANTED)


def test_safe_in_the_outbox_it_needs_no_draft(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    keep(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    assert draft_on(page) is None
    assert len(phone.records(page)) == 1


def test_somebody_elses_report_leaves_it_alone(phone: KitPhone) -> None:
    page = phone.with_kit()
    keep(page)
    phone.open_form(page)
    write(page, "Words of another person.")
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    phone.open_form(page)
    enter(page, CODE)
    expect(page.locator("#words")).to_have_value(WORDS)


def test_refused_the_report_goes_the_plain_way_and_the_page_keeps_its_words(phone: KitPhone) -> None:
    def refuse(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
        passed = pass_on()
        gone = as_json(410, redress=1, state="refused", reason="old_client")
        return gone if asked.path == OUTBOX else passed

    page = phone.with_kit()
    keep(page)
    phone.link.spoil = refuse
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Please press Send again.")).to_be_visible()
    expect(page.locator("#words")).to_have_value(WORDS)
    with page.expect_request("**/report"):
        page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    phone.open_form(page)
    assert draft_on(page) is None


def test_leaving_deletes_it_where_no_service_worker_is(browser: Browser, link: Link, tmp_path: Path) -> None:
    with opened(browser, link, tmp_path / "profile", NO_SERVICE_WORKER) as phone:
        page = phone.open_form(phone.page())
        keep(page)
        page.locator(".leave").click()
        page.wait_for_url("**/calendar")
        phone.open_form(page)
        assert draft_on(page) is None
