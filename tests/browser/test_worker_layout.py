"""The worker's pages on a small phone and a wide screen, without scripts: long Burmese words, right to left, errors, print."""

import socket
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.screens import check_every_screen, check_layout, every_screen
from tests.harness.server import LiveServer

INITIAL_WINDOW = 14_600


def test_the_whole_way_of_a_report_fits_the_screen(plain_page: Page, language: str) -> None:
    page = plain_page
    for address in ("", "how", "calendar", "inbox"):
        page.goto(f"/{language}/{address}")
        check_every_screen(page)
    page.goto(f"/{language}/")
    page.locator("form button").last.click()
    expect(page.locator("#wrong")).to_be_visible()
    check_every_screen(page)
    page.locator("textarea").fill("ကျွန်တော်" * 50 + "x" * 300)
    page.locator("[name=danger][value=yes]").check()
    page.locator("[name=consent][value=nobody]").check()
    page.locator("form button").last.click()
    check_every_screen(page)
    page.locator("[name=allow][value=yes]").click()
    check_every_screen(page)
    code = page.locator(".digits").first.inner_text()
    page.goto(f"/{language}/inbox")
    page.locator("#receipt").fill("1234")
    page.locator("form button").last.click()
    expect(page.locator("#wrong")).to_be_visible()
    check_every_screen(page)
    page.locator("#receipt").fill(code)
    page.locator("form button").last.click()
    for summary in page.locator("summary").all():
        summary.click()
    check_every_screen(page)


def test_the_plain_slip_shows_and_prints_nothing_but_the_digits(page: Page) -> None:
    page.goto("/en/")
    page.locator("#words").fill("Words.")
    page.get_by_role("button", name="Send now: only a helper reads it").click()
    code = page.locator(".card .digits").inner_text()
    expect(page.locator("#slip")).to_be_hidden()
    page.get_by_role("link", name="Print plain slip").click()
    expect(page.locator("#slip")).to_be_visible()
    page.emulate_media(media="print")
    shown = [each.strip() for each in page.locator("body").inner_text().splitlines() if each.strip()]
    assert " ".join(shown).split() == code.split()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#slip")).to_be_hidden()
    assert code.replace(" ", "") not in page.url


def test_the_way_out_stays_in_reach_when_the_page_is_scrolled(page: Page) -> None:
    page.goto("/my-x-long/")
    page.locator("[name=consent]").last.scroll_into_view_if_needed()
    box = page.locator(".leave").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 100
    page.locator(".leave").click()
    assert page.url.endswith("/my-x-long/calendar")


# Each word of the way out by the lines that it stands on.
BROKEN_WORDS = """
(() => {
    const text = document.querySelector('.leave').firstChild;
    return [...text.data.matchAll(/\\S+/g)].filter(word => {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
    }).map(word => word[0]);
})()
"""


def test_with_large_letters_the_way_out_is_whole_and_nothing_is_cut_off(
    plain_page: Page, language: str
) -> None:
    """Text at 200 %: no word of *Leave now* breaks, and the bar leaves the screen to the page."""
    page = plain_page
    for address in ("", "how", "inbox"):
        page.goto(f"/{language}/{address}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        for screen in every_screen(page):
            assert page.evaluate(BROKEN_WORDS) == [], address
            bar, way_out = page.locator("header").bounding_box(), page.locator(".leave").bounding_box()
            assert bar is not None
            assert way_out is not None
            assert bar["height"] < screen["height"] * 0.3, address
            assert 0 <= way_out["x"] <= screen["width"] - way_out["width"], address
            check_layout(page)


def exchange(server: LiveServer, request: bytes) -> bytes:
    """What one connection brings back, to the last byte."""
    address = urlsplit(server.url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=30) as wire:
        wire.sendall(request)
        answer = b""
        while chunk := wire.recv(65536):
            answer += chunk
    return answer


def test_the_first_load_fits_one_initial_window_on_the_real_wire(server: LiveServer, language: str) -> None:
    def get(path: str) -> bytes:
        host = urlsplit(server.url).netloc
        return exchange(
            server,
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode(),
        )

    plain = exchange(server, f"GET /{language}/ HTTP/1.0\r\n\r\n".encode()).decode()
    addresses = [
        piece.split('href="')[1].split('"')[0] for piece in plain.split("<link ") if "stylesheet" in piece
    ]
    addresses += [piece.split('src="')[1].split('"')[0] for piece in plain.split("<script ")[1:]]
    assert [address.split("/")[-1] for address in addresses] == ["worker.css", "start.js"]
    first = get(f"/{language}/")
    assert b"Content-Encoding: gzip" in first
    assert sum(map(len, (first, *map(get, addresses)))) < 10_000 < INITIAL_WINDOW


def test_far_too_many_words_get_a_page_and_not_a_broken_connection(server: LiveServer) -> None:
    body = b"words=" + b"x" * 5_000_000
    head = (
        f"POST /en/report HTTP/1.1\r\nHost: {urlsplit(server.url).netloc}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    answer = exchange(server, head.encode() + body)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Press Back" in answer
