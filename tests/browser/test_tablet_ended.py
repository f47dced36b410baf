"""A tablet hears that it was ended, says when it could not ask, is one window at a time, and may have any clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.network import SignedIn, end_tablet
from app.network.models import Member, Organisation, Tablet
from app.vault import RowSigner, Vault, load_keyring
from tests.browser.screens import check_layout
from tests.harness.browser import PHONE, WIDE
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer, running
from tests.support.between import Link, as_json, as_page, link_to
from tests.support.kit_phone import OUTBOX, opened
from tests.support.tablet_phone import (
    NEXT,
    SAVED,
    filed,
    go_offline,
    ready,
    send_the_rest,
    start_at_desk,
    started,
    tell,
)

WORDS = ("The foreman hits us.", "They keep our cards.", "No pay since May.")
OURS = "We have your message."
NOT_READY = "This tablet is not ready"
ENDED = "This tablet was ended at the desk, or its time is over."
FINISH = "You can finish this one message."
UNASKED = "we could not ask if this tablet may still be used"
ELSEWHERE = "The form is open in another window of this tablet."
STANDING = "/api/v1/tablet"
ASK_NOW = "dispatchEvent(new Event('online'))"


@pytest.fixture(scope="module")
def desk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own with logins: starting a tablet ends the desk."""
    with running(tmp_path_factory.mktemp("ended"), "up", "--demo") as started:
        yield started


@pytest.fixture
def link(desk_server: LiveServer) -> Iterator[Link]:
    with link_to(desk_server.url) as between:
        yield between


def end_at_the_desk(server: LiveServer) -> None:
    """What the desk does when whoever started them presses *End*."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            for row in session.scalars(select(Tablet).where(Tablet.ended_hour.is_(None))):
                member = session.get_one(Member, row.member_id)
                organisation = session.get_one(Organisation, row.organisation_id)
                by = SignedIn(member, organisation, "", cast("Any", None), cast("Any", None), "")
                end_tablet(session, vault, by, row.id)


def off(page: Page) -> None:
    """Nothing can be written here."""
    expect(page.get_by_text(NOT_READY)).to_be_visible()
    expect(page.get_by_text(ENDED)).to_be_visible()
    expect(page.locator("#words")).to_be_hidden()


def test_ended_in_the_middle_of_a_message_it_lets_that_one_be_finished_and_no_other_begin(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@straits.example", PHONE)
        expect(page.get_by_text(UNASKED)).to_be_hidden()
        page.fill("#words", WORDS[0])
        end_at_the_desk(desk_server)
        page.evaluate(ASK_NOW)
        expect(page.get_by_text(FINISH)).to_be_visible()
        check_layout(page)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        off(page)
        # Nor later, nor without a network.
        go_offline(phone)
        page.goto("/tablet/en/")
        off(page)
        assert filed(link) == 1


def test_ended_while_it_had_no_network_it_hears_so_first_and_sends_what_waits_in_sight(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@plateau.example", PHONE)
        go_offline(phone)
        expect(page.get_by_text(UNASKED)).to_be_visible()
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        expect(page.get_by_text(UNASKED)).to_be_visible()
        check_layout(page)
        end_at_the_desk(desk_server)

        link.spoil = lambda asked, pass_on: (
            as_json(503, redress=1, state="later", reason="busy") if asked.path == OUTBOX else pass_on()
        )
        phone.context.set_offline(False)
        off(page)
        expect(page.locator("#off [data-fill=waiting]")).to_have_text("1")
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            check_layout(page)
        assert filed(link) == 0
        link.spoil = None
        send_the_rest(page)
        expect(page.locator("#off [data-fill=waiting]")).to_be_hidden()
        assert filed(link) == 1


def test_a_hotspots_page_is_no_answer_and_two_windows_are_one_form(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@faraway.example", PHONE)
        expect(page.get_by_text(UNASKED)).to_be_hidden()
        link.spoil = lambda asked, pass_on: (
            as_page("<p>Welcome to our Wi-Fi.</p>") if asked.path == STANDING else pass_on()
        )
        page.evaluate(ASK_NOW)
        expect(page.get_by_text(UNASKED)).to_be_visible()
        link.spoil = None
        page.evaluate(ASK_NOW)
        expect(page.get_by_text(UNASKED)).to_be_hidden()
        page.fill("#words", WORDS[0])
        second = phone.page()
        second.goto("/tablet/en/")
        expect(second.get_by_text(ELSEWHERE)).to_be_visible()
        expect(second.locator("#words")).to_be_hidden()
        expect(second.get_by_text(NOT_READY)).to_be_hidden()
        check_layout(second)
        assert page.locator("#words").input_value() == WORDS[0]
        go_offline(phone)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        second.get_by_role("link", name="Open the form here").click()
        expect(second.get_by_text(ELSEWHERE)).to_be_visible()
        page.close()
        second.get_by_role("link", name="Open the form here").click()
        ready(second)
        expect(second.get_by_text(ELSEWHERE)).to_be_hidden()
        assert second.locator("#words").input_value() == ""
        tell(second, WORDS[1])
        expect(second.get_by_role("heading", name=SAVED)).to_be_visible()
        link.spoil = None
        phone.context.set_offline(False)
        expect(second.get_by_role("heading", name=OURS)).to_be_visible()
        phone.await_empty(second)
        assert filed(link) == 2


def test_a_form_asks_about_its_own_helper_where_the_tablet_was_started_for_another_since(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "caseworker@straits.example", PHONE)
        page.fill("#words", WORDS[0])
        mine = page.locator("[name=beside]").input_value()
        end_at_the_desk(desk_server)
        second = start_at_desk(phone, desk_server, "caseworker@plateau.example", PHONE)
        expect(second.get_by_text(ELSEWHERE)).to_be_visible()
        with page.expect_request(f"**{STANDING}") as asked:
            page.evaluate(ASK_NOW)
        assert parse_qs(asked.value.post_data or "") == {"beside": [mine]}
        expect(page.get_by_text(FINISH)).to_be_visible()
        # The other one goes on.
        page.close()
        second.get_by_role("link", name="Open the form here").click()
        ready(second)
        assert second.locator("[name=beside]").input_value() not in ("", mine)


@pytest.mark.parametrize(
    ("login", "days"),
    (("lead@straits.example", 366), ("lead@plateau.example", -366)),
    ids=("ahead", "behind"),
)
def test_a_clock_that_is_a_year_off_all_day_is_a_day_like_any(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path, login: str, days: int
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        phone.context.clock.set_system_time(datetime.now(UTC) + timedelta(days=days))
        page = started(phone, desk_server, login, PHONE)
        go_offline(phone)
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        link.spoil = None
        phone.context.set_offline(False)
        send_the_rest(page)
        tell(page, WORDS[1])
        expect(page.get_by_role("heading", name=OURS)).to_be_visible()
        assert filed(link) == 2


def test_a_clock_that_is_set_back_a_year_does_not_make_its_day_longer_where_there_is_a_network(
    browser: Browser, link: Link, desk_server: LiveServer, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile") as phone:
        page = started(phone, desk_server, "lead@faraway.example", PHONE)
        go_offline(phone)
        page.clock.set_system_time(datetime.now(UTC) - timedelta(days=366))
        tell(page, WORDS[0])
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        page.get_by_role("button", name=NEXT).click()
        ready(page)
        # As the server says when the hours that were asked for are over.
        link.spoil = lambda asked, pass_on: (
            as_json(200, redress=1, state="over") if asked.path == STANDING else pass_on()
        )
        phone.context.set_offline(False)
        off(page)
        send_the_rest(page)
        assert filed(link) == 1
