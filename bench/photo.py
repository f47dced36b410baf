"""A photo of 4 MB from a phone on a line that is slow and breaks: when it is whole in its case, and what was sent for it."""

import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Request

from bench.children import private_folder, redress
from bench.figures import Asked, Figure, Result
from bench.slow_line import SlowLine, slow_line
from bench.slow_phone import browser_of_machine, new_phone
from tests.harness.browser import PHONE

PART = "photo"
_KILOBITS = 100
_HOLDS, _BROKEN = 20.0, 3.0  # seconds
_AT_MOST = 600.0
_LARGE = 4_000_000  # bytes
_DOOR = "/api/v1/outbox/files"
_SENT = "What was saved on this phone was sent."


def measure() -> Result:
    """One photo, of noise: what a phone makes of it is larger than of any that shows something."""
    with private_folder() as folder:
        photo = _photo(folder / "photo.jpg")
        chosen = photo.stat().st_size
        with (
            redress(folder / "home", "up") as server,
            slow_line(server.port, _KILOBITS) as line,
            browser_of_machine() as browser,
            new_phone(browser, kit=False) as phone,
        ):
            page = phone.new_page()
            _attach(line, page, photo)
            weight = _weight(page)
            took, breaks, sent = _send(page, line)
    what = f"a photo of 4 MB over {_KILOBITS} kb/s, the line breaking every {_HOLDS:.0f} s"
    note = (
        f"Photo: the phone made {weight / 1000:.0f} kB of {chosen / 1_000_000:.1f} MB; the line broke {breaks} times for "
        f"{_BROKEN:.0f} s."
    )
    figures = (
        Figure(PART, f"{what}: until it is whole in its case", took, "s", asked=Asked(at_most=_AT_MOST)),
        Figure(
            PART,
            f"{what}: sent of it, in parts of its size",
            sent / weight,
            "",
            asked=Asked(at_most=1.5),
        ),
    )
    return Result(figures, (note,))


def _photo(path: Path) -> Path:
    """As a camera writes it, and at least as large as was asked for."""
    width = 1600
    while not path.exists() or path.stat().st_size < _LARGE:
        width += 200
        Image.effect_noise((width, width * 3 // 4), 60).convert("RGB").save(path, "JPEG", quality=95)
    return path


def _attach(line: SlowLine, page: Page, photo: Path) -> None:
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.goto(f"http://127.0.0.1:{line.port}/en/?plain")
    page.wait_for_selector("html[data-kit=on]", state="attached")
    page.set_input_files("#kit-files input", photo)
    page.locator("#kit-files canvas").wait_for()


def _weight(page: Page) -> int:
    weight: int = page.evaluate(
        """async () => {
            const start = document.querySelector('script[src*="kit/"]').src
            const {attached} = await import(start.replace('start.js', 'attach.js'))
            return (await attached())[0].blob.size
        }"""
    )
    return weight


def _send(page: Page, line: SlowLine) -> tuple[float, int, int]:
    """Press Send, and break the line again and again until all is there; the seconds, the breaks and the bytes that set out."""
    there, sent = True, 0

    def asked(request: Request) -> None:
        nonlocal sent
        # What is tried on a broken line goes nowhere.
        if there and request.url.endswith(_DOOR):
            sent += len(request.post_data_buffer or b"")

    page.on("request", asked)
    line.slow = True
    page.get_by_role("button", name="Send", exact=True).last.click(no_wait_after=True)
    began = time.monotonic()
    breaks = 0
    while (gone := time.monotonic() - began) < _AT_MOST:
        if page.get_by_text(_SENT).count():
            return gone, breaks, sent
        if gone > (breaks + 1) * _HOLDS + breaks * _BROKEN:
            breaks, there = breaks + 1, False
            line.break_off()
            page.wait_for_timeout(_BROKEN * 1000)
            line.mend()
            there = True
        page.wait_for_timeout(100)
    raise RuntimeError(f"a photo did not arrive within {_AT_MOST:.0f} seconds")
