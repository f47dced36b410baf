"""Half a report that a worker keeps on a phone: only when asked, sealed, and opened with a code only."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import WIDE
from tests.harness.pages import faults_of
from tests.support.between import Link
from tests.support.draft_phone import (
    CODE,
    KEEP,
    KEPT,
    PLANTED,
    SITE,
    WORDS,
    ask_to_keep,
    box,
    draft_on,
    enter,
    keep,
    look_until,
    type_and_wait,
)
from tests.support.kit_phone import OURS, OUTBOX, SAVED, KitPhone, found_in, kept, opened, write

WAITS = "Something was written here and waits."
NO_PHOTOS = "Photos and recordings are not kept with it."
NO_DRAWER = """
const open = indexedDB.open
indexedDB.open = (name, ...more) => { if (name === 'draft') throw new Error('no'); return open.call(indexedDB, name, ...more) }
"""
FULL_DISK = "() => { IDBObjectStore.prototype.put = function () { this.transaction.abort() } }"


def test_nothing_is_kept_unless_the_worker_asks(phone: KitPhone) -> None:
    page = phone.with_kit()
    expect(box(page).get_by_label(KEEP)).not_to_be_checked()
    page.fill("#words", WORDS)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    phone.open_form(page)
    assert draft_on(page) is None
    expect(box(page).get_by_text(WAITS)).to_have_count(0)
    # Nor with a code that is none.
    ask_to_keep(page, " 123 ")
    expect(box(page).get_by_text("This code is too short.")).to_be_visible()
    assert draft_on(page) is None


def test_closed_and_opened_again_the_words_come_back_with_the_code_and_stay_kept(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        phone.context.set_offline(True)
        keep(page)
        assert (page.url, page.title()) == (f"{link.url}/en/", "Help and information")
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert not found_in(tmp_path / "profile", PLANTED)
    with opened(browser, link, tmp_path / "profile") as phone:
        phone.context.set_offline(True)
        page = phone.open_form(phone.page())
        expect(box(page).get_by_text(WAITS)).to_be_visible()
        assert not any(word in page.content() for word in PLANTED)
        expect(page.locator("#words")).to_have_value("")
        # What somebody began to write meanwhile is not written over; a capital is the keyboard's.
        page.fill("#words", "And today.")
        enter(page, f" {CODE.upper()} ")
        expect(box(page).get_by_text(KEPT)).to_be_visible()
        expect(page.locator("#words")).to_have_value(f"{WORDS}\n\nAnd today.")
        expect(page.locator("#site")).to_have_value(SITE)
        expect(page.locator("[name=category]:checked")).to_have_count(1)
        type_and_wait(page, "Quite other words.")
        phone.open_form(page)
        enter(page, CODE)
        expect(page.locator("#words")).to_have_value("Quite other words.")
    assert not found_in(tmp_path / "profile", PLANTED)


def test_what_lies_here_has_a_key_that_cannot_be_taken_out_and_tells_no_length(phone: KitPhone) -> None:
    page = phone.with_kit()
    keep(page)
    first = draft_on(page)
    assert first is not None
    assert first["names"] == ["id", "iv", "salt", "sealed", "secret", "tries"]
    assert first["exported"] is False
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    look_until(page, lambda: draft_on(page) != first)
    second = draft_on(page)
    assert second is not None
    assert second["iv"] != first["iv"]
    type_and_wait(page, "Short.")
    third = draft_on(page)
    assert third is not None
    assert third["size"] == first["size"]


def test_without_its_code_nobody_opens_it_and_ten_wrong_ones_delete_it(phone: KitPhone) -> None:
    page = phone.with_kit()
    keep(page)
    phone.open_form(page)
    for number in range(1, 10):
        enter(page, f"wrong {number}")
        expect(box(page).get_by_text("This is not its code.")).to_be_visible()
        if number == 5:
            phone.open_form(page)
        expect(page.locator("#words")).to_have_value("")
    enter(page, "wrong 10")
    expect(box(page).get_by_text("What was written is deleted.")).to_be_visible()
    assert draft_on(page) is None
    phone.open_form(page)
    expect(box(page).get_by_label(KEEP)).not_to_be_checked()


def test_the_right_code_after_wrong_ones_opens_it_and_the_count_begins_anew(phone: KitPhone) -> None:
    page = phone.with_kit()
    keep(page)
    phone.open_form(page)
    enter(page, "wrong")
    expect(box(page).get_by_text("This is not its code.")).to_be_visible()
    enter(page, CODE)
    expect(page.locator("#words")).to_have_value(WORDS)
    found = draft_on(page)
    assert found is not None
    assert found["tries"] == 0


def test_the_outbox_is_as_it_was_and_what_waits_there_still_goes_out(phone: KitPhone) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    write(page, "An earlier one.")
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    keep(page)
    # Pages and workers of an older version open the outbox with their own number, and must not find a newer one.
    stores = page.evaluate(
        "indexedDB.databases().then(all => all.map(({name, version}) => [name, version]).sort())"
    )
    assert stores == [["draft", 1], ["files", 1], ["outbox", 1]]
    phone.context.set_offline(False)
    phone.open_form(page)
    phone.await_empty(page)
    expect(page.locator("#kit-waiting")).to_have_count(0)
    assert [each["already"] for each in kept(phone.link)].count(False) == 1
    assert draft_on(page) is not None


def test_what_cannot_be_kept_is_not_offered(browser: Browser, link: Link, tmp_path: Path) -> None:
    with opened(browser, link, tmp_path / "profile", NO_DRAWER) as phone:
        page = phone.with_kit()
        expect(page.get_by_text(KEEP)).to_have_count(0)
        write(page, WORDS)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_a_disk_that_is_full_is_said_at_once_and_when_it_fills_up_later(phone: KitPhone) -> None:
    page = phone.with_kit()
    page.evaluate(FULL_DISK)
    ask_to_keep(page)
    expect(box(page).get_by_text("This phone cannot keep it just now.")).to_be_visible()
    expect(box(page).get_by_text(KEPT)).to_have_count(0)
    assert draft_on(page) is None
    phone.open_form(page)
    keep(page)
    before = draft_on(page)
    page.evaluate(FULL_DISK)
    page.fill("#words", f"{WORDS} More of it.")
    expect(box(page).get_by_text("This phone cannot keep it just now.")).to_be_visible()
    # What was kept before lies there still.
    assert draft_on(page) == before


def test_every_state_of_the_choice_is_sound_on_a_small_and_a_wide_screen(phone: KitPhone) -> None:
    page = phone.with_kit()

    def sound() -> None:
        for width in (320, 360, WIDE["width"]):
            page.set_viewport_size({"width": width, "height": 640})
            check_layout(page)
        assert faults_on(page) == []
        html = "<!doctype html>" + page.content().removeprefix("<!DOCTYPE html>")
        assert not faults_of(html, {"Content-Security-Policy": "default-src 'none'"}, "/en/")

    # What a draft does not hold is said before it is kept and after.
    box(page).get_by_label(KEEP).check()
    expect(box(page).get_by_text(NO_PHOTOS)).to_be_visible()
    sound()
    box(page).get_by_label(KEEP).uncheck()
    keep(page)
    expect(box(page).get_by_text(NO_PHOTOS)).to_be_visible()
    sound()
    phone.open_form(page)
    expect(box(page).get_by_text(WAITS)).to_be_visible()
    sound()


def test_enter_in_the_line_of_the_code_keeps_and_does_not_send(phone: KitPhone) -> None:
    page = phone.with_kit()
    page.fill("#words", WORDS)
    box(page).get_by_label(KEEP).check()
    box(page).get_by_label("Choose a code").fill(CODE)
    box(page).get_by_label("Choose a code").press("Enter")
    expect(box(page).get_by_text(KEPT)).to_be_visible()
    expect(page.locator("#words")).to_have_value(WORDS)
    assert phone.link.count("POST", OUTBOX) == 0


def test_nobodys_words_take_the_place_of_somebody_elses(phone: KitPhone) -> None:
    page, other = phone.with_kit(), phone.open_form(phone.page())
    keep(page)
    before = draft_on(page)
    ask_to_keep(other, "another code")
    expect(box(other).get_by_text(WAITS)).to_be_visible()
    assert draft_on(page) == before
