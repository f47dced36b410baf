"""A worker's phone with the kit, whose network a test can spoil; and pages without scripts, on a small phone and a wide screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.harness.browser import PHONE, WIDE, checked_pages
from tests.harness.server import LiveServer, running
from tests.support.between import Link, link_to
from tests.support.kit_phone import KitPhone, opened


@pytest.fixture(scope="session")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A Redress with nobody in its network yet, one for each pytest worker. What a story asks of it is counted at its own link."""
    with running(tmp_path_factory.mktemp("kit"), "up") as started:
        yield started


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The same with the pseudo-languages."""
    languages = {"REDRESS_PSEUDO_LANGUAGES": "1"}
    with running(tmp_path_factory.mktemp("languages"), "up", environment=languages) as started:
        yield started


@pytest.fixture
def link(kit_server: LiveServer) -> Iterator[Link]:
    """The link between the phone and the server."""
    with link_to(kit_server.url) as between:
        yield between


@pytest.fixture
def phone(browser: Browser, link: Link, tmp_path: Path) -> Iterator[KitPhone]:
    """A phone that was never here, with a profile of its own."""
    with opened(browser, link, tmp_path / "profile") as phone:
        yield phone


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def page(request: pytest.FixtureRequest, browser: Browser, server: LiveServer) -> Iterator[Page]:
    """A worker's browser without scripts, small and large."""
    with checked_pages(browser, server.url, viewport=request.param, java_script_enabled=False) as new_page:
        yield new_page()


@pytest.fixture(params=(PHONE, WIDE), ids=("phone", "wide"))
def desk_page(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A member's browser without scripts, small and large."""
    with checked_pages(
        browser, live_server.url, viewport=request.param, java_script_enabled=False
    ) as new_page:
        yield new_page()


# Each story is looked at on both screens, and acts on one of them: in one language or another on either.
_ACTS_ON = {"en": WIDE, "my-x-long": PHONE, "ar-x-rtl": PHONE}


@pytest.fixture(params=_ACTS_ON)
def language(request: pytest.FixtureRequest) -> str:
    """In which language a story is told: our own, one with long words, one from right to left."""
    told: str = request.param
    return told


@pytest.fixture
def plain_page(browser: Browser, server: LiveServer, language: str) -> Iterator[Page]:
    """A worker's page without scripts, for stories in every language."""
    screen = _ACTS_ON[language]
    with checked_pages(browser, server.url, viewport=screen, java_script_enabled=False) as new_page:
        yield new_page()
