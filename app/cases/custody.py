"""Custody: cases that nobody could be offered wait with the coordinator, unread, until a custodian places them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.enums import Urgency
from app.cases.rules import Rules
from app.database import CaseId, OrganisationId
from app.network import SignedIn
from app.vault import Vault


class NotACustodian(Exception):
    """The member does not belong to a custody circle."""


class CannotBePlaced(Exception):
    """That organisation may not be offered the case; `reason` is routing's code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class WaitingCase:
    """A case that waits with custody, as the custodian sees it without reading."""

    case_id: CaseId
    reference: str
    country: str | None
    language: str
    urgency: Urgency
    topics: tuple[str, ...]
    waiting_since: datetime
    why: str  # routing's word: unmatched_exclusion, nobody_eligible, all_declined, ...
    has_routing_note: bool
    answer_by: datetime | None
    practice: bool


@dataclass(frozen=True)
class RoutingWords:
    """The worker's own words about the place and about who must not know."""

    site: str | None
    exclude: tuple[str, ...]
    exclude_other: str | None


@dataclass(frozen=True)
class Placement:
    """An organisation, and the reason code that keeps the case from it, or None."""

    organisation_id: OrganisationId
    name: str
    reason: str | None


def waiting_for_custody(session: Session, vault: Vault, by: SignedIn) -> tuple[WaitingCase, ...]:
    """The cases that wait to be placed, danger first; raises `NotACustodian`."""
    raise NotImplementedError


def waiting_case(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> WaitingCase:
    """One of them; raises `NotACustodian` or `NoAccess`."""
    raise NotImplementedError


def placements(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId
) -> tuple[Placement, ...]:
    """Every organisation that takes cases, those who may first; raises as `waiting_case`."""
    raise NotImplementedError


def read_routing_note(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> RoutingWords | None:
    """The worker's words about place and exclusions, in a writing unit: journaled, and the worker sees it was read."""
    raise NotImplementedError


def place_case(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId, organisation_id: OrganisationId
) -> None:
    """Offer the case to an organisation, re-sealed unread with the custodian's key; raises `CannotBePlaced` and as `waiting_case`."""
    raise NotImplementedError
