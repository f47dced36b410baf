"""The whole application around the members' pages, on a small network with other people's cases as noise."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.cases.enums import Exclusion
from app.database import CaseId, Database
from app.intake import ContactWay, Filed
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.support.member import (
    Member,
    accepted,
    gateways_of,
    make_app,
    make_world,
)


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("desk") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    """The world, made once on each kind of database: it costs a dozen key pairs and log-ins."""

    def make(database: Database) -> World:
        made = make_world(database, vault)
        clock.set_offset(0)
        return made

    return Beginnings(databases, make)


@pytest.fixture
def world(sqlite_database: Database, worlds: Beginnings[World]) -> World:
    """The verbs below the pages are tested on both databases; the pages themselves know neither."""
    return worlds.copy_into(sqlite_database)


@pytest.fixture
def app(world: World, tmp_path: Path) -> Flask:
    return make_app(world, tmp_path)


@pytest.fixture
def browse(app: Flask, world: World) -> Callable[[str], Member]:
    """A browser of its own for each member, logged in."""

    def enter(login: str) -> Member:
        member = Member(checked_client(app))
        page = member.sign_in(world, login)
        assert page.status == 200, page.text
        return member

    return enter


@pytest.fixture
def filed(world: World, tmp_path: Path) -> Filed:
    return world.file(
        gateways=gateways_of(world, tmp_path),
        words="They <i>owe</i> us two months.",
        topics=("wages", "hours"),
        exclude=frozenset({Exclusion.POLICE}),
        exclude_other=None,
        contact=ContactWay.TEXT,
        phone="+60 12 555 0199",
        safe_times="Sundays after four",
        name="Siti",
    )


@pytest.fixture
def case_id(world: World, filed: Filed) -> CaseId:
    return accepted(world, filed)
