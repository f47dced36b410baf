"""Who may see a case: the member's grants decide, and nothing else. Whoever has none is told that there is no such case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault


class NoAccess(Exception):
    """There is no such case for this member; a case that does not exist gives the same answer."""


class ReadOnly(Exception):
    """The member is a viewer: viewers read and change nothing."""


class NotYours(Exception):
    """The case is only offered to the member's organisation, or is closed; this act needs an accepted, open case."""


@dataclass(frozen=True)
class AccessLine:
    """One holder who can open the case or could until `until`; `last_read` is the hour of its latest reading."""

    kind: str  # receipt, custody, circle, member
    organisation: str | None
    holder: str | None  # the circle's word (everyone, restricted, custody) or the member's name
    offered: bool
    since: datetime | None
    until: datetime | None
    last_read: datetime | None


def access_of(session: Session, vault: Vault, case_id: CaseId) -> tuple[AccessLine, ...]:
    """Everybody who holds or held a grant of the case, with when their organisation last read it."""
    raise NotImplementedError


def owned_case(session: Session, by: SignedIn, case_id: CaseId) -> Case:
    """The open or closed case that the member's organisation holds and the member can open; raises `NoAccess`."""
    raise NotImplementedError


def change_case(session: Session, by: SignedIn, case_id: CaseId) -> Case:
    """Lock the case for a change by this member; raises `ReadOnly`, `NoAccess` or `NotYours`."""
    raise NotImplementedError
