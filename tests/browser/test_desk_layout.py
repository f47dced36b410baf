"""The members' pages on a small phone and on a desk's screen: nothing is cut off, safety stays in sight, keys suffice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import PartnerDesk
from tests.browser.screens import every_screen, fits
from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer

PARTNER = "lead@straits.example"
ANOTHER = "lead@plateau.example"
COORDINATOR = "custodian.two@openbench.example"


@pytest.fixture
def looked_at(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The same for stories that only look, on both screens one after the other."""
    with checked_pages(browser, live_server.url, viewport=PHONE, java_script_enabled=False) as new_page:
        yield new_page()


def _is_touched(page: Page, selector: str) -> bool:
    """Whether a finger finds it."""
    box = page.locator(selector).bounding_box()
    return box is not None and box["height"] >= 44


def test_a_partner_reads_and_works_on_any_screen(desk_page: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(desk_page, live_server)
    # It locks at the end, and a code works once: somebody else on each screen.
    login, organisation = (
        (PARTNER, "Straits Workers Desk")
        if desk_page.viewport_size == PHONE
        else (ANOTHER, "Plateau Mine Watch")
    )
    desk.log_in(login)
    assert desk_page.title().startswith("Queue")
    assert fits(desk_page)

    desk_page.locator(".q-reference a").first.click()
    assert fits(desk_page)
    strip = desk_page.locator(".strip")
    desk_page.evaluate("scrollBy(0, 700)")  # a wheel's turn comes to the page whenever it comes
    box = strip.bounding_box()
    assert box is not None
    assert desk_page.viewport_size is not None
    assert 0 <= box["y"] < 60, "the safety strip stays in sight"
    assert box["height"] < desk_page.viewport_size["height"] * 0.4, "and leaves room for the thread"

    desk_page.goto("/desk/alerts")
    desk_page.get_by_label("Your e-mail address").fill(
        "averylongword" * 4 + "@" + "averylongword" * 4 + ".example"
    )
    desk_page.locator("form[action$=alerts] button").last.click()
    assert "Saved." in desk.sees()
    assert fits(desk_page)

    desk_page.get_by_role("link", name="Times here are those of").click()
    desk_page.get_by_label("Your clocks go as in").select_option("Asia/Kathmandu")
    desk_page.get_by_role("button", name="Save").click()
    assert "Times here are those of Kathmandu" in desk_page.locator(".zone").inner_text()
    assert fits(desk_page)
    assert _is_touched(desk_page, ".zone a")

    desk_page.goto("/network/members")
    assert f"Members of {organisation}" in desk.sees()
    assert fits(desk_page)
    desk_page.get_by_role("button", name="Lock").click()
    assert "Locked." in desk.sees()
    desk_page.goto("/desk/recover")
    assert fits(desk_page)


def test_a_custodian_sees_what_waits_on_any_screen(desk_page: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(desk_page, live_server)
    desk.come_in(COORDINATOR)
    assert desk_page.title().startswith("Waiting cases")
    desk_page.locator("details.notice summary").click()
    assert "Faraway Line" in desk.sees()
    assert fits(desk_page)
    desk_page.get_by_role("link", name="Overview").click()
    assert "The last twelve months" in desk.sees()
    assert desk_page.locator(".bars rect").first.bounding_box() is not None
    assert fits(desk_page)
    desk_page.go_back()
    desk_page.locator(".q-reference a").first.click()
    assert "Who can take it" in desk.sees()
    assert fits(desk_page)


def test_the_first_key_leads_past_the_bar(desk_page: Page) -> None:
    desk_page.goto("/desk/sign-in")
    desk_page.keyboard.press("Tab")
    skip = desk_page.locator(".skip:focus")
    assert skip.inner_text() == "Skip to the page"
    desk_page.keyboard.press("Enter")
    desk_page.keyboard.press("Tab")
    expect(desk_page.locator("#login:focus")).to_have_count(1)


# A box to tick is pressed by its label as well; a link within a sentence has the height of its line (WCAG 2.5.8).
_SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .map(each => each.matches("[type=checkbox], [type=radio]") ? each.labels[0] : each)
    .filter(each => !each.matches(".skip, p a:not(.alone)"))
    .map(each => [each.innerText || each.name, each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && box.height < 44)
    .map(([name, box]) => `${name}: ${box.height}`)"""


# Boxes that a finger misses above or below their middle, or in the gap behind them: 44 px, of which the screen may round one away.
_SMALL_TICKS = """() => {
    const hits = (tick, x, y) => {
        const hit = document.elementFromPoint(x, y);
        return hit === tick || [...tick.labels].some(label => label.contains(hit));
    };
    const small = [];
    for (const tick of document.querySelectorAll("[type=checkbox], [type=radio]")) {
        tick.scrollIntoView({ block: "center" });
        const box = tick.getBoundingClientRect();
        if (!box.width) continue;
        for (const x of [(box.left + box.right) / 2, box.right + 4]) {
            const middle = (box.top + box.bottom) / 2;
            const high = [...Array(43).keys()].filter(at => hits(tick, x, middle - 21 + at)).length;
            if (high < 43) small.push(`${tick.labels[0].innerText}: ${high}`);
        }
    }
    return small;
}"""


def test_a_tick_is_pressed_by_its_whole_line(looked_at: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(looked_at, live_server)
    seen: set[str] = set()
    for login, others in ((PARTNER, ("/network/members",)), (COORDINATOR, ())):
        desk.come_in(login)
        # A case of a helper, or the custodian's page of one that nobody has.
        first = looked_at.locator(".q-reference a").first.get_attribute("href")
        for address in (looked_at.url, str(first), *others):
            looked_at.goto(address)
            looked_at.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            seen |= set(
                looked_at.eval_on_selector_all(
                    "[type=checkbox], [type=radio]", "all => all.map(each => each.name)"
                )
            )
            for _ in every_screen(looked_at):
                assert looked_at.evaluate(_SMALL_TICKS) == [], address
                assert fits(looked_at), address
    assert {"mine", "agreed", "circle", "organisation"} <= seen


def test_every_control_is_large_enough_for_a_finger(looked_at: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(looked_at, live_server)
    desk.come_in(PARTNER)
    case = looked_at.locator(".q-reference a").first.get_attribute("href")
    pages = ("/desk/alerts", "/desk/duty", "/network/members", "/desk/recover")
    for address in ("/desk/", case, f"{case}/workplace", *pages):
        looked_at.goto(str(address))
        looked_at.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for _ in every_screen(looked_at):
            assert looked_at.evaluate(_SMALL) == [], address
            assert fits(looked_at), address


def test_large_letters_leave_the_screen_to_the_page(looked_at: Page, live_server: LiveServer) -> None:
    """Text at 200 %: the bar takes less than a quarter of the screen, and nothing is cut off."""
    desk = PartnerDesk(looked_at, live_server)
    desk.come_in(PARTNER)
    case = looked_at.locator(".q-reference a").first.get_attribute("href")
    for address in ("/desk/", case, f"{case}/workplace", "/network/members", "/desk/recover"):
        looked_at.goto(str(address))
        looked_at.evaluate("document.documentElement.style.fontSize = '200%'")
        looked_at.eval_on_selector_all(
            ".q-reference a", "all => all.forEach(each => { each.textContent = 'molomo-kamomo-4444'; })"
        )
        for screen in every_screen(looked_at):
            bar = looked_at.locator("header").bounding_box()
            assert bar is not None
            assert bar["height"] < screen["height"] / 4, address
            assert fits(looked_at), address


def test_all_ways_of_a_lead_stand_in_one_row_on_a_desk(browser: Browser, live_server: LiveServer) -> None:
    with checked_pages(browser, live_server.url, viewport=WIDE, java_script_enabled=False) as new_page:
        desk = PartnerDesk(new_page(), live_server)
        desk.come_in(PARTNER)
        tops = desk.page.eval_on_selector_all(
            ".bar a, .bar button", "all => all.map(each => Math.round(each.getBoundingClientRect().top))"
        )
        assert max(tops) - min(tops) < 10


def test_each_access_key_is_shown_where_it_leads(desk_page: Page, live_server: LiveServer) -> None:
    desk = PartnerDesk(desk_page, live_server)
    desk.come_in(PARTNER)
    desk_page.locator(".q-reference a").first.click()
    keys = desk_page.eval_on_selector_all("[accesskey]", "all => all.map(each => each.accessKey)")
    shown = desk_page.locator("kbd").all_text_contents()
    assert sorted(keys) == sorted(shown)
    assert len(keys) >= 5


def test_the_coordinators_view_and_the_morning_fit_every_screen(
    looked_at: Page, live_server: LiveServer
) -> None:
    desk = PartnerDesk(looked_at, live_server)
    for login, addresses in (
        (COORDINATOR, ("/network/overview",)),
        (PARTNER, ("/desk/today", "/desk/today?by=person")),
    ):
        desk.come_in(login)
        for address in addresses:
            answer = looked_at.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            expect(looked_at.locator("h1")).to_be_visible()
            for _ in every_screen(looked_at):
                assert looked_at.evaluate(_SMALL) == [], address
                assert fits(looked_at), address
