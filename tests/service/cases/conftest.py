"""A network with people in every part, and other workers' cases at every stage as noise around the one a test is about."""

from functools import partial
from pathlib import Path

import pytest

from app.database import Database
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.world import light_vault
from tests.support.desk import Desk, make_desk
from tests.support.lived_in import live_in


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("cases") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def desks(databases: Databases, vault: Vault) -> Beginnings[Desk]:
    """The desk with noise around it, made once."""
    return Beginnings(databases, partial(make_desk, vault))


@pytest.fixture
def desk(database: Database, desks: Beginnings[Desk]) -> Desk:
    return desks.copy_into(database)


@pytest.fixture(scope="session")
def lived_ins(databases: Databases, vault: Vault) -> Beginnings[Desk]:
    """A desk at which every signed table has rows, made once."""
    return Beginnings(databases, lambda database: live_in(make_desk(vault, database)))


@pytest.fixture
def lived_in(database: Database, lived_ins: Beginnings[Desk]) -> Desk:
    return lived_ins.copy_into(database)
