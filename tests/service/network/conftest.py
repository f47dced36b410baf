"""A deployment with a small network in it, and what every test has around its own rows: noise."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from app import clock
from app.database import Base, Database
from app.vault import Hardness, Vault, load_keyring, make_keyrings, read_journal
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.support.network import Acts, Network, Person, Watch, make_network


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A clock that only the test moves."""
    standing = Watch()
    monkeypatch.setattr(clock, "now", lambda: standing.now)
    return standing


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The web process's vault, with a light hash so that hundreds of sign-ins cost no minutes."""
    folder: Path = tmp_path_factory.mktemp("keys")
    make_keyrings(folder)
    return Vault(load_keyring(folder, "web"), Hardness(memory_kib=64, passes=1, lanes=1))


@pytest.fixture(scope="session")
def networks(databases: Databases, vault: Vault) -> Beginnings[Network]:
    """The network with noise in it, made once."""
    return Beginnings(databases, partial(make_network, vault))


@pytest.fixture
def network(database: Database, watch: Watch, networks: Beginnings[Network]) -> Network:
    """A bound deployment with noise in it: organisations and members that no test is about."""
    copied = networks.copy_into(database)
    copied.watch = watch
    return copied


@pytest.fixture
def acts(network: Network) -> Acts:
    """Gives the deployment's journal as pairs of act and reason, without those of the noise."""
    with network.database.reading() as session:
        before = len(read_journal(session, network.vault, None))

    def read() -> list[tuple[str, str]]:
        with network.database.reading() as session:
            entries = read_journal(session, network.vault, None)[before:]
        return [(entry.act, str(entry.detail.get("why", ""))) for entry in entries]

    return read


@pytest.fixture
def stored(database: Database) -> Callable[[], bytes]:
    """Gives every stored value of every table, for looking whether something stands there in the clear."""

    def read() -> bytes:
        with database.reading() as session:
            rows = [row for table in Base.metadata.sorted_tables for row in session.execute(table.select())]
        values = [value for row in rows for value in row]
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)

    return read


@pytest.fixture
def lea(network: Network) -> Person:
    """A member who may sign in: the code with which she joined is spent, and there is another."""
    person = network.join(network.organisation("Helpers"), "lea@helpers.example")
    network.watch.pass_by(seconds=30)
    return person
