"""A case that its partner closes."""

from uuid import UUID, uuid4

from app.cases.desk.progress import Move, change_stage
from app.cases.enums import ClosingReason, State
from app.database import CaseId
from app.network import SignedIn
from tests.harness.world import World
from tests.support.desk import Desk


def close(desk: Desk, case_id: CaseId, submission_id: UUID | None = None) -> None:
    """Close a case that the near lead has."""
    close_case(desk.world, desk.lead, case_id, submission_id)


def close_case(world: World, by: SignedIn, case_id: CaseId, submission_id: UUID | None = None) -> None:
    """Close a case as a member of whoever has it."""
    told = "The labour office helps you now."
    move = Move(
        State.CLOSED,
        "words",
        submission_id or uuid4(),
        ClosingReason.UNRESOLVED,
        to_worker=told,
        safe="At home.",
    )
    with world.database.writing() as session:
        change_stage(session, world.vault, world.rules, by, case_id, move)
