"""A real server behind a public address that is not its own, with an account at a provider that cannot be reached."""

from collections.abc import Iterator

import pytest

from app.database import Database
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer, running
from tests.support.public_address import BEHIND_A_PROXY


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(tmp_path_factory.mktemp("webhook"), "up", environment=BEHIND_A_PROXY) as started:
        yield started


@pytest.fixture(scope="module")
def kept(server: LiveServer) -> Iterator[Database]:
    """The server's own database."""
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        yield database
