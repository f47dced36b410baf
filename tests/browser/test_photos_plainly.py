"""Photos and recordings where no script runs: chosen in the form, taken with it, and said why not without losing a word."""

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.people import WorkerPhone
from tests.browser.screens import check_every_screen, check_layout
from tests.support.between import Link
from tests.support.files import ogg
from tests.support.kit_phone import KitPhone, kept, write
from tests.support.phone_files import camera_photo, hanging, whole

WORDS = "The marmalade foreman keeps our pay."
OURS = "We have your message."


def test_a_photo_and_a_recording_come_with_the_form(phone_page: Page, tmp_path: Path) -> None:
    page = phone_page
    (tmp_path / "note.ogg").write_bytes(ogg())
    page.goto("/en/")
    page.set_input_files("#files", [camera_photo(tmp_path / "photo.jpg"), tmp_path / "note.ogg"])
    page.get_by_role("button", name="Send now: only a helper reads it").click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    worker = WorkerPhone(page)
    worker.keep_code()
    worker.come_back()
    expect(page.get_by_text("Your photo arrived.")).to_be_visible()
    expect(page.get_by_text("Your voice note arrived.")).to_be_visible()


def test_five_large_photos_bring_the_form_back_with_all_that_was_written(
    phone_page: Page, tmp_path: Path
) -> None:
    page = phone_page
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(5_000_000))
    page.goto("/en/")
    page.fill("#words", WORDS)
    page.check("[name=category][value=wages]")
    page.check("[name=consent][value=union]")
    # More than the server gathers of any request.
    page.set_input_files("#files", [large] * 5)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("too large: more than 8 MB together")
    check_layout(page)
    expect(page.locator("#words")).to_have_value(WORDS)
    expect(page.locator("[name=category][value=wages]")).to_be_checked()
    expect(page.locator("[name=consent][value=union]")).to_be_checked()
    (tmp_path / "false.jpg").write_bytes(b"<svg onload=alert(1)>")
    page.set_input_files("#files", tmp_path / "false.jpg")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Number 1 of what you chose is no photo or recording")
    expect(page.locator("#words")).to_have_value(WORDS)
    page.set_input_files("#files", camera_photo(tmp_path / "photo.jpg", 300, 200))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_a_wrong_photo_leaves_one_press_to_send_the_rest(phone_page: Page, tmp_path: Path) -> None:
    page = phone_page
    (tmp_path / "false.jpg").write_bytes(b"<svg onload=alert(1)>")
    page.goto("/en/")
    page.fill("#words", "He raped me. " + WORDS)
    page.check("[name=consent][value=union]")
    page.set_input_files("#files", tmp_path / "false.jpg")
    page.get_by_role("button", name="Send", exact=True).click()
    check_every_screen(page)
    without = page.get_by_role("button", name="Send it without photos or recordings")
    safe = page.get_by_text("If you can get to a safe place, do not wait for us.").bounding_box()
    way_out = without.bounding_box()
    assert safe is not None
    assert way_out is not None
    assert safe["y"] < way_out["y"]
    # Seen without looking for it: at most one screen down.
    assert page.viewport_size is not None
    assert way_out["y"] < 1.2 * page.viewport_size["height"]
    without.click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_what_was_chosen_before_the_kit_came_goes_its_way(
    phone: KitPhone, link: Link, tmp_path: Path
) -> None:
    page = phone.page()
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    with page.expect_request("**/kit/page.js"):
        page.route("**/kit/page.js", hold)
        page.goto("/en/?plain")
    page.set_input_files("#files", camera_photo(tmp_path / "photo.jpg", 300, 200))
    held[0].continue_()
    page.locator("#kit-files canvas").wait_for()
    expect(page.locator("#files")).to_have_count(0)
    assert [kind for kind, _ in hanging(page)] == ["photo"]
    write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    expect(page.get_by_text("What was saved on this phone was sent.")).to_be_visible()
    assert len(kept(link)) == len(whole(link)) == 1


def test_a_form_without_files_still_begins_with_one_question(phone: KitPhone) -> None:
    page = phone.page()
    page.goto("/en/")
    expect(page.get_by_text("Question 1 of 8")).to_be_visible()
