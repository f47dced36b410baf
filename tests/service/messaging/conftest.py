"""An outgoing queue with both halves of the keys, and a provider beside it that counts what it accepted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database import Database
from app.messaging.gateways.registry import load_gateways
from app.settings import read_settings
from app.vault import RowSigner, Vault, load_keyring, make_keyrings
from tests.harness.provider import provider
from tests.support.office import Office, make_noise


@pytest.fixture(scope="session")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> tuple[Vault, Vault]:
    """The two keyrings of one deployment."""
    folder: Path = tmp_path_factory.mktemp("messaging") / "keys"
    make_keyrings(folder)
    return Vault(load_keyring(folder, "web")), Vault(load_keyring(folder, "dispatcher"))


@pytest.fixture
def office(database: Database, vaults: tuple[Vault, Vault]) -> Iterator[Office]:
    """An office with texts of other phones in every state around, as noise."""
    with provider() as running:
        settings = read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org"} | running.environment())
        gateways = load_gateways(settings, vaults[1], database, {})
        database.sign_with(RowSigner(lambda: vaults[1]))
        made = Office(database, *vaults, running, settings, gateways)
        make_noise(made)
        yield made
