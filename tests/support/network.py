"""A deployment with a small network in it, and what every test has around its own rows: noise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from app.database import Database
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
from app.vault import RowSigner, Vault, bind_deployment

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


def make_network(vault: Vault, database: Database) -> Network:
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
