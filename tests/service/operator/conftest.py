"""Commands as an operator types them: a process of its own, a private home, nothing of the developer's environment."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.database import Database
from app.services import Services
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.dispatching import services_over
from tests.harness.world import World, both_vaults
from tests.support.commands import Commands, Redress, commands


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def typed() -> Iterator[Commands]:
    """Whoever runs the commands of these tests."""
    with commands() as made:
        yield made


@pytest.fixture
def redress(home: Path, typed: Commands) -> Redress:
    """Run one command to its end: `redress("org", "list", DATABASE_URL=...)`."""
    return partial(typed.run, home)


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory, typed: Commands) -> Path:
    """A home that `redress init` made; copy it, never use it."""
    made = tmp_path_factory.mktemp("made") / "home"
    outcome = typed.run(made, "init")
    assert outcome.returncode == 0, outcome
    return made


@pytest.fixture
def ready(redress: Redress, made_home: Path, home: Path) -> Redress:
    """As `redress`, in a home that `init` has made."""
    shutil.copytree(made_home, home)
    return redress


@pytest.fixture(scope="session")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> tuple[Vault, Vault]:
    """The vaults of the web and of the dispatcher."""
    return both_vaults(tmp_path_factory.mktemp("operator") / "keys")


@pytest.fixture(scope="session")
def vault(vaults: tuple[Vault, Vault]) -> Vault:
    """The web's."""
    return vaults[0]


@pytest.fixture(scope="session")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    """A network of helpers, made once."""
    return Beginnings(databases, lambda database: World(database, vault))


@pytest.fixture
def world(database: Database, worlds: Beginnings[World]) -> World:
    """A copy of it."""
    return worlds.copy_into(database)


@pytest.fixture
def tools(world: World, vaults: tuple[Vault, Vault]) -> Services:
    """What the dispatcher's jobs work with."""
    return services_over(world.database, vaults[1], world.rules)
