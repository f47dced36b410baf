"""A date is missed and the ladder is climbed: worker, partner, coordinator and whoever takes over read it on any screen.

Without scripts. Days pass while no server runs; the next one is so far ahead.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, expect

from app.cases.enums import Rung
from tests.browser.later import copied, until_asked
from tests.browser.people import PartnerDesk, WorkerPhone
from tests.browser.screens import check_every_screen, fits_every_screen
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer, running

WORDS = "They locked the canteen and keep our cards."
LATER = "They gave the cards back today."
SITE = "Kelana Micro Assembly, Kelana Jaya"
HELPER, LEAD = "caseworker@straits.example", "lead@straits.example"
DAY = r"\w+day \d+ \w+(?: \d{4})?"
COORDINATOR, STANDBY = "custodian.two@openbench.example", "lead@faraway.example"
People = tuple[WorkerPhone, PartnerDesk]


@contextmanager
def people(browser: Browser, server: LiveServer) -> Iterator[People]:
    """A worker's phone and a desk's screen, each with a profile of its own."""
    plain = {"java_script_enabled": False}
    with (
        checked_pages(browser, server.url, viewport=PHONE, **plain) as phones,
        checked_pages(browser, server.url, viewport=WIDE, **plain) as desks,
    ):
        yield WorkerPhone(phones()), PartnerDesk(desks(), server)


@contextmanager
def days_later(browser: Browser, home: Path, case_id: UUID, rung: Rung) -> Iterator[People]:
    """The same, over that home, as soon as this rung of the case has been asked."""
    ahead = {"REDRESS_CLOCK_OFFSET": str(until_asked(home, case_id, rung))}
    with running(home.parent, "up", "--demo", environment=ahead) as server, people(browser, server) as both:
        yield both


def taken_and_left(browser: Browser, server: LiveServer) -> tuple[str, UUID]:
    """A helper takes a case, works on it and never answers: the worker's code, and which case it is."""
    with people(browser, server) as (worker, desk):
        worker.report(WORDS, site=SITE)
        code = worker.keep_code()
        desk.come_in(HELPER)
        desk.accept_offers_until(WORDS)
        case_id = UUID(desk.page.url.rpartition("/")[2].partition("?")[0])
        desk.page.get_by_role("button", name="I take this case").click()
        expect(desk.page.get_by_text("Helper: Bidhya Rai")).to_be_visible()
        return code, case_id


def told(shown: Locator) -> str:
    """What stands there, in one line."""
    return " ".join(shown.inner_text().split())


def what_was_late(desk: PartnerDesk, case_id: UUID) -> list[str]:
    """Who was asked, as the page of the case keeps it, one line each; the page fits every screen with it."""
    desk.page.goto(f"/desk/cases/{case_id}")
    desk.page.get_by_text("What was late, and who was asked").click()
    rungs = desk.page.locator("section:has(#late) li")
    expect(rungs.first).to_be_visible()
    assert fits_every_screen(desk.page)
    return [told(rungs.nth(number)) for number in range(rungs.count())]


def check_asked(worker: WorkerPhone, desk: PartnerDesk, case_id: UUID) -> None:
    """The coordinator was asked at last: the worker reads it, the partner's lead and the coordinator see it."""
    worker.come_back()
    assert re.fullmatch(
        f"A helper should have answered you by {DAY}. That did not happen. "
        f"We asked Open Bench Network to see to it by {DAY}.",
        told(worker.page.locator(".late")),
    )
    check_every_screen(worker.page)

    desk.come_in(LEAD)
    row = desk.page.locator("tbody", has=desk.page.locator(f"a[href*='{case_id}']"))
    assert "First answer, late since" in told(row)
    assert fits_every_screen(desk.page)
    asked = what_was_late(desk, case_id)
    reference = told(desk.page.locator("h1"))
    now = told(desk.page.locator(".next.late").last)
    assert now.startswith("asked now: the coordinator’s lead (Open Bench Network), by ")
    for line, who, became in zip(
        asked,
        (
            "the case’s helper (Bidhya Rai)",
            "the helper’s lead (Straits Workers Desk)",
            "the coordinator’s lead (Open Bench Network)",
        ),
        ("did not act, so the next was asked", "did not act, so the next was asked", "still to act"),
        strict=True,
    ):
        assert f"First answer, late since {now_late(desk)}. Asked: {who}, by " in line
        assert line.endswith(f" ({became})")

    desk.come_in(COORDINATOR)
    row = desk.page.locator("tbody", has_text=reference)
    assert "First answer, late since" in told(row)
    assert "Straits Workers Desk" in told(row)
    assert "It is taken from them then" in told(row)
    assert fits_every_screen(desk.page)
    desk.page.get_by_role("link", name="How many are late where").click()
    late = desk.page.locator("tr", has=desk.page.get_by_role("rowheader", name="Straits Workers Desk")).first
    assert int(told(late.locator("[data-label='the coordinator’s lead']"))) >= 1
    assert fits_every_screen(desk.page)


def now_late(desk: PartnerDesk) -> str:
    """Since when, as the top of the case's page says it."""
    return told(desk.page.locator(".next.late").first).partition("late since ")[2]


def check_lost(worker: WorkerPhone, desk: PartnerDesk, case_id: UUID) -> None:
    """It went to whoever stood by, who takes it; the partner that lost it finds nothing of what comes later, nor of what was."""
    worker.come_back()
    assert re.fullmatch(
        f"A helper should have answered you by {DAY}. That did not happen. We asked another helper, Faraway Line, "
        f"to say by {DAY} if they take it. The helper before can read nothing new.",
        told(worker.page.locator(".late")),
    )
    assert "did not take it in time" not in worker.sees()
    assert re.search(f"Straits Workers Desk could read it until {DAY}", worker.sees())
    check_every_screen(worker.page)
    worker.write(LATER)

    desk.come_in(STANDBY)
    assert WORDS not in desk.sees()
    desk.accept_offers_until(WORDS)
    assert LATER in desk.sees()
    assert what_was_late(desk, case_id)[-1].endswith(" (the case went there)")
    desk.reply("We have your case now.")

    desk.come_in(LEAD)
    expect(desk.page.locator(f"a[href*='{case_id}']")).to_have_count(0)
    shut = desk.page.goto(f"/desk/cases/{case_id}")
    assert shut is not None
    assert shut.status == 404
    assert WORDS not in desk.sees()
    assert LATER not in desk.sees()

    worker.page.goto("/en/inbox")
    assert "We have your case now." in worker.sees()
    assert re.search(f"A helper should have answered you by {DAY}. It was late.", worker.sees())
    check_every_screen(worker.page)


# Two more servers start in it.
@pytest.mark.timeout(900)
def test_who_is_late_is_passed_by_and_everybody_reads_who_is_asked_until_another_helper_takes_it(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    code, case_id = taken_and_left(browser, live_server)
    home = copied(live_server, tmp_path)
    for rung, look in ((Rung.COORDINATOR, check_asked), (Rung.STANDBY, check_lost)):
        with days_later(browser, home, case_id, rung) as (worker, desk):
            worker.code = code
            look(worker, desk, case_id)
