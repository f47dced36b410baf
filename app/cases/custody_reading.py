"""Reading from custody needs a reason and two custodians, lasts a day, and shows in the worker's inbox."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.reading import OpenedCase
from app.cases.rules import Rules
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault


class SecondPersonNeeded(Exception):
    """Whoever asked to read cannot also agree to it."""


class NotAskedFor(Exception):
    """There is no open request to read this case."""


class NotAgreed(Exception):
    """A second custodian has not agreed yet, or the day is over."""


@dataclass(frozen=True)
class ReadingRequest:
    """A custodian's request to read a case from custody; agreed until `until` when a second custodian agreed."""

    id: UUID
    case_id: CaseId
    asked_by: str
    mine: bool
    reason: str
    asked_hour: datetime
    agreed_by: str | None
    until: datetime | None


def reading_requests(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> tuple[ReadingRequest, ...]:
    """The requests to read this case, newest first; raises `NotACustodian` or `NoAccess`."""
    raise NotImplementedError


def ask_to_read(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, reason: str) -> UUID:
    """Ask to read a case in custody; raises `ReasonMissing` for an empty reason."""
    raise NotImplementedError


def agree_to_read(session: Session, vault: Vault, by: SignedIn, request_id: UUID) -> None:
    """Agree, as another custodian, to a colleague's request; the asker may read for 24 hours. Raises `SecondPersonNeeded`."""
    raise NotImplementedError


def open_from_custody(session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId) -> OpenedCase:
    """Read a case with the custody key within the agreed day; journaled, shown to the worker; raises `NotAgreed`."""
    raise NotImplementedError


def custody_readings(session: Session, vault: Vault, case_id: CaseId) -> tuple[ReadingRequest, ...]:
    """The agreed readings of a case, for the worker's inbox."""
    raise NotImplementedError
