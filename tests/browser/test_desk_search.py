"""Searching and narrowing on a small phone and on a desk's screen, in a list of hundreds of cases more."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.database import Database, OrganisationId
from app.network import Organisation
from app.vault import RowSigner, Vault, load_keyring
from tests.browser.people import PartnerDesk
from tests.browser.screens import every_screen, fits_every_screen
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.crowd import Crowd
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer

PARTNER = "Plateau Mine Watch"
SEARCHES = "caseworker@plateau.example"
# Fewer than a search looks through in its time, also while other tests keep this machine busy.
CASES = 300
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


@pytest.fixture(scope="module")
def crowded(live_server: LiveServer) -> None:
    """Hundreds of cases about nothing much, and a few that are looked for."""
    vault = Vault(load_keyring(live_server.home / "keys", "web"))
    with closing_database(f"sqlite:///{live_server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        _fill(database, vault)


def _fill(database: Database, vault: Vault) -> None:
    with database.writing() as session:
        partner = session.scalars(select(Organisation).where(Organisation.name == PARTNER)).one()
        # The service is shared with other stories, whose cases must still be offered to this partner.
        partner.capacity = 10_000
        made = Crowd(session, vault, OrganisationId(partner.id))
        for number in range(CASES):
            made.add([f"The heron over press {number} drips."])
        made.add(["لم يدفعوا الراتب منذ شهرين والمشرف يصرخ"], danger=True)
        made.add([f"{LONG} {LONG}"], topics=("hours", "gbvh", "community"))
        made.add(["Nothing more."], name="Numa Osprey", phone="+243 81 555 0142")


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer, crowded: None) -> Iterator[PartnerDesk]:
    """A member logged in, with a browser without scripts."""
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        member = PartnerDesk(new_page(), live_server)
        member.log_in(SEARCHES)
        yield member


def _type(page: Page, words: str) -> None:
    box = page.get_by_role("searchbox")
    box.fill(words)
    with page.expect_navigation():
        box.press("Enter")


def _search(page: Page, words: str) -> None:
    _type(page, words)
    assert page.url.endswith("/desk/search")
    assert fits_every_screen(page)


def test_a_helper_finds_cases_and_narrows_the_queue_on_any_screen(desk: PartnerDesk) -> None:
    page = desk.page
    assert fits_every_screen(page)
    _find(desk)
    for screen in every_screen(page):
        # A member has ten searches a minute: nine, and the last two of them on the large screen.
        if screen is WIDE:
            _find_one(page)
        page.goto("/desk/")
        _narrow(page)


def _find(desk: PartnerDesk) -> None:
    page = desk.page
    _search(page, "heron over PRESS")
    assert f"{CASES} cases found · {CASES - 50} more are not shown." in desk.sees()
    expect(page.locator("mark")).to_have_count(50)
    _search(page, "الراتب")
    mark = page.locator("mark")
    assert mark.inner_text() == "الراتب"
    assert mark.bounding_box() is not None
    _search(page, LONG[:80])
    expect(page.locator("mark")).to_have_count(1)
    _search(page, "5550142")  # four digits alone may also be part of one of a thousand random references
    assert "Phone" in page.locator(".q-where").inner_text()
    assert "Osprey" not in page.content()
    _search(page, "a")
    assert "Write at least 2 signs." in page.get_by_role("alert").inner_text()
    _search(page, LONG[:190])
    assert "1 case found" in desk.sees()
    _search(page, "quagga")
    assert "Nothing found." in desk.sees()


def _find_one(page: Page) -> None:
    _search(page, "osprey")
    page.locator(".q-reference a").click()
    reference = page.locator("h1").inner_text()
    _type(page, reference.upper().replace("-", " "))
    assert "/desk/cases/" in page.url
    assert page.locator("h1").inner_text() == reference


def _narrow(page: Page) -> None:
    page.locator(".narrowing summary").click()
    assert fits_every_screen(page)
    page.get_by_label("Kind").select_option("Pay")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/desk/?*kind=*")
    assert fits_every_screen(page)
    expect(page.locator(".q-reference a")).to_have_count(50)
    assert page.get_by_label("Kind").evaluate("each => each.selectedOptions[0].text") == "Pay"
    first = page.locator(".q-reference a").first.inner_text()
    page.get_by_role("link", name="Further down").click()
    page.wait_for_url("**after=*")
    expect(page.locator(".q-reference a")).to_have_count(50)
    assert page.locator(".q-reference a").first.inner_text() != first
    assert "wages" not in page.url
    assert fits_every_screen(page)
