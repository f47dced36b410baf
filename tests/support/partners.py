"""Partners by their habits: they do what a case asks of them in time, late, or not at all."""

from enum import StrEnum
from uuid import uuid4

from app.cases.case.models import Case
from app.cases.custody.deciding import place_case
from app.cases.desk.answering import reply
from app.cases.desk.progress import Move, change_stage, mark_done
from app.cases.desk.reading import open_case
from app.cases.enums import ClockKind, ClosingReason, State
from app.cases.routing.offers import accept_offer
from app.database import CaseId, OrganisationId
from app.network import SignedIn
from tests.support.desk import Desk


class Habit(StrEnum):
    """How a partner works."""

    IN_TIME = "in time"
    LATE = "late"
    HELPER_LATE = "helper late"
    """Somebody works on it and misses every date; their lead does it when asked."""
    SILENT = "silent"
    """The first one takes the case and does nothing more; those after it never answer."""


def do(desk: Desk, case_id: CaseId, kind: ClockKind) -> None:
    """Whoever has the case does what this clock asks for."""
    case = desk.case(case_id)
    vault, rules = desk.world.vault, desk.world.rules
    with desk.database.writing() as session:
        if kind is ClockKind.PLACE:
            there = OrganisationId(desk.world.far.id)
            place_case(session, vault, rules, desk.custodian, case_id, there)
            return
        by = lead_of(desk, case)
        if kind is ClockKind.ACCEPT:
            assert accept_offer(session, vault, rules, by, case_id).taken
        elif kind is ClockKind.READ:
            open_case(session, vault, by, case_id)
        elif kind in (ClockKind.ACKNOWLEDGE, ClockKind.FIRST_UPDATE):
            reply(session, vault, by, case_id, "We are on it.", uuid4())
        elif kind is ClockKind.ASSESSMENT:
            for move in (
                Move(State.ASSESSING, "", uuid4()),
                Move(State.ENGAGING, "They said yes to me.", uuid4(), worker_agreed=True),
            ):
                change_stage(session, vault, rules, by, case_id, move)
        elif kind is ClockKind.OUTCOME_FEEDBACK:
            told = "The labour office helps you now."
            move = Move(
                State.CLOSED, "words", uuid4(), ClosingReason.UNRESOLVED, to_worker=told, safe="At home."
            )
            change_stage(session, vault, rules, by, case_id, move)
        else:
            mark_done(session, vault, by, case_id, kind)


def lead_of(desk: Desk, case: Case) -> SignedIn:
    """The lead of the partner that has a case or is offered it."""
    leads = {by.organisation.id: by for by in (desk.lead, desk.far, desk.other)}
    assert case.organisation_id is not None
    return leads[OrganisationId(case.organisation_id)]
