"""The answer to a question of ours, tapped on a dead line: it waits, is given once, and is kept when the question is over."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.later import in_two_weeks
from tests.browser.people import WorkerPhone
from tests.browser.screens import check_layout
from tests.harness.browser import PHONE, checked_pages
from tests.harness.server import LiveServer
from tests.support.between import Link
from tests.support.kit_phone import KitPhone, kept, report
from tests.support.open_messages import armed, enter

SENT = "What was saved on this phone was sent."
WAITS = "You answered our question. Your answer is not sent yet."
WORSE, SAME, BETTER = range(3)  # the buttons of the card, in their order


@pytest.fixture
def code(phone: KitPhone, kit_server: LiveServer) -> str:
    """The code of a report that was sent from this phone, two weeks before its question."""
    code = report(phone.with_kit())
    in_two_weeks(kit_server)
    return code


@pytest.fixture
def inside(phone: KitPhone, code: str) -> Page:
    """The card, seen with the code."""
    page = enter(phone.context.pages[-1], code)
    expect(page.locator("#question")).to_be_visible()
    return page


def tap(page: Page, answer: int) -> None:
    page.locator("#question form").first.locator("button").nth(answer).click()


def answers_elsewhere(browser: Browser, link: Link, code: str) -> list[str]:
    """The answers in the thread, as another phone shows them."""
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.code = code
        worker.come_back()
        expect(worker.page.locator("#thread")).to_be_visible()
        return worker.page.locator(".message.mine .hint + .hint + .words").all_inner_texts()


def test_one_tap_waits_and_is_the_answer(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    said = inside.locator("#question form").first.locator("button").nth(SAME).inner_text()
    phone.context.set_offline(True)
    tap(inside, SAME)
    expect(inside.get_by_text(WAITS)).to_be_visible()
    check_layout(inside)
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert phone.records(inside) == []
    inside.get_by_role("link", name="Show my messages as they are now").click()
    expect(inside.locator("#question")).to_have_count(0)
    assert answers_elsewhere(browser, link, code) == [said]


def test_two_taps_are_one_answer_and_another_one_is_kept_after_it(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    buttons = inside.locator("#question form").first.locator("button").all_inner_texts()
    phone.context.set_offline(True)
    for _ in range(2):
        tap(inside, BETTER)
        expect(inside.get_by_text(WAITS)).to_have_count(1)
    tap(inside, SAME)
    expect(inside.get_by_text(WAITS)).to_have_count(2)
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert answers_elsewhere(browser, link, code) == [buttons[BETTER], buttons[SAME]]


def test_after_the_question_is_over_it_is_kept_all_the_same(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    buttons = inside.locator("#question form").first.locator("button").all_inner_texts()
    phone.context.set_offline(True)
    tap(inside, WORSE)
    expect(inside.get_by_text(WAITS)).to_be_visible()
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.code = code
        worker.come_back()
        tap(worker.page, BETTER)
        expect(worker.page.locator("#question")).to_have_count(0)
    before = len(kept(link))
    phone.context.set_offline(False)
    expect(inside.get_by_text(SENT).first).to_be_visible()
    assert [each["already"] for each in kept(link)[before:]] == [False]
    assert answers_elsewhere(browser, link, code) == [buttons[BETTER], buttons[WORSE]]


def test_with_the_code_of_other_messages_it_answers_in_none_and_stays_in_sight(
    phone: KitPhone, inside: Page, code: str, browser: Browser, link: Link
) -> None:
    with checked_pages(browser, link.url, viewport=PHONE) as new_page:
        worker = WorkerPhone(new_page())
        worker.report(words="Somebody else.")
        other = worker.keep_code()
    with inside.expect_response("**/en/unsent"):
        inside.reload()
    armed(inside)
    phone.context.set_offline(True)
    tap(inside, WORSE)
    inside.locator("#phone-code").fill(other)
    inside.get_by_role("button", name="Keep it on this phone").click()
    expect(inside.get_by_text(WAITS)).to_be_visible()
    phone.context.set_offline(False)
    expect(inside.get_by_text("The code that you typed opens other messages.")).to_be_visible()
    assert [(each["state"], each["reason"]) for each in phone.records(inside)] == [("parked", "conflict")]
    for each in (code, other):
        assert answers_elsewhere(browser, link, each) == []
