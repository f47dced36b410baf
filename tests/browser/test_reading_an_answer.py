"""Somebody reads an answer with a code on a phone that was never here: few requests, and nothing that Reload could send again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import check_layout
from tests.support.between import Asked, Link, Passed, as_page
from tests.support.kit_phone import KitPhone, opened, report, type_code

WORDS = "The marmalade foreman keeps our pay."
MOST_REQUESTS = 5


@pytest.fixture
def code(browser: Browser, link: Link, tmp_path: Path) -> str:
    """The code of a report that was sent from another phone."""
    with opened(browser, link, tmp_path / "sender") as sender:
        page = sender.page()
        # All of it on one page: on a busy machine the words may be hidden behind the first question before they are written.
        page.goto("/en/?plain")
        return report(page, WORDS)


@pytest.fixture
def phone(browser: Browser, link: Link, code: str, tmp_path: Path) -> Iterator[KitPhone]:
    link.asked.clear()
    with opened(browser, link, tmp_path / "reader") as phone:
        yield phone


def give(page: Page, code: str) -> None:
    type_code(page, code)


def test_the_messages_stand_in_the_place_of_the_question_and_no_reload_asks_for_more(
    phone: KitPhone, link: Link, code: str
) -> None:
    page = phone.page()
    page.goto("/en/code")
    give(page, "1234 5678")
    expect(page.get_by_text("A number is mistyped.")).to_be_visible()
    expect(page.locator("#receipt")).to_have_value("1234 5678")
    give(page, code)
    expect(page.get_by_text(WORDS)).to_be_visible()
    check_layout(page)
    assert page.url.endswith("/en/inbox")
    assert link.count("POST", "/en/inbox") == 2
    page.reload()
    expect(page.get_by_text(WORDS)).to_be_visible()
    assert link.count("POST", "/en/inbox") == 2
    page.locator(".leave").click()
    page.wait_for_url("**/calendar")
    page.go_back()
    assert WORDS not in page.content()
    assert link.count("POST", "/en/inbox") == 2


def test_reading_takes_few_requests(phone: KitPhone, link: Link, code: str) -> None:
    page = phone.page()
    page.goto("/en/inbox", wait_until="networkidle")
    give(page, code)
    expect(page.get_by_text(WORDS)).to_be_visible()
    # What it needs to write on a dead line comes once they stand there, and holds nobody up.
    with link.lock:
        waited_for = [each.method for each in link.asked].index("POST") + 1
    assert waited_for <= MOST_REQUESTS, link.asked


def test_leaving_while_the_code_is_on_its_way_shows_and_opens_nothing(
    phone: KitPhone, link: Link, code: str
) -> None:
    page = phone.page()
    page.goto("/en/inbox")
    page.fill("#receipt", code)
    # The press on "Open" and the way out in one turn: the answer finds nobody any more.
    page.evaluate(
        "document.querySelector('main form button').click(), document.querySelector('.leave').click()"
    )
    page.wait_for_url("**/calendar")
    assert WORDS not in page.content()
    page.goto("/en/inbox")
    expect(page.get_by_role("heading", name="Open your messages")).to_be_visible()


@pytest.mark.parametrize("portal", (True, False), ids=("a-hotspot-answers", "the-line-breaks"))
def test_an_answer_that_is_not_ours_makes_the_browser_post_as_without_a_script(
    phone: KitPhone, link: Link, code: str, portal: bool
) -> None:
    spoiled: list[Asked] = []

    def once(asked: Asked, pass_on: object) -> Passed | None:
        if asked.method == "POST" and not spoiled:
            spoiled.append(asked)
            return as_page("<h1>Log in to our hotspot</h1>") if portal else None
        return pass_on() if callable(pass_on) else None

    page = phone.page()
    page.goto("/en/inbox")
    link.spoil = once
    give(page, code)
    expect(page.get_by_text(WORDS)).to_be_visible()
    assert len(spoiled) == 1
    # Of a line that broke the browser may make nothing, and ask once more by itself.
    assert page.url.endswith("#top") or not portal
