"""Offers: the chosen organisation sees a minimal card, accepts or declines; then the next standby, and at last custody."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.cases.enums import Urgency
from app.cases.rules import Rules
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault


class OfferTaken(Exception):
    """A colleague was faster: the member's organisation has already accepted this case."""


class OfferGone(Exception):
    """The offer has been declined, has expired or was withdrawn: there is nothing left to accept."""


class DeclineReason(StrEnum):
    """Why an organisation cannot take a case; the words are the desk's."""

    NO_CAPACITY = "no_capacity"
    CONFLICT = "conflict"
    LANGUAGE = "language"
    NO_TRAINING = "no_training"
    TOO_FAR = "too_far"
    NOT_SAFE = "not_safe"
    OTHER = "other"


@dataclass(frozen=True)
class OfferCard:
    """All that may be seen before acceptance: never the site, the words or who wrote."""

    case_id: CaseId
    country: str | None
    language: str
    urgency: Urgency
    topics: tuple[str, ...]
    answer_by: datetime | None
    practice: bool


@dataclass(frozen=True)
class Acceptance:
    """What became of an acceptance: taken, or passed on because a fresh check found a reason (its code)."""

    taken: bool
    why_not: str | None = None


def offer_card(session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId) -> OfferCard:
    """The minimal card of a case offered to the member's organisation; raises `NoAccess`."""
    raise NotImplementedError


def accept_offer(session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId) -> Acceptance:
    """Take an offered case after a fresh check of consent and conflicts; raises `OfferTaken`, `OfferGone`, `NoAccess`, `ReadOnly`."""
    raise NotImplementedError


def decline_offer(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId, reason: DeclineReason
) -> None:
    """Decline an offered case: the grant goes, the next standby is offered it, else custody; raises as `accept_offer`."""
    raise NotImplementedError


def expire_offers(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Claim offers whose time is over and pass each case on; how many there were. Safe with several dispatchers at once."""
    raise NotImplementedError
