"""The whole application on both databases, with other workers' cases as noise, and phones that seal."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.database import Database
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.support.inbox_phone import Phone, phone_of
from tests.support.member import make_app
from tests.support.noisy_world import noisy_worlds
from tests.support.outbox import Kit, Seal, Sealing


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("outbox")
    return made


@pytest.fixture(scope="session")
def vault(home: Path) -> Vault:
    return light_vault(home / "keys")


@pytest.fixture(scope="session")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    """The network with noise in it, made once."""
    return noisy_worlds(databases, vault)


@pytest.fixture
def world(database: Database, worlds: Beginnings[World]) -> World:
    return worlds.copy_into(database)


@pytest.fixture
def app(world: World, home: Path) -> Flask:
    return make_app(world, home, REDRESS_PSEUDO_LANGUAGES="1")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return checked_client(app)


@pytest.fixture
def seal(vault: Vault) -> Seal:
    """A report on a phone: `seal(words="...")`; `inside` and `outside` put other values in."""

    def make(**answers: Any) -> Sealing:
        own: dict[str, Any] = {
            name: answers.pop(name)
            for name in ("kit", "submission", "receipt", "ack", "language", "inside", "outside")
            if name in answers
        }
        own.setdefault("kit", Kit.of(vault))
        if answers:
            own["answers"] = answers
        return Sealing(**own)

    return make


@pytest.fixture
def phone(world: World, client: FlaskClient) -> Phone:
    """Its worker filed a report that a helper may read, and has just come in with the code."""
    return phone_of(world, client)
