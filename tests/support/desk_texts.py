"""Cases by text at the desk, and what was answered by text."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app import clock
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.intake.conversation.door import receive_text
from app.language import load_languages
from app.messaging.delivery import Purpose
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.models import InboundText, OutgoingText
from app.services import Services
from app.settings import PROJECT_ROOT, read_settings
from tests.harness.world import World
from tests.support.member import gateways_of

NUMBER = "+60123456701"


FIRST = "Please help us, it is bad here"


AGREED = (FIRST, "1", "2", "Foxglove Circuits Penang", "1", "1", "1")


WORDS = "We have read it. We ask the office on Monday."


def texted(world: World, home: Path, *said: str, accept: bool = True) -> CaseId:
    """A case by text with these texts; the near lead takes it on."""
    services = _services(world, home)
    before = round((clock.now() - datetime.now(UTC)).total_seconds())
    for number, body in enumerate(said or AGREED):
        # Slowly enough that each text is its own.
        clock.set_offset(before + 125 * number)
        receive_text(services, ReceivedText(NAME, f"SM{number:032x}", NUMBER, LINE, body))
    clock.set_offset(before)
    with world.database.reading() as session:
        (case_id,) = session.scalars(
            select(InboundText.case_id).where(InboundText.provider_id == f"SM{0:032x}")
        )
    assert case_id is not None
    if accept:
        lead = world.sign_in("near.lead")
        with world.database.writing() as session:
            assert accept_offer(session, world.vault, world.rules, lead, CaseId(case_id)).taken
    return CaseId(case_id)


def from_phone(world: World, home: Path, body: str) -> None:
    """Another text from the same phone."""
    number = f"SM{0xF00D:032x}"
    receive_text(_services(world, home), ReceivedText(NAME, number, NUMBER, LINE, body))


def _services(world: World, home: Path) -> Services:
    return Services(
        settings=read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org"}),
        database=world.database,
        vault=world.vault,
        rules=world.rules,
        gateways=gateways_of(world, home),
        languages=load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations"),
    )


def sent(world: World, case_id: CaseId) -> list[OutgoingText]:
    """The texts that carry a helper's words."""
    with world.database.reading() as session:
        query = select(OutgoingText).where(
            OutgoingText.case_id == case_id, OutgoingText.purpose == Purpose.REPLY
        )
        return list(session.scalars(query))
