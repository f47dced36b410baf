"""Photos and recordings on a worker's phone: what hangs on its form, what waits sealed, and what the server said of them."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.between import Link

FILES = "/api/v1/outbox/files"
# A microphone that beeps, which Chromium brings along, and one that everybody may use.
SOUND = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PLANTED = "Foxglove"

_MODULE = "import(document.querySelector('script[src*=\"kit/\"]').src.replace('start.js', '%s.js'))"
_ATTACHED = f"""
async () => {{
    const {{attached}} = await {_MODULE % "attach"}
    return Promise.all((await attached()).map(async ({{kind, blob}}) => [kind, [...new Uint8Array(await blob.arrayBuffer())]]))
}}
"""
_WAITS = f"""
async () => {{
    const {{heads}} = await {_MODULE % "outbox"}
    return (await heads()).map(({{of, pieces, missing, state}}) => ({{of, pieces, missing: missing.length, state}}))
}}
"""


def camera_photo(path: Path, width: int = 2400, height: int = 1600) -> Path:
    """A photo as a phone's camera writes it: lying on its side, with where and by whom it was taken beside it."""
    beside = Image.Exif()
    beside[0x010F] = PLANTED
    beside[0x0112] = 6  # to be turned by a quarter
    noise = Image.effect_noise((width, height), 60).convert("RGB")
    noise.save(path, "JPEG", quality=95, exif=beside)
    assert PLANTED.encode() in path.read_bytes()
    return path


def hanging(page: Page) -> list[tuple[str, bytes]]:
    """What hangs on the form: its kind and its bytes."""
    return [(kind, bytes(body)) for kind, body in page.evaluate(_ATTACHED)]


def opened_picture(body: bytes) -> Image.Image:
    """The picture in these bytes."""
    return Image.open(BytesIO(body))


def waiting(page: Page) -> list[dict[str, Any]]:
    """The files that wait on the phone, without what they hold."""
    found: list[dict[str, Any]] = page.evaluate(_WAITS)
    return found


def await_none(page: Page) -> None:
    """Until no file waits any more."""
    while waiting(page):
        page.wait_for_timeout(50)


def choose(page: Page, *photos: Any) -> None:
    """Choose photos, as from the phone's gallery."""
    page.set_input_files("#kit-files input", list(photos))


def record(page: Page) -> None:
    """Say something and stop."""
    page.get_by_role("button", name="Record my voice").click()
    # A second has passed on the clock that the phone shows, so that there is something to hear.
    expect(page.locator("#kit-files time")).to_contain_text(re.compile("0:(?!00)[0-5][0-9]"))
    page.locator("#kit-files [data-do=stop]").click()
    page.locator("#kit-files audio").last.wait_for()


def told(link: Link) -> list[dict[str, Any]]:
    """What the server said of each piece."""
    with link.lock:
        said = [answer.body for asked, answer in link.answered if asked.path == FILES]
    return [json.loads(body) for body in said if body.startswith(b"{")]


def whole(link: Link) -> set[str]:
    """The files that the server says stand in the case."""
    return {each["file"] for each in told(link) if each["state"] == "whole"}
