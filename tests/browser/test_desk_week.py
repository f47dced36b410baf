"""A helper's morning on a phone and on a desk's screen: what is due, a step planned from the case, a call written down."""

from playwright.sync_api import Page, expect

from tests.browser.people import PartnerDesk
from tests.browser.screens import fits
from tests.harness.server import LiveServer
from tests.support.dates import day_at_desk

PARTNER = "lead@straits.example"
_ROWS = "[...document.querySelectorAll('.step')].map(each => each.getBoundingClientRect().height)"


def test_a_helper_begins_the_day_plans_a_step_and_writes_down_a_call(
    desk_page: Page, live_server: LiveServer
) -> None:
    desk = PartnerDesk(desk_page, live_server)
    desk.come_in(PARTNER)
    desk_page.locator("nav a").first.click()
    assert desk_page.title().startswith("Today")
    assert fits(desk_page)
    heights = desk_page.evaluate(_ROWS)
    assert heights
    assert min(heights) >= 44, "the whole row is pressed"
    desk_page.goto("/desk/")
    desk_page.locator(".q-reference a").first.click()
    reference = desk_page.inner_text("h1")
    desk_page.get_by_text("Plan a next step").click()
    long = "Averylongwordwithoutanyspace" * 6
    desk_page.locator("#task-text").fill(f"Call the clinic. {long}")
    desk_page.locator("#task-on").fill(str(day_at_desk(1)))
    desk_page.get_by_role("button", name="Plan it").click()
    assert "Planned." in desk.sees()
    assert fits(desk_page)
    desk_page.get_by_text("Put it off, or hand it over").first.click()
    desk_page.locator(".task input[type=date]").first.fill("2020-01-01")
    desk_page.locator(".task textarea").first.fill("The clinic is shut.")
    desk_page.get_by_role("button", name="Put it off", exact=True).first.click()
    assert "That day has passed." in desk.sees()
    expect(desk_page.locator(".task textarea").first).to_have_value("The clinic is shut.")
    assert fits(desk_page)
    desk_page.get_by_text("Write down a call or a visit").click()
    desk_page.locator("#talk-how").select_option("call")
    desk_page.locator("#talk-reached").select_option("no")
    desk_page.locator("#talk-on").fill("2026-01-05")
    desk_page.locator("#talk-at").fill("10:30")
    assert fits(desk_page)
    desk_page.get_by_role("button", name="Keep it").click()
    assert "No, not reached" in desk.sees()
    desk_page.goto("/desk/today?whose=mine")
    row = desk_page.locator(".step", has_text="Our next step").filter(has_text=reference)
    expect(row).to_have_count(1)
    assert fits(desk_page)
    row.locator("a").click()
    desk_page.locator("form[action$=finish] button").first.click()
    assert "Marked as done." in desk.sees()


def test_a_lead_hands_over_for_a_colleague_who_fell_ill_without_script(
    desk_page: Page, live_server: LiveServer
) -> None:
    desk = PartnerDesk(desk_page, live_server)
    desk.come_in(PARTNER)
    desk_page.goto("/desk/duty")
    assert fits(desk_page)
    people = desk_page.locator("#for-who option").evaluate_all("all => all.map(each => each.value)")
    ill, takes_over = people[1:3]
    desk_page.locator("#for-who").select_option(ill)
    desk_page.locator("#for-to").select_option(ill)
    desk_page.locator("#for-last").fill(day_at_desk(3).isoformat())
    desk_page.get_by_role("button", name="Hand it all over").click()
    assert "Choose who is away, and somebody else who takes over." in desk.sees()
    expect(desk_page.locator("#for-who")).to_have_value(ill)
    desk_page.locator("#for-to").select_option(takes_over)
    desk_page.get_by_role("button", name="Hand it all over").click()
    said = desk.sees()
    assert "asked of the other one now" in said or "There was nothing left to hand over." in said
    assert fits(desk_page)
