"""Tablets of members, and what a report told beside one became."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from app.cases.case import Case, HowAllowed, ToldBeside, facts_of, told_beside
from app.cases.case.models import Consent, Offer
from app.cases.enums import ConsentHow, ConsentLevel
from app.database import CaseId
from app.network import start_tablet
from app.network.models import Tablet
from app.vault import JournalEntry, read_journal
from tests.harness.world import World

HELPER = "near.lead"


def tablet_of(world: World, login: str = HELPER, hours: int = 8, label: str = "Gate 4") -> str:
    """A tablet that this member started: its authority."""
    by = world.sign_in(login)
    with world.database.writing() as session:
        return start_tablet(session, world.vault, by, label, hours, uuid4()).authority


def beside(authority: str, how: str = HowAllowed.TAP, **more: str) -> dict[str, Any]:
    """The fields that a tablet's form carries beside the worker's own."""
    return {"beside": authority, "beside_how": how, "beside_language": "en"} | more


def told_of(world: World, case_id: CaseId) -> ToldBeside | None:
    """Who stood beside the worker of this case."""
    with world.database.reading() as session:
        return told_beside(session, world.vault, case_id)


def consent_of(world: World, case_id: CaseId) -> tuple[ConsentLevel, ConsentHow]:
    """How far the case may go, and how the worker said so."""
    with world.database.reading() as session:
        level = facts_of(world.vault, session.get_one(Case, case_id)).consent
        return level, session.scalars(select(Consent).where(Consent.case_id == case_id)).one().how


def asked_for(world: World, case_id: CaseId) -> set[Any]:
    """The organisations that were or may be asked for the case."""
    with world.database.reading() as session:
        case = session.get_one(Case, case_id)
        offered = session.scalars(select(Offer.organisation_id).where(Offer.case_id == case_id))
        return {*offered, *case.partners}


def reports_of_tablets(world: World) -> list[int]:
    """How many reports each tablet counts."""
    with world.database.reading() as session:
        return sorted(session.scalars(select(Tablet.reports)))


def acts_of(world: World, case_id: CaseId) -> list[JournalEntry]:
    """What the journal says of the case."""
    with world.database.reading() as session:
        return list(read_journal(session, world.vault, case_id))
