"""A small network around every test of filing and of the inbox, with other workers' cases as noise."""

from pathlib import Path

import pytest

from app.database import Database
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.world import World, light_vault
from tests.support.noisy_world import noisy_worlds


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("intake") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    """The network with noise in it, made once."""
    return noisy_worlds(databases, vault)


@pytest.fixture
def world(database: Database, worlds: Beginnings[World]) -> World:
    return worlds.copy_into(database)
