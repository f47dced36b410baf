"""Whom to call, where no network says which country it is: the one that the phone's clock names first, and the rest by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screens import check_layout
from tests.harness.accessibility import faults_on
from tests.harness.browser import WIDE
from tests.harness.server import LiveServer, running
from tests.support.between import Link
from tests.support.kit_phone import SAVED, opened, write

IN_THIS_COUNTRY = "Numbers you can call in this country: "


@pytest.fixture(scope="module")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """With the demo's numbers of help."""
    with running(tmp_path_factory.mktemp("numbers"), "up", "--demo") as started:
        yield started


def clock_of(zone: str) -> str:
    """The phone's clock is set to this zone, by the name that its browser gives it."""
    return f"Intl.DateTimeFormat.prototype.resolvedOptions = () => ({{timeZone: '{zone}'}})"


@pytest.mark.parametrize(
    ("zone", "first"),
    (
        ("America/La_Paz", "Bolivia"),
        ("Asia/Calcutta", "India"),
        ("Asia/Kolkata", "India"),
        ("Atlantic/Reykjavik", ""),
    ),
)
def test_the_country_that_the_phones_clock_names_comes_first_and_the_rest_by_name(
    browser: Browser, link: Link, tmp_path: Path, zone: str, first: str
) -> None:
    with opened(browser, link, tmp_path / "profile", clock_of(zone)) as phone:
        page = phone.with_kit(steps=True)
        phone.context.set_offline(True)
        page.check("[name=danger][value=yes]")
        note = page.locator("fieldset").first.locator(".note")
        expect(note).to_be_visible()
        shown = [each.inner_text().split("\n")[0] for each in note.locator("> [data-country]").all()]
        names = [each.removeprefix(IN_THIS_COUNTRY) for each in shown]
        others = note.locator("details")
        if first:
            assert names == [first]
            expect(others.get_by_text("Bangladesh")).to_be_hidden()
            others.locator("summary").click()
            expect(others.get_by_text("Bangladesh")).to_be_visible()
        else:
            assert names == []
            expect(others.get_by_text("Bangladesh")).to_be_hidden()
            others.locator("summary").click()
            shown = [each.inner_text().split("\n")[0] for each in others.locator("> [data-country]").all()]
            assert len(shown) > 10
            assert shown == sorted(shown)
        expect(note.get_by_text(IN_THIS_COUNTRY)).to_have_count(1 if first else 0)
        check_layout(page)


def test_the_question_whether_anybody_may_read_shows_them_too(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with opened(browser, link, tmp_path / "profile", clock_of("America/La_Paz")) as phone:
        page = phone.with_kit()
        phone.context.set_offline(True)
        write(page, "The foreman keeps our pay.", danger="yes", consent="nobody")
        expect(page.get_by_text("May one helper read it?")).to_be_visible()
        for width in (320, 360, WIDE["width"]):
            page.set_viewport_size({"width": width, "height": 640})
            check_layout(page)
        assert faults_on(page) == []
        expect(page.get_by_text(f"{IN_THIS_COUNTRY}Bolivia")).to_be_visible()
        expect(page.locator("main a[href^='tel:']").first).to_be_visible()
        expect(page.get_by_text("Bangladesh")).to_be_hidden()
        page.get_by_role("button", name="No, lock it").click()
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
