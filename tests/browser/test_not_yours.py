"""A phone that several use: what lies there of somebody else is told apart, and goes only with a word before."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.support.between import Asked, Link, Passed
from tests.support.draft_phone import box, draft_on, keep
from tests.support.kit_phone import OURS, SAVED, KitPhone, taken_over, write
from tests.support.phone_files import FILES, camera_photo, choose, waiting

GOES_TOO = "“Leave now” also deletes what is kept here."
ANOTHERS = "Photos or recordings of another report wait here too."


def no_files(asked: Asked, pass_on: object) -> Passed | None:
    """The line breaks wherever a photo is sent."""
    return None if asked.path == FILES else pass_on()  # type: ignore[operator]


def with_photo(page: Page, photo: Path, words: str) -> None:
    choose(page, camera_photo(photo, 300, 200))
    page.locator("#kit-files canvas").wait_for()
    write(page, words)


def test_whoever_leaves_knows_before_that_somebodys_draft_goes_too(phone: KitPhone) -> None:
    page = phone.with_kit()
    expect(page.locator("#kit-kept")).to_have_count(0)
    keep(page)
    for path in ("/en/inbox", "/en/how"):
        page.goto(path)
        taken_over(page)
        expect(page.locator("header").get_by_text(GOES_TOO)).to_be_visible()
        check_layout(page)
        assert faults_on(page) == []
    phone.open_form(page)
    expect(page.locator("header").get_by_text(GOES_TOO)).to_be_visible()
    expect(box(page).get_by_text(GOES_TOO)).to_be_visible()
    check_layout(page)
    assert draft_on(page) is not None
    box(page).get_by_text("Delete it", exact=True).click()
    box(page).get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text(GOES_TOO)).to_have_count(0)


def test_under_a_receipt_the_files_of_another_report_are_not_counted_and_stand_apart(
    phone: KitPhone, link: Link, tmp_path: Path
) -> None:
    page = phone.with_kit()
    link.spoil = no_files
    with_photo(page, tmp_path / "first.jpg", "The first one's.")
    expect(page.get_by_text("0 of 1 photos and recordings are sent.")).to_be_visible()
    expect(page.get_by_text(ANOTHERS)).to_be_hidden()
    # Whoever comes next brings none.
    phone.open_form(page)
    write(page, "The second one's.")
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    expect(page.get_by_text(ANOTHERS)).to_be_visible()
    expect(page.get_by_text("photos and recordings are sent.")).to_be_hidden()
    # And one who brings some sees how far these are.
    phone.open_form(page)
    with_photo(page, tmp_path / "third.jpg", "The third one's.")
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    expect(page.get_by_text("0 of 1 photos and recordings are sent.")).to_be_visible()
    ways = page.locator("#kit-parts [data-way]")
    expect(ways).to_have_count(2)
    expect(ways.nth(0).get_by_text(ANOTHERS)).to_be_hidden()
    expect(ways.nth(1).get_by_text(ANOTHERS)).to_be_visible()
    check_layout(page)
    assert faults_on(page) == []
    ways.nth(0).locator("summary").click()
    ways.nth(0).get_by_role("button", name="Yes, delete it").click()
    expect(ways).to_have_count(1)
    expect(page.get_by_text(ANOTHERS)).to_be_visible()
    assert len(waiting(page)) == 1


def test_each_report_that_waits_says_when_it_was_written_and_one_button_sends_all(
    phone: KitPhone, tmp_path: Path
) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    for number in range(2):
        phone.open_form(page)
        with_photo(page, tmp_path / f"{number}.jpg", f"Number {number}.")
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        expect(page.locator("#kit-parts")).to_be_visible()
        expect(page.get_by_role("button", name="Send it now")).to_have_count(1)
    phone.open_form(page)
    said = page.locator("#kit-waiting li")
    expect(said).to_have_count(2)
    # As the pages say a day: "Monday 30 November at 16:11".
    written = re.compile(r"Written on [A-Z][a-z]+day,? \d+ [A-Z][a-z]+ at \d\d:\d\d")
    for each in said.all():
        expect(each.get_by_text(written)).to_be_visible()
    expect(page.locator("#kit-parts")).to_be_visible()
    expect(page.get_by_role("button", name="Send it now")).to_have_count(1)
    check_layout(page)
