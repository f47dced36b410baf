"""A small network with a line for texts, phones that write to it, and other people's conversations around as noise."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.database import Database
from app.vault import (
    Vault,
)
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.hours import five_past_ten
from tests.harness.world import both_vaults
from tests.support.texting import Texting, make_texting


@pytest.fixture(autouse=True)
def _steady_hour() -> Iterator[None]:
    with five_past_ten():
        yield


@pytest.fixture(scope="session")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> tuple[Vault, Vault]:
    """The web process's half of the keys and the dispatcher's."""
    folder: Path = tmp_path_factory.mktemp("texts") / "keys"
    return both_vaults(folder)


@pytest.fixture(scope="session")
def textings(databases: Databases, vaults: tuple[Vault, Vault]) -> Beginnings[Texting]:
    """A world that can be texted to, made once."""
    return Beginnings(databases, partial(make_texting, vaults=vaults))


@pytest.fixture
def texting(database: Database, textings: Beginnings[Texting]) -> Texting:
    """A world that can be texted to, on the test's database."""
    return textings.copy_into(database)
