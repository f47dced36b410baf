"""A small network around every test of filing and of the inbox, with other workers' cases as noise."""

from pathlib import Path

import pytest

from app.database import Database
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.world import World, light_vault


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("intake") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    """The network with noise in it, made once."""

    def make(database: Database) -> World:
        made = World(database, vault)
        for words in ("Noise about water.", "Noise about the bus."):
            made.file(words=words, site_code=made.other_site.code)
        return made

    return Beginnings(databases, make)


@pytest.fixture
def world(database: Database, worlds: Beginnings[World]) -> World:
    return worlds.copy_into(database)
