"""A network with people in every part and no case yet: in these tests every case is looked at."""

from functools import partial
from pathlib import Path

import pytest

from app.database import Database
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.world import light_vault
from tests.support.desk import Desk, make_quiet_desk


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("promise") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def desks(databases: Databases, vault: Vault) -> Beginnings[Desk]:
    """The desk, made once."""
    return Beginnings(databases, partial(make_quiet_desk, vault))


@pytest.fixture
def desk(database: Database, desks: Beginnings[Desk]) -> Desk:
    return desks.copy_into(database)
