"""A case that its partner closes."""

from uuid import UUID, uuid4

from app.cases.desk.progress import Move, change_stage
from app.cases.enums import ClosingReason, State
from app.database import CaseId
from tests.support.desk import Desk


def close(desk: Desk, case_id: CaseId, submission_id: UUID | None = None) -> None:
    """Close a case that the near lead has."""
    told = "The labour office helps you now."
    move = Move(
        State.CLOSED,
        "words",
        submission_id or uuid4(),
        ClosingReason.UNRESOLVED,
        to_worker=told,
        safe="At home.",
    )
    with desk.database.writing() as session:
        change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, move)
