"""Photos and recordings that a phone does not take or no longer sends: said in a line, and never in the way of the words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.between import Link
from tests.support.kit_phone import OURS, SAVED, KitPhone, kept, opened, write
from tests.support.phone_files import SOUND, camera_photo, choose, hanging, waiting

WORDS = "The marmalade foreman keeps our pay."
CANNOT = "cannot be sent just now"
FULL_DISK = """
() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') } }
"""


@pytest.fixture
def phone(browser: Browser, link: Link, tmp_path: Path) -> Iterator[KitPhone]:
    """A phone with a microphone."""
    with opened(browser, link, tmp_path / "profile", flags=SOUND) as phone:
        yield phone


def test_what_cannot_be_sent_is_said_in_a_line(phone: KitPhone, tmp_path: Path) -> None:
    page = phone.with_kit()
    choose(page, {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<svg>no photo</svg>"})
    expect(page.get_by_text("This is no photo that this phone can open.")).to_be_visible()
    with (tmp_path / "large.jpg").open("wb") as large:
        large.truncate(33 * 1024 * 1024)
    choose(page, tmp_path / "large.jpg")
    expect(page.get_by_text("This photo is too large.")).to_be_visible()
    small = camera_photo(tmp_path / "photo.jpg", 90, 60)
    choose(page, *[small] * 6)
    expect(page.get_by_text("Not more than 5 photos and recordings")).to_be_visible()
    assert len(hanging(page)) == 5
    page.get_by_role("button", name="Record my voice").click()
    expect(page.get_by_text("Not more than 5 photos and recordings")).to_be_visible()


def test_a_microphone_that_is_refused_is_said_and_keeps_nobody_from_writing(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", flags=("--deny-permission-prompts", SOUND[0])) as phone:
        page = phone.with_kit()
        page.get_by_role("button", name="Record my voice").click()
        expect(page.get_by_text("This phone does not let us listen. You can write instead.")).to_be_visible()
        write(page, WORDS)
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()


TRACKS = """
globalThis.tracks = []
const ask = globalThis.MediaDevices?.prototype.getUserMedia
if (ask) MediaDevices.prototype.getUserMedia = async function (...all) {
    const stream = await ask.apply(this, all)
    tracks.push(...stream.getTracks())
    return stream
}
"""


@pytest.mark.parametrize("way", ("next", "before", "Back"))
def test_no_microphone_listens_under_another_question(
    browser: Browser, link: Link, tmp_path: Path, way: str
) -> None:
    with opened(browser, link, tmp_path / "profile", TRACKS, SOUND) as phone:
        page = phone.with_kit(steps=True)
        for _ in range(2):
            page.locator("[data-do=next]").click()
        page.get_by_role("button", name="Record my voice").click()
        expect(page.locator("#kit-files time")).to_contain_text("0:01")
        if way == "Back":
            page.go_back()
        else:
            page.locator(f"[data-do={way}]").click()
        page.wait_for_function("() => tracks.every(each => each.readyState === 'ended')")
        # What was said until then is there.
        assert [kind for kind, _ in hanging(page)] == ["voice"]


def test_leaving_stops_the_microphone_at_once_and_keeps_nothing(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", TRACKS, SOUND) as phone:
        page = phone.with_kit()
        page.get_by_role("button", name="Record my voice").click()
        page.locator("#kit-files [data-do=stop]").wait_for()
        # In the same step as the press, before anything of the way out is asked of anybody.
        states = page.evaluate(
            "() => { document.querySelector('.leave').click(); return tracks.map(each => each.readyState) }"
        )
        assert states == ["ended"]
        page.wait_for_url("**/calendar")
        assert waiting(phone.open_form(page)) == []


def test_a_full_phone_says_so_before_anything_is_sent(phone: KitPhone, link: Link, tmp_path: Path) -> None:
    page = phone.with_kit()
    choose(page, camera_photo(tmp_path / "photo.jpg", 300, 200))
    page.locator("#kit-files canvas").wait_for()
    page.evaluate(FULL_DISK)
    write(page, WORDS)
    expect(page.get_by_role("alert").get_by_text(CANNOT)).to_be_visible()
    assert not kept(link)
    expect(page.locator("#words")).to_have_value(WORDS)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()


def test_a_deleted_report_takes_its_photos_along(phone: KitPhone, link: Link, tmp_path: Path) -> None:
    page = phone.with_kit()
    phone.context.set_offline(True)
    choose(page, camera_photo(tmp_path / "photo.jpg", 300, 200))
    page.locator("#kit-files canvas").wait_for()
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    phone.open_form(page)
    page.locator("#kit-waiting summary").click()
    page.locator("#kit-waiting [data-do=drop]").click()
    expect(page.locator("#kit-waiting")).to_have_count(0)
    assert (phone.records(page), waiting(page)) == ([], [])
