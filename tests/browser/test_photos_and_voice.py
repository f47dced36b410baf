"""Photos and recordings of a worker's phone: stripped and sealed there, sent after the report, whole at the end, and then gone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.support.between import Asked, Link, Passed, as_json, as_page
from tests.support.kit_phone import OURS, SAVED, KitPhone, found_in, kept, opened, write
from tests.support.phone_files import (
    FILES,
    PLANTED,
    SOUND,
    await_none,
    camera_photo,
    choose,
    hanging,
    opened_picture,
    record,
    told,
    waiting,
    whole,
)

WORDS = "The marmalade foreman keeps our pay."
SENT = "What was saved on this phone was sent. Nothing of it is left here."
# Nobody waits here for a line to come back.
NO_PAUSE = "() => { const real = setTimeout; globalThis.setTimeout = (work, wait) => real(work, wait === 2000 ? 0 : wait) }"


@pytest.fixture
def phone(browser: Browser, link: Link, tmp_path: Path) -> Iterator[KitPhone]:
    """A phone with a microphone."""
    with opened(browser, link, tmp_path / "profile", flags=SOUND) as phone:
        yield phone


def at_files(answer: Callable[[Asked, Callable[[], Passed]], Passed | None]) -> Callable[..., Passed | None]:
    """Spoil the door of the files alone."""
    return lambda asked, pass_on: answer(asked, pass_on) if asked.path == FILES else pass_on()


def test_a_photo_is_drawn_anew_and_a_recording_can_be_heard_before_they_are_sent(
    phone: KitPhone, link: Link, tmp_path: Path
) -> None:
    page = phone.with_kit()
    choose(page, camera_photo(tmp_path / "photo.jpg"))
    page.locator("#kit-files canvas").wait_for()
    record(page)
    assert page.evaluate("document.querySelector('audio').duration") > 0.5
    (photo, body), (voice, sound) = hanging(page)
    assert (photo, voice) == ("photo", "voice")
    picture = opened_picture(body)
    # Upright and smaller, and nothing of what the camera wrote beside it.
    assert (picture.format, picture.size) == ("JPEG", (1067, 1600))
    assert not picture.getexif()
    assert PLANTED.encode() not in body
    assert b"OpusHead" in sound
    write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    expect(page.get_by_text(SENT)).to_be_visible()
    assert len(kept(link)) == 1
    assert len(whole(link)) == 2
    assert waiting(page) == []


def test_what_was_deleted_again_is_not_sent_and_a_recording_can_be_made_anew(
    phone: KitPhone, link: Link
) -> None:
    page = phone.with_kit()
    record(page)
    [(_, first)] = hanging(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    assert hanging(page) == []
    record(page)
    assert hanging(page)[0][1] != first
    page.get_by_role("button", name="Delete", exact=True).click()
    with page.expect_response("**/outbox") as answered:
        write(page, WORDS)
    assert answered.value.ok
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    assert told(link) == []


def test_a_recording_alone_is_a_report_also_one_that_still_runs(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit(steps=True)
    for _ in range(2):
        page.locator("[data-do=next]").click()
    page.get_by_role("button", name="Record my voice").click()
    expect(page.locator("#kit-files time")).to_contain_text("0:01")
    page.get_by_role("button", name="Send now: only a helper reads it").click()
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    expect(page.get_by_text(SENT)).to_be_visible()
    assert len(whole(link)) == 1


def test_without_a_network_they_wait_sealed_and_arrive_once_next_day(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", flags=SOUND) as phone:
        page = phone.with_kit()
        phone.context.set_offline(True)
        phone.open_form(page)
        choose(page, camera_photo(tmp_path / "photo.jpg"))
        page.locator("#kit-files canvas").wait_for()
        record(page)
        middles = [body[len(body) // 2 :][:32] for _, body in hanging(page)]
        write(page, WORDS)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        expect(page.get_by_text("0 of 2 photos and recordings are sent.")).to_be_visible()
        assert [each["state"] for each in waiting(page)] == ["waiting"] * 2
    assert not found_in(tmp_path / "profile", ("marmalade", PLANTED))
    files = [path.read_bytes() for path in (tmp_path / "profile").rglob("*") if path.is_file()]
    assert not [middle for middle in middles if any(middle in body for body in files)]
    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.open_form(phone.page())
        await_none(page)
        assert phone.records(page) == []
        expect(page.locator("#kit-parts")).to_have_count(0)
        # A browser that closes may have sent something without hearing the answer: then it is sent once more.
        assert [each["already"] for each in kept(link)].count(False) == 1
        assert len(whole(link)) == 2
        assert [each["already"] for each in told(link) if each["state"] == "whole"].count(False) == 2


def test_a_line_that_breaks_again_and_again_brings_each_piece_once(
    phone: KitPhone, link: Link, tmp_path: Path
) -> None:
    """Every third piece is lost on its way there, and of every other third one the answer is."""
    page = phone.with_kit()
    page.evaluate(NO_PAUSE)
    posts: list[bytes] = []

    def breaks(asked: Asked, pass_on: Callable[[], Passed]) -> Passed | None:
        posts.append(asked.body)
        if len(posts) % 3 == 1:
            return None
        answer = pass_on()
        return None if len(posts) % 3 == 2 and len(set(posts)) > 2 else answer

    link.spoil = at_files(breaks)
    choose(page, camera_photo(tmp_path / "photo.jpg"))
    page.locator("#kit-files canvas").wait_for()
    pieces = -(-len(hanging(page)[0][1]) // 49_152)
    write(page, WORDS)
    expect(page.get_by_text(SENT)).to_be_visible()
    assert len(whole(link)) == 1
    assert len(set(posts)) == pieces
    # What was sent again is what the line had lost, and nothing else.
    assert len(posts) <= 3 * pieces


def test_a_closed_page_goes_on_where_it_was(browser: Browser, link: Link, tmp_path: Path) -> None:
    arrived: list[Passed] = []

    def stop_after_two(_asked: Asked, pass_on: Callable[[], Passed]) -> Passed | None:
        if len(arrived) == 2:
            return None
        arrived.append(pass_on())
        return arrived[-1]

    with opened(browser, link, tmp_path / "profile") as phone:
        page = phone.with_kit()
        link.spoil = at_files(stop_after_two)
        choose(page, camera_photo(tmp_path / "photo.jpg"))
        page.locator("#kit-files canvas").wait_for()
        write(page, WORDS)
        expect(page.get_by_text("0 of 1 photos and recordings are sent.")).to_be_visible()
        page.wait_for_function("() => document.querySelector('#kit-parts progress').value === 2")
        [left] = waiting(page)
        assert left["missing"] == left["pieces"] - 2
    link.spoil = None
    with opened(browser, link, tmp_path / "profile") as phone:
        await_none(phone.open_form(phone.page()))
    assert len(whole(link)) == 1
    assert len(told(link)) == left["pieces"]


def test_a_portals_page_is_no_answer_and_what_is_refused_is_said_and_holds_up_nothing(
    phone: KitPhone, link: Link, tmp_path: Path
) -> None:
    page = phone.with_kit()
    page.evaluate(NO_PAUSE)
    link.spoil = at_files(lambda _asked, _pass: as_page("<p>Welcome to our Wi-Fi.</p>"))
    choose(page, camera_photo(tmp_path / "one.jpg", 300, 200), camera_photo(tmp_path / "two.jpg", 300, 200))
    page.locator("#kit-files canvas").nth(1).wait_for()
    write(page, WORDS)
    expect(page.get_by_role("heading", name=OURS)).to_be_visible()
    expect(page.get_by_text("0 of 2 photos and recordings are sent.")).to_be_visible()
    refused: list[bytes] = []

    def refuse_first(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
        if refused and asked.body not in refused:
            return pass_on()
        refused.append(asked.body)
        return as_json(422, redress=1, state="refused", reason="unreadable")

    link.spoil = at_files(refuse_first)
    phone.open_form(page)
    expect(page.get_by_text("A photo or recording cannot be sent.")).to_be_visible()
    while len(waiting(page)) > 1:
        page.wait_for_timeout(50)
    assert [each["state"] for each in waiting(page)] == ["parked"]
    page.get_by_text("Delete the photos and recordings").click()
    page.locator("#kit-parts .stop").click()
    expect(page.locator("#kit-parts")).to_have_count(0)
    assert waiting(page) == []


def test_a_file_that_is_told_to_wait_keeps_no_other_waiting(
    phone: KitPhone, link: Link, tmp_path: Path
) -> None:
    held: list[bytes] = []

    def hold_first(asked: Asked, pass_on: Callable[[], Passed]) -> Passed:
        if held and asked.body not in held:
            return pass_on()
        held.append(asked.body)
        return as_json(503, redress=1, state="later", reason="busy")

    page = phone.with_kit()
    link.spoil = at_files(hold_first)
    choose(page, camera_photo(tmp_path / "one.jpg", 300, 200), camera_photo(tmp_path / "two.jpg", 300, 200))
    page.locator("#kit-files canvas").nth(1).wait_for()
    write(page, WORDS)
    expect(page.get_by_text("1 of 2 photos and recordings are sent.")).to_be_visible()
    assert (len(whole(link)), [each["state"] for each in waiting(page)]) == (1, ["waiting"])
    link.spoil = None
    await_none(phone.open_form(page))
    assert len(whole(link)) == 2


@pytest.mark.parametrize("width", (320, 1280))
def test_they_fit_every_screen(phone: KitPhone, tmp_path: Path, width: int) -> None:
    page = phone.with_kit()
    page.set_viewport_size({"width": width, "height": 640})
    choose(page, camera_photo(tmp_path / "photo.jpg", 3000, 200))
    page.locator("#kit-files canvas").wait_for()
    record(page)
    choose(page, {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no"})
    page.locator("[data-say=no-photo]").wait_for()
    for size in ("", "200%"):
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        check_layout(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert faults_on(page) == []
    phone.context.set_offline(True)
    write(page, WORDS)
    page.locator("#kit-parts").wait_for()
    check_layout(page)
    assert faults_on(page) == []
