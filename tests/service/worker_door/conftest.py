"""The whole application around the worker's pages, on a small network with other workers' cases as noise."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.cases.rules.rule_set import load_rules
from app.network import Organisation
from app.settings import PROJECT_ROOT, read_settings
from app.vault import Vault
from tests.harness.application import application
from tests.harness.databases import Databases
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.support.browsing import Visitor

_addresses = count(1)


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("worker-door") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def world(databases: Databases, vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One network for all of these tests: each brings a case of its own, and the others' are its noise.

    On SQLite only: the verbs below the pages are tested on both databases, and the pages know neither.
    """
    with databases.fresh("sqlite", tmp_path_factory.mktemp("worker-door")) as database:
        # With the demo's help numbers, since the shipped list is empty.
        made = World(database, vault, load_rules(PROJECT_ROOT / "config", demo=True))
        with database.writing() as session:
            # Room for the cases of all of these tests.
            for helper in (made.near, made.far):
                session.get_one(Organisation, helper.id).capacity = 1_000
        for words in ("Noise about water.", "Noise about the bus."):
            made.file(words=words, site_code=made.other_site.code)
        yield made


@pytest.fixture(scope="session")
def app(world: World, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    home = tmp_path_factory.mktemp("home")
    settings = read_settings({"REDRESS_HOME": str(home), "REDRESS_PSEUDO_LANGUAGES": "1"})
    return application(world, settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser with an address of its own, since reports from one address fill at most half of a helper's room."""
    client = checked_client(app)
    client.environ_base["REMOTE_ADDR"] = f"10.2.{next(_addresses)}.1"
    return client


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    """A worker with a phone."""
    return Visitor(client)


@pytest.fixture
def another_visitor(app: Flask) -> Callable[[], Visitor]:
    """Further phones at the same service."""

    def make(**options: Any) -> Visitor:
        return Visitor(checked_client(app, **options))

    return make
