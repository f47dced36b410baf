"""The story by text, without scripts on a small screen: a first text, the questions, a partner who reads and texts an answer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import _ANSWERS_WITHIN, PartnerDesk, TextPhone
from tests.browser.screens import SMALL, WIDER, fits
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer


@pytest.fixture
def partner_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The partner's own phone: another profile than the worker's."""
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        yield new_page()


def test_a_worker_texts_and_a_partner_reads(
    phone_page: Page, partner_page: Page, live_server: LiveServer
) -> None:
    worker, partner = TextPhone(phone_page), PartnerDesk(partner_page, live_server)

    worker.take("+243 810 450 777")
    worker.text("They sent us down without lamps and keep our pay.")
    assert "1 segment" in worker.reads("Whose phone is this?")
    worker.text("1")
    worker.reads("in danger now?")
    worker.text("১")  # any script's digits
    told = worker.reads("May they 1 text 2 call 3 not contact you?")
    assert "Maybe nobody comes soon." in told  # nobody of the demo has entered where to be alerted
    worker.text("1")
    assert "A helper may text you." in worker.reads("Where do you work?")
    worker.text("kisanga open pit kolwezi")
    echo = worker.reads("in Kolwezi?")
    assert "isanga" not in echo
    if "What is it about?" in echo:
        worker.text("3")
    worker.reads("Who may know?")
    worker.text("1 Only the helper")
    for number in ("810 450 777", "810450777"):  # three digits alone may stand in the port
        assert number not in phone_page.url + phone_page.title()

    partner.log_in("caseworker@plateau.example")
    accepting = partner_page.get_by_role("button", name="Accept")
    offers = partner_page.locator(".card").filter(has=accepting).filter(has_text="Danger")
    # The demo has an offer of its own that looks the same, as it should: a card gives nothing away.
    for _ in range(offers.count()):
        assert "Congo" in offers.last.inner_text()
        assert "lamps" not in partner.sees()
        offers.last.get_by_role("button", name="Accept").click()
        if "They sent us down without lamps and keep our pay." in partner.sees():
            break
        partner_page.goto(f"{live_server.url}/desk/")
    else:
        raise AssertionError("the words of the text are in no case that was offered")

    partner.answer_by_text("We have read it. If it is not safe, do not go down. We come on Monday.")
    assert "On its way." in partner.sees()
    worker.reads("We come on Monday.")
    partner_page.reload()
    assert "Reached the phone" in partner.sees()
    assert fits(partner_page)

    worker.text("We wait for you.")
    worker.reads("Got it. We keep it.")
    partner_page.reload()
    assert "We wait for you." in partner.sees()
    worker.text("8")
    worker.reads("Read.")


def test_the_phone_shows_answers_by_itself_where_scripts_run(
    browser: Browser, live_server: LiveServer
) -> None:
    with checked_pages(browser, live_server.url, viewport=WIDE) as new_page:
        worker = TextPhone(new_page())
        worker.take("+60 12 345 0778")
        worker.text("They keep our passports.")
        worker.page.get_by_text("Whose phone is this?").wait_for(timeout=int(_ANSWERS_WITHIN * 1000))


@pytest.mark.parametrize("viewport", (PHONE, WIDE), ids=("phone", "wide"))
def test_the_phone_fits_every_screen(
    browser: Browser, live_server: LiveServer, viewport: dict[str, int]
) -> None:
    with checked_pages(browser, live_server.url, viewport=viewport, java_script_enabled=False) as new_page:
        worker = TextPhone(new_page())
        worker.page.goto("/sms/simulator")
        assert (worker.page.evaluate(WIDER), worker.page.evaluate(SMALL)) == (0, [])
        worker.take("+60 12 345 0779")
        for number in range(8):
            worker.text(f"{number} " + "Averylongwordwithoutanyspaceinit" * 6)
        assert (worker.page.evaluate(WIDER), worker.page.evaluate(SMALL)) == (0, [])
        # The newest text is in sight, and so is the field below it.
        newest = worker.page.locator("#texts li").last.bounding_box()
        field = worker.page.get_by_label("Text", exact=True).bounding_box()
        assert newest is not None
        assert field is not None
        assert newest["y"] + newest["height"] <= field["y"]
