"""A network with people in every part, and other workers' cases at every stage as noise around the one a test is about."""

from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import uuid4

from app.cases.case.models import Case
from app.cases.desk.answering import reply
from app.cases.desk.reading import OpenedCase, open_case
from app.cases.routing.offers import accept_offer
from app.database import CaseId, Database
from app.intake import Filed
from app.network import Role, SignedIn, admit_member
from app.vault import CircleName, Vault, read_journal
from tests.harness.crowd import Crowd
from tests.harness.world import World


@dataclass
class Desk:
    """The world with its members signed in: two leads of two partners, a caseworker, a viewer, two custodians."""

    world: World
    lead: SignedIn
    caseworker: SignedIn
    viewer: SignedIn
    far: SignedIn
    other: SignedIn
    custodian: SignedIn
    second_custodian: SignedIn

    @property
    def database(self) -> Database:
        """The database of the test."""
        return self.world.database

    def over(self, database: Database) -> Self:
        """The same in a copy of the database."""
        return replace(self, world=self.world.over(database))

    def offered(self, **answers: Any) -> CaseId:
        """A case offered to the lead's organisation, the far one standing by."""
        return self.world.case_of(self.world.file(**answers))

    def accepted(self, **answers: Any) -> CaseId:
        """A case that the lead has accepted."""
        return self.accept(self.world.file(**answers))

    def crowd(self, number: int, words: str = "Words.", **told: Any) -> list[CaseId]:
        """So many cases that the near organisation's everyone can open, made without the doors (see `Crowd.add`)."""
        with self.database.writing() as session:
            made = Crowd(session, self.world.vault, self.world.near.id)
            return [made.add([words], **told) for _ in range(number)]

    def accept(self, filed: Filed) -> CaseId:
        """Accept a filed case as the lead."""
        case_id = self.world.case_of(filed)
        with self.database.writing() as session:
            assert accept_offer(session, self.world.vault, self.world.rules, self.lead, case_id).taken
        return case_id

    def open(self, by: SignedIn, case_id: CaseId) -> OpenedCase:
        """Read a case."""
        with self.database.writing() as session:
            return open_case(session, self.world.vault, by, case_id)

    def reply(self, by: SignedIn, case_id: CaseId, text: str = "We are on it.") -> None:
        """Answer a worker."""
        with self.database.writing() as session:
            reply(session, self.world.vault, by, case_id, text, uuid4())

    def case(self, case_id: CaseId) -> Case:
        """The row of a case as it stands now."""
        with self.database.reading() as session:
            return session.get_one(Case, case_id)

    def acts(self, case_id: CaseId) -> list[str]:
        """What the journal says was done, in its order."""
        with self.database.reading() as session:
            return [entry.act for entry in read_journal(session, self.world.vault, case_id)]


def make_desk(vault: Vault, database: Database) -> Desk:
    """The desk with other workers' cases around."""
    made = make_quiet_desk(vault, database)
    _make_noise(made)
    return made


def make_quiet_desk(vault: Vault, database: Database) -> Desk:
    """The desk without any case, for tests in which each case is what stands around the others."""
    world = World(database, vault)
    world.join(world.near, "near.viewer", Role.VIEWER)
    world.admit("custodian.one", "custodian.two", list(CircleName))
    lead = world.sign_in("near.lead")
    custodian = world.sign_in("custodian.one")
    made = Desk(
        world=world,
        lead=lead,
        caseworker=world.sign_in("near.caseworker"),
        viewer=world.sign_in("near.viewer"),
        far=world.sign_in("far.lead"),
        other=world.sign_in("other.lead"),
        custodian=custodian,
        second_custodian=world.sign_in("custodian.two"),
    )
    with database.writing() as session:
        for member in (made.caseworker, made.viewer):
            admit_member(session, vault, lead, member.member.id, [CircleName.EVERYONE])
    return made


def _make_noise(desk: Desk) -> None:
    """Cases that no test is about: one offered and one taken on elsewhere, one of the own organisation, one with custody."""
    world = desk.world
    world.file(words="Noise about water.", site_code=world.other_site.code)
    elsewhere = world.case_of(world.file(words="Noise about the bus.", site_code=world.other_site.code))
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, desk.other, elsewhere)
    own = desk.accepted(words="Noise about the roof.")
    desk.open(desk.lead, own)
    world.file(words="Noise about a cousin.", exclude_other="my cousin Zubin")
