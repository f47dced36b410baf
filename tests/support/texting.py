"""A small network with a line for texts, phones that write to it, and other people's conversations around as noise."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select

from app.cases.case.entries import entry_place
from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case, Consent, Entry, Offer
from app.cases.case.veils import facts_of
from app.cases.enums import OfferState
from app.database import CaseId, Database
from app.intake.conversation.door import receive_text
from app.intake.conversation.door.silence import settle_silence
from app.language import load_languages
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.registry import load_gateways
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.models import InboundText, OutgoingText
from app.messaging.queue.outgoing import body_place
from app.network import NotSignedIn, Organisation, SignedIn
from app.services import Services
from app.settings import PROJECT_ROOT, read_settings
from app.vault import (
    CircleRow,
    Compartment,
    GrantRow,
    GrantState,
    Vault,
    circle_name,
    open_circle,
    open_grant,
    read_journal,
)
from tests.harness.hours import pass_by
from tests.harness.world import World

HOST = "help.example.org"
MINE = "+60123456701"


@dataclass
class Texting:
    """A world that can be texted to. Texts are numbered as a provider would; what goes out is opened as the dispatcher does."""

    world: World
    dispatcher: Vault
    services: Services
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def database(self) -> Database:
        """The database under test."""
        return self.world.database

    def over(self, database: Database) -> Self:
        """The same in a copy of the database."""
        world = self.world.over(database)
        gateways = load_gateways(
            read_settings({"REDRESS_PUBLIC_URL": f"https://{HOST}"}), world.vault, database, {}
        )
        services = replace(self.services, database=database, gateways=gateways)
        return replace(self, world=world, services=services, _numbers=count(1))

    def hear(self, received: ReceivedText) -> None:
        """Let a text come in."""
        receive_text(self.services, received)

    def received(self, body: str, sender: str = MINE, sid: str = "", **more: Any) -> ReceivedText:
        """A text as a webhook hands it on."""
        told = {"line": LINE, "gateway": NAME} | more
        return ReceivedText(
            provider_id=sid or f"SM{next(self._numbers):032x}", sender=sender, body=body, **told
        )

    def say(self, *bodies: str, sender: str = MINE, sid: str = "", apart: float = 125) -> list[str]:
        """Text one after the other, slowly enough that each is its own; gives what was answered to all of them."""
        before = len(self.answers())
        for body in bodies:
            self.pass_by(seconds=apart)
            self.hear(self.received(body, sender, sid))
        return self.answers()[before:]

    def answers(self) -> list[str]:
        """The bodies of all texts that wait to go out, the oldest first."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(OutgoingText)
                .where(OutgoingText.state == Delivery.WAITING)
                .order_by(OutgoingText.due_at)
            )
            return [
                str(self.dispatcher.open_contact(body_place(row.id), row.body_sealed))
                for row in rows
                if row.body_sealed is not None
            ]

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        pass_by(**time)

    def fall_silent(self) -> int:
        """Nothing comes for longer than anybody waits, and the dispatcher looks."""
        self.pass_by(minutes=31)  # a quarter of an hour, up to the next full one
        return self.settle()

    def settle(self) -> int:
        """One tick of the dispatcher's job."""
        with self.database.writing() as session:
            return settle_silence(session, self.world.vault, self.world.rules, 50)

    def cases(self) -> list[Case]:
        """The cases that were filed by the texts of this test, in no order."""
        with self.database.reading() as session:
            ids = {
                row.case_id
                for row in session.scalars(select(InboundText))
                if row.case_id is not None and row.provider_id.startswith("SM")
            }
            return list(session.scalars(select(Case).where(Case.id.in_(ids))))

    def case(self) -> Case:
        """The only one."""
        (found,) = self.cases()
        return found

    def facts(self, case: Case | None = None) -> CaseFacts:
        """What is known of a case."""
        return facts_of(self.world.vault, case or self.case())

    def offers(self, case: Case | None = None) -> dict[UUID, OfferState]:
        """The state of each organisation's latest offer."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(Offer).where(Offer.case_id == (case or self.case()).id).order_by(Offer.position)
            )
            return {row.organisation_id: row.state for row in rows}

    def grants(self, case: Case | None = None) -> set[tuple[UUID | None, str, str]]:
        """Who holds what: organisation (None for a receipt), circle's name and the grant's state; ended ones left out."""
        held: set[tuple[UUID | None, str, str]] = set()
        with self.database.reading() as session:
            for row in session.scalars(select(GrantRow).where(GrantRow.case_id == (case or self.case()).id)):
                circle = session.get(CircleRow, row.holder_id)
                if row.state == GrantState.ENDED:
                    continue
                if circle is None:
                    held.add((None, row.holder_kind, row.state))
                else:
                    name = circle_name(self.world.vault, circle)
                    held.add((circle.organisation_id, name.value, row.state))
        return held

    def words(self, case: Case | None = None) -> list[str]:
        """Every word kept in a case, as custody's key opens it."""
        return [str(body["text"]) for body in self.bodies(case) if "text" in body]

    def bodies(self, case: Case | None = None) -> list[dict[str, Any]]:
        """All that is kept in the thread of a case, as custody's key opens it."""
        chosen = case or self.case()
        member = self.member("custodian.one")
        with self.database.reading() as session:
            circles = session.scalars(
                select(CircleRow).where(CircleRow.organisation_id == self.world.coordinator.id)
            )
            custody = next(row for row in circles if circle_name(self.world.vault, row) == "custody")
            key = open_circle(session, self.world.vault, member.key, custody.id)
            opened = open_grant(session, self.world.vault, CaseId(chosen.id), key)
            rows = session.scalars(select(Entry).where(Entry.case_id == chosen.id).order_by(Entry.seq))
            return [opened.open_entry(*_where(row)) for row in rows]

    def member(self, login: str) -> SignedIn:
        """Who a member is, signed in again when hours went by."""
        try:
            return self.world.sign_in(login)
        except NotSignedIn:
            del self.world.cookies[login]
            return self.world.sign_in(login)

    def journal(self, case: Case | None = None) -> list[str]:
        """What was done with a case, in order."""
        with self.database.reading() as session:
            entries = read_journal(session, self.world.vault, CaseId((case or self.case()).id))
            return [entry.act for entry in entries]

    def consents(self, case: Case | None = None) -> list[Consent]:
        """The records of consent that hold."""
        with self.database.reading() as session:
            query = select(Consent).where(Consent.case_id == (case or self.case()).id)
            return list(session.scalars(query.where(Consent.withdrawn_hour.is_(None))))


def _where(row: Entry) -> tuple[Any, Any, int, bytes]:
    return entry_place(row.id), Compartment(row.compartment), row.version, row.sealed


def id_of(organisation: Organisation) -> UUID:
    """The id of an organisation's row."""
    return organisation.id


def make_texting(database: Database, vaults: tuple[Vault, Vault]) -> Texting:
    """A world with a line for texts, and noise."""
    world = World(database, vaults[0])
    world.file(words="Noise about water.", site_code=world.other_site.code)
    settings = read_settings({"REDRESS_PUBLIC_URL": f"https://{HOST}"})
    services = Services(
        settings=settings,
        database=database,
        vault=vaults[0],
        rules=world.rules,
        languages=load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations"),
        gateways=load_gateways(settings, vaults[0], database, {}),
    )
    made = Texting(world, vaults[1], services)
    for sender in ("+60123456798", "+919840450198"):
        noise = made.received("Noise by text, about the bus.", sender, sid=f"noise {sender}")
        made.hear(noise)
    with database.writing() as session:
        for row in session.scalars(select(OutgoingText)):
            row.state = Delivery.SENT
    return made
