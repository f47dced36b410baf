"""What can happen to a case that others have to do something about; what that is stands in one table (app/consequences.py)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case.models import Case
from app.database import MemberId, note_event
from app.vault import Vault


class Happened(StrEnum):
    """A change of a case from which something follows."""

    FILED = "filed"
    OFFERED = "offered"
    HELD = "held"
    CALLED = "called"
    """Somebody has to come now, whether or not this was said before."""
    LATE = "late"
    """A date passed, and somebody else was asked because of it."""
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    HASTENED = "hastened"
    """It is on the fast track now, or got worse once more while it was."""
    LOCKED = "locked"
    """Nobody may know of it any more."""
    UNLOCKED = "unlocked"
    """Somebody may know again: of what was locked, or what was stopped."""
    STOPPED = "stopped"
    CLOSED = "closed"
    REOPENED = "reopened"
    QUESTIONS_WANTED = "questions_wanted"
    """The worker chose whether to be asked how it is."""
    ASKED = "asked"
    """A question was put that came by itself."""
    NOBODY_LEFT = "nobody_left"
    """Whoever had it has it no more, and nobody else may hold it."""
    TEXT_UNHEARD = "text_unheard"
    """A helper's answer was called off or did not arrive as a text; `about` is the text. Here the row is not locked yet."""
    DATE_NEAR = "date_near"
    """A date that the world sets comes near."""


@dataclass(frozen=True)
class Event:
    """What happened to a case, whose row is locked.

    `by` is the member who did it and need not be told, `about` the id of the row that it is about where one is asked for.
    """

    what: Happened
    case: Case
    vault: Vault
    by: MemberId | None = None
    about: UUID | None = None


def note(
    session: Session,
    vault: Vault,
    what: Happened,
    case: Case,
    *,
    by: MemberId | None = None,
    about: UUID | None = None,
) -> None:
    """Note on the unit of work what happened to a case."""
    note_event(session, Event(what, case, vault, by, about))
