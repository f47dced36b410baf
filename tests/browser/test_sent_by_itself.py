"""What waits goes out while no page of ours is open: the browser wakes the service worker (Background Sync)."""

from playwright.sync_api import Page, expect

from tests.support.between import Link
from tests.support.kit_phone import SAVED, KitPhone, kept, write

WORDS = "The marmalade foreman keeps our pay."


def woken(page: Page, origin: str) -> None:
    """Wake the service worker as the browser does once there is a network; it may have done so by itself."""
    devtools = page.context.new_cdp_session(page)
    found: list[dict[str, object]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": origin,
            "registrationId": found[0]["registrationId"],
            "tag": "outbox",
            "lastChance": False,
        },
    )


def test_a_report_that_waits_goes_out_while_no_page_is_open(phone: KitPhone, link: Link) -> None:
    page = phone.with_kit()
    other = phone.page()
    phone.context.set_offline(True)
    write(page, WORDS)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    page.close()
    phone.context.set_offline(False)
    other.goto(f"{link.url}/healthz")
    woken(other, link.url)
    while not kept(link):
        other.wait_for_timeout(50)
    assert [each["already"] for each in kept(link)].count(False) == 1
    phone.await_empty(phone.open_form(other))
