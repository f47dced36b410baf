"""Questions read aloud by the phone's own speech, where there is a voice that sends nothing anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.between import Link
from tests.support.kit_phone import KitPhone, opened
from tests.support.speaking import HERE, SPEECH, said

WORDS = "The marmalade foreman."


@contextmanager
def talking(browser: Browser, link: Link, profile: Path, voices: str) -> Iterator[tuple[KitPhone, Page]]:
    with opened(browser, link, profile, SPEECH % voices) as phone:
        yield phone, phone.open_form(phone.page(), steps=True)


def test_each_question_is_read_by_a_voice_of_the_phone_and_never_what_was_written(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with talking(browser, link, tmp_path / "profile", HERE) as (_, page):
        page.locator("[data-do=say]:visible").click()
        assert page.evaluate("() => said.every(([, voice]) => voice === 'en_US')")
        assert said(page) == ["Are you in danger now?", "Yes", "No"]
        page.evaluate("finish()")
        assert page.locator("[data-do=say]:visible").inner_text() == "Read aloud"
        said(page)
        for _ in range(2):
            page.locator("[data-do=next]").click()
        page.fill("#words", WORDS)
        page.locator("[data-do=say]:visible").click()
        read = said(page)
        assert read[0] == "What happened?"
        assert not [line for line in read if "marmalade" in line]
        # Only the button that says so reads it.
        page.get_by_role("button", name="Read aloud what I wrote").click()
        assert said(page) == ["silence", WORDS]
        page.get_by_role("button", name="Stop").click()
        assert said(page) == ["silence"]


def test_it_is_silent_at_once_when_somebody_leaves_or_goes_on(
    browser: Browser, link: Link, tmp_path: Path
) -> None:
    with talking(browser, link, tmp_path / "profile", HERE) as (_, page):
        page.locator("[data-do=say]:visible").click()
        page.locator("[data-do=next]").click()
        assert said(page)[-1] == "silence"
        page.locator("[data-do=say]:visible").click()
        # In the same step as the press: after it the page is gone.
        assert (
            page.evaluate("() => { document.querySelector('.leave').click(); return said.at(-1) }")
            == "silence"
        )


@pytest.mark.parametrize(
    "voices", ("[]", "[['fr-FR', true]]", "[['en-GB', false]]"), ids=("none", "another", "not here")
)
def test_without_such_a_voice_there_is_no_button(
    browser: Browser, link: Link, tmp_path: Path, voices: str
) -> None:
    with talking(browser, link, tmp_path / "profile", voices) as (_, page):
        page.wait_for_function("() => speechSynthesis.getVoices().length === " + str(voices.count("'") // 2))
        expect(page.locator("[data-do=next]")).to_be_visible()
        expect(page.locator("[data-do=say]")).to_have_count(0)
