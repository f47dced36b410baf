"""Who works on a case: claim it, or give it to a colleague who can open it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.database import CaseId, MemberId
from app.network import SignedIn
from app.vault import Vault


class AlreadyClaimed(Exception):
    """A colleague has claimed the case; `assignee` is their name."""

    def __init__(self, assignee: str) -> None:
        super().__init__("already claimed")
        self.assignee = assignee


class CannotBeAssigned(Exception):
    """That member is not an active caseworker or lead of the same organisation who can open this case."""


@dataclass(frozen=True)
class Colleague:
    """A member to whom the case may be given."""

    id: MemberId
    name: str


def colleagues_for(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> tuple[Colleague, ...]:
    """The members of the own organisation who can open this case and may write; raises `NoAccess`."""
    raise NotImplementedError


def claim(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> None:
    """Take an unclaimed case; a second claim by the same member changes nothing. Raises `AlreadyClaimed` and as `change_case`."""
    raise NotImplementedError


def assign(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, member_id: MemberId) -> None:
    """Give the case to a colleague; raises `CannotBeAssigned` and as `change_case`."""
    raise NotImplementedError
