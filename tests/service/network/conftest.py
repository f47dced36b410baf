"""A deployment with a small network in it, and what every test has around its own rows: noise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

import pytest

from app import clock
from app.database import Base, Database
from app.network import (
    InvitedMember,
    Organisation,
    OrganisationKind,
    Role,
    SignedIn,
    add_organisation,
    code_now,
    count_sites,
    invite_member,
    new_totp_secret,
    prepare_membership,
    prepare_sign_in,
    read_invitation,
    signed_in,
    take_sign_in,
    take_up_invitation,
)
from app.vault import Hardness, RowSigner, Vault, bind_deployment, load_keyring, make_keyrings, read_journal
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases

PASSWORD = "a password of words"


class Watch:
    """The clock of one test, standing still until the test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC)

    def pass_by(self, **duration: float) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)


@dataclass
class Person:
    """A member as the test knows them: with what they know and hold."""

    login: str
    password: str
    totp_secret: str
    recovery_code: str
    invited: InvitedMember


class Network:
    """The acts of a test that are not its subject, each in its own unit of work as at the edge."""

    def __init__(self, database: Database, vault: Vault, watch: Watch) -> None:
        self.database = database
        self.vault = vault
        self.watch = watch

    def over(self, database: Database) -> Self:
        """The same network in a copy of the database."""
        database.sign_with(RowSigner(lambda: self.vault))
        return type(self)(database, self.vault, self.watch)

    def organisation(
        self, name: str, kind: OrganisationKind = OrganisationKind.MONITORING_PARTNER, country: str = "MY"
    ) -> Organisation:
        """Take an organisation in."""
        with self.database.writing() as session:
            return add_organisation(session, self.vault, kind=kind, name=name, country=country)

    def invite(self, organisation: Organisation, login: str, role: Role = Role.LEAD) -> str:
        """Invite somebody; gives the token."""
        with self.database.writing() as session:
            return invite_member(
                session,
                self.vault,
                organisation_id=organisation.id,
                role=role,
                login=login,
                name=f"Name of {login}",
            )

    def join(
        self, organisation: Organisation, login: str, role: Role = Role.LEAD, password: str = PASSWORD
    ) -> Person:
        """Invite somebody and let them take the invitation up."""
        token = self.invite(organisation, login, role)
        with self.database.reading() as session:
            invited = read_invitation(session, self.vault, token)
        secret = new_totp_secret()
        prepared = prepare_membership(self.vault, invited, password, secret, code_now(secret))
        with self.database.writing() as session:
            recovery_code = take_up_invitation(session, self.vault, prepared)
        return Person(login, password, secret, recovery_code, invited)

    def cookie(self, person: Person) -> str:
        """Sign in with the next code."""
        self.watch.pass_by(seconds=30)
        with self.database.reading() as session:
            prepared = prepare_sign_in(session, self.vault, person.login, person.password)
        with self.database.writing() as session:
            answer = take_sign_in(session, self.vault, prepared, code_now(person.totp_secret))
        return answer.cookie

    def enter(self, person: Person) -> SignedIn:
        """Sign in and look who that is."""
        cookie = self.cookie(person)
        with self.database.reading() as session:
            return signed_in(session, self.vault, cookie)


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
    return Beginnings(databases, partial(_make_network, vault))


@pytest.fixture
def network(database: Database, watch: Watch, networks: Beginnings[Network]) -> Network:
    """A bound deployment with noise in it: organisations and members that no test is about."""
    copied = networks.copy_into(database)
    copied.watch = watch
    return copied


def _make_network(vault: Vault, database: Database) -> Network:
    database.sign_with(RowSigner(lambda: vault))
    with database.writing() as session:
        bind_deployment(session, vault)
        count_sites(session, vault)
    made = Network(database, vault, Watch())
    noise = made.organisation("Noise Workers Aid", country="TH")
    made.join(noise, "noise.lead")
    made.join(noise, "noise.caseworker", Role.CASEWORKER)
    made.organisation("Noise Union", OrganisationKind.TRADE_UNION, country="TH")
    return made


Acts = Callable[[], list[tuple[str, str]]]


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
