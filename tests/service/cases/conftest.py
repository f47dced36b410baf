"""A network with people in every part, and other workers' cases at every stage as noise around the one a test is about."""

from functools import partial
from pathlib import Path

import pytest

from app import clock
from app.database import Database
from app.network import OrganisationKind, SignedIn
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


@pytest.fixture
def third(desk: Desk) -> SignedIn:
    """The lead of one more partner that may have cases from Penang; it speaks another English, so it comes last."""
    with desk.database.writing() as session:
        partner = desk.world._partner(session, "Third Line", "CH", ("*",), ("en-GB",))
        assert partner.kind is OrganisationKind.MONITORING_PARTNER
    desk.world.join(partner, "third.lead")
    clock.set_offset(61)  # the code that took the invitation up is spent
    return desk.world.sign_in("third.lead")


@pytest.fixture
def fourth(desk: Desk, third: SignedIn) -> SignedIn:
    """The lead of one that comes after the third."""
    with desk.database.writing() as session:
        partner = desk.world._partner(session, "Zeta Line", "CH", ("*",), ("en-GB",))
    desk.world.join(partner, "fourth.lead")
    clock.set_offset(122)
    return desk.world.sign_in("fourth.lead")
