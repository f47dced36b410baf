"""Half a report that a worker keeps on a phone: how it is kept and opened there, and what lies in the browser."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

WORDS = "The marmalade foreman at quicksilver keeps our pay."
SITE = "Foxglove"
CODE = "Blue7kettle"
PLANTED = ("marmalade", "quicksilver", SITE, CODE, CODE.lower())
KEEP = "Keep what I write on this phone until I send it"
KEPT = "It is kept here, locked with your code."
_LOOKS = 300

# What lies there, with the parts that cannot leave a browser told apart from those that can.
_LIES_HERE = """
async () => {
    const start = document.querySelector('script[src*="kit/"]').src
    const {draftHere} = await import(start.replace('start.js', 'store.js'))
    const draft = await draftHere()
    if (!draft) return null
    const exported = await crypto.subtle.exportKey('raw', draft.secret).then(() => true, () => false)
    return {names: Object.keys(draft).sort(), iv: [...draft.iv].join(), size: draft.sealed.byteLength, exported,
            tries: draft.tries}
}
"""

_WORDS_KEPT = """
async (code) => {
    const start = document.querySelector('script[src*="kit/"]').src
    const {draftHere} = await import(start.replace('start.js', 'store.js'))
    const {keyOf, unlock} = await import(start.replace('start.js', 'seal.js'))
    const draft = await draftHere()
    return Object.fromEntries(await unlock(await keyOf(draft, code), draft)).words
}
"""


def look_until(page: Page, true: Callable[[], bool]) -> None:
    """Look again and again until it is true, and give up after as many looks as a slow machine may need."""
    for _look in range(_LOOKS):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came true")


def draft_on(page: Page) -> dict[str, Any] | None:
    """What lies in the browser, None when nothing does."""
    found: dict[str, Any] | None = page.evaluate(_LIES_HERE)
    return found


def box(page: Page) -> Locator:
    """The part of the page that is about keeping."""
    return page.locator("#kit-draft")


def ask_to_keep(page: Page, code: str = CODE) -> None:
    """Tick, and choose a code."""
    box(page).get_by_label(KEEP).check()
    box(page).get_by_label("Choose a code").fill(code)
    box(page).get_by_role("button", name="Lock and keep").click()


def keep(page: Page, words: str = WORDS) -> None:
    """Tick, choose a code, write, and wait until it is kept."""
    ask_to_keep(page)
    expect(box(page).get_by_text(KEPT)).to_be_visible()
    page.fill("#site", SITE)
    page.locator("[name=category][value=wages]").check()
    type_and_wait(page, words)


def type_and_wait(page: Page, words: str) -> None:
    """Write, and wait until it is kept."""
    page.fill("#words", words)
    look_until(page, lambda: page.evaluate(_WORDS_KEPT, CODE) == words)


def enter(page: Page, code: str) -> None:
    """Try a code."""
    box(page).get_by_label("The code you chose").fill(code)
    box(page).get_by_role("button", name="Show it").click()
