"""Moving a case on: which states the desk may set, what stands in the way of closing, and what closing ends."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.enums import ClosingReason, State
from app.cases.models import Case
from app.cases.rules import Rules
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault

# Outcomes that only the worker, or a union the worker chose, can state; the desk never closes with them.
DESK_CLOSING_REASONS: tuple[ClosingReason, ...] = ()


class MoveRefused(Exception):
    """The case cannot go there from where it stands; `why` is a code: not_from_here, worker_decides, retaliation_open, reason_missing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def moves_of(case: Case) -> tuple[State, ...]:
    """The states that the desk may set now."""
    raise NotImplementedError


def change_stage(
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    case_id: CaseId,
    to: State,
    *,
    why: str,
    submission_id: UUID,
    closing_reason: ClosingReason | None = None,
) -> None:
    """Move the case on; closing needs a reason and words, kept as a note. Raises `MoveRefused` and as `change_case`."""
    raise NotImplementedError
