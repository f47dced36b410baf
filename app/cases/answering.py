"""Writing into a case from the desk: a reply to the worker, and notes that the worker never sees. Each exactly once."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.rules import Rules
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault

LONGEST_TEXT = 20_000


class EmptyText(Exception):
    """There is nothing to keep in this text."""


class TextTooLong(Exception):
    """The text is longer than `LONGEST_TEXT` characters; nothing of it was stored."""


def reply(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId, text: str, submission_id: UUID
) -> UUID:
    """Answer the worker; the entry's id. Sent twice it is kept once. Raises `EmptyText`, `TextTooLong` and as `change_case`."""
    raise NotImplementedError


def note(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, text: str, submission_id: UUID) -> UUID:
    """Keep an internal note, which the worker cannot see; raises as `reply`."""
    raise NotImplementedError
