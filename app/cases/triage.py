"""Triage: the desk's own category beside the worker's, and the urgency, which only a person lowers."""

from sqlalchemy.orm import Session

from app.cases.enums import Urgency
from app.cases.rules import Rules
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault


class EditConflict(Exception):
    """Somebody changed the case meanwhile: `theirs` is what stands now, `yours` what was asked; nothing was changed."""

    def __init__(self, theirs: str | None, yours: str, version: int) -> None:
        super().__init__("the case was changed meanwhile")
        self.theirs = theirs
        self.yours = yours
        self.version = version


class UnknownCategory(Exception):
    """The taxonomy has no such category."""


class ReasonMissing(Exception):
    """Lowering an urgency needs a reason in words."""


def set_category(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId, category: str, seen_version: int
) -> None:
    """Set triage's category; raises `EditConflict`, `UnknownCategory` and as `change_case`."""
    raise NotImplementedError


def set_urgency(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    urgency: Urgency,
    reason: str,
    seen_version: int,
) -> None:
    """Set the urgency; a lower one needs a reason, kept as a note. Raises `EditConflict`, `ReasonMissing` and as `change_case`."""
    raise NotImplementedError
