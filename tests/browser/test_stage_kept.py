"""Where a case stands is kept on the phone only if its worker asks, opens with their code alone, and goes when they leave."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.screens import check_layout
from tests.support.between import Link
from tests.support.draft_phone import CODE, enter, keep, look_until
from tests.support.kit_phone import KitPhone, found_in, opened, report, taken_over, type_code
from tests.support.outbox import with_check_digit

KEEP = "Keep on this phone where it is now"
THEN = "So it was then:"
READ = "No helper has read it yet."
NO_NETWORK = "There is no internet now. We did not try your code."

# Waits for the database of another page: what is being written there is then written.
LIES_HERE = """
() => new Promise((done, failed) => {
    const request = indexedDB.open('draft')
    request.onerror = failed
    request.onupgradeneeded = () => request.result.createObjectStore('drafts')
    request.onsuccess = () => {
        const found = request.result.transaction('drafts').objectStore('drafts').get(2)
        found.onsuccess = () => { request.result.close(); done(found.result ? Object.keys(found.result).sort() : null) }
    }
})
"""


def here(page: Page) -> Any:
    """The names of what lies here, None when nothing does."""
    return page.evaluate(LIES_HERE)


def box(page: Page) -> Locator:
    return page.get_by_label(KEEP)


def give(page: Page, code: str, path: str = "/en/inbox") -> None:
    """Type the code on the page that asks for it."""
    page.goto(path)
    taken_over(page)
    type_code(page, code)


def asked_to_keep(phone: KitPhone) -> tuple[Page, str]:
    """A worker who reported, opened the messages and ticked that it is kept."""
    page = phone.with_kit()
    code = report(page)
    give(page, code, "/en/code")
    expect(box(page)).not_to_be_checked()
    box(page).check()
    look_until(page, lambda: here(page) is not None)
    return page, code


def test_it_is_read_without_a_network_with_the_code_and_lies_there_locked(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page, code = asked_to_keep(phone)
        # As of a draft: nothing in it tells that it is a case, or whose.
        assert here(page) == ["id", "iv", "salt", "sealed", "secret", "tries"]
    assert not found_in(tmp_path / "profile", (READ, code, code[:12]))
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.page()
        phone.context.set_offline(True)
        give(page, with_check_digit("4821773091542067339"))
        expect(page.get_by_text(NO_NETWORK)).to_be_visible()
        assert READ not in page.inner_text("main")
        give(page, f"my code {code}")
        expect(page.get_by_text(THEN)).to_be_visible()
        expect(page.get_by_text(READ)).to_be_visible()
        check_layout(page)
        # Somebody else's draft is another thing in the same drawer.
        phone.open_form(page)
        expect(page.locator("#kit-draft").get_by_text("Something was written here")).to_have_count(0)


def test_nothing_is_kept_that_nobody_asked_for(phone: KitPhone) -> None:
    page = phone.with_kit()
    code = report(page)
    give(page, code, "/en/code")
    expect(box(page)).not_to_be_checked()
    phone.context.set_offline(True)
    give(page, code)
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    assert here(page) is None


@pytest.mark.parametrize("offline", (False, True), ids=("online", "offline"))
def test_leaving_deletes_it(phone: KitPhone, *, offline: bool) -> None:
    page, code = asked_to_keep(phone)
    phone.context.set_offline(offline)
    page.locator(".leave").click()
    page.wait_for_url("**/calendar" if not offline else "**/exit")
    phone.context.set_offline(True)
    give(page, code)
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    assert here(page) is None


def test_one_tap_deletes_it_and_the_next_visit_does_not_keep_it_again(phone: KitPhone) -> None:
    page, code = asked_to_keep(phone)
    give(page, code, "/en/code")
    expect(box(page)).to_be_checked()
    box(page).uncheck()
    look_until(page, lambda: here(page) is None)
    give(page, code, "/en/code")
    expect(box(page)).not_to_be_checked()
    assert here(page) is None


def test_after_ten_wrong_codes_it_is_gone(phone: KitPhone) -> None:
    page, code = asked_to_keep(phone)
    wrong = with_check_digit("4821773091542067339")
    tried: list[Any] = page.evaluate(
        """async wrong => {
            const {openStage} = await import(document.querySelector('script[src*="kit/"]').src.replace('start.js', 'stage.js'))
            const found = []
            for (let each = 0; each < 9; each += 1) found.push(await openStage(wrong))
            return found
        }""",
        wrong,
    )
    assert tried == [None] * 9
    assert here(page) is not None
    phone.context.set_offline(True)
    give(page, wrong)
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    look_until(page, lambda: here(page) is None)
    give(page, code)
    expect(page.get_by_text(NO_NETWORK)).to_be_visible()
    expect(page.get_by_text(THEN)).to_have_count(0)


def test_a_draft_and_it_leave_each_other_alone(phone: KitPhone) -> None:
    page, code = asked_to_keep(phone)
    phone.open_form(page)
    keep(page)
    phone.context.set_offline(True)
    give(page, code)
    expect(page.get_by_text(THEN)).to_be_visible()
    phone.open_form(page)
    enter(page, CODE)
    expect(page.locator("#site")).to_have_value("Foxglove")
