"""A vault shared by all tests here, none of which changes it."""

import pytest

from app.vault import Vault
from tests.support.making import new_vault


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The web's vault of a deployment."""
    return new_vault(tmp_path_factory.mktemp("deployment") / "keys")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The vault of another deployment."""
    return new_vault(tmp_path_factory.mktemp("stranger") / "keys")
