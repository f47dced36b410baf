"""Where one conversation stands: plain values that travel veiled from text to text."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.cases.enums import ConsentLevel
from app.intake.report import Contact


class Step(StrEnum):
    """What the conversation waits for."""

    WHOSE_PHONE = "whose_phone"
    DANGER = "danger"
    SITE = "site"
    PICK_SITE = "pick_site"
    TOPIC = "topic"
    CONSENT = "consent"
    LOCKED = "locked"  # nobody may know yet: asked once whether that is meant
    LOCKED_IN_DANGER = "locked_in_danger"
    CONTACT = "contact"
    HURT = "hurt"  # hurt, touched or threatened: nothing more is asked but how to be reached
    OPEN = "open"  # the worker agreed to texts: status, code and new reports by digit, for as long as the case is open
    NEW_REPORT = "new_report"  # the next words are a report of their own
    QUIET = "quiet"  # words are kept, nothing is ever sent
    ENDED = "ended"


class WhosePhone(StrEnum):
    """Whose phone the worker texts from; nothing is sent after the first question unless it is only theirs."""

    UNKNOWN = "unknown"
    OWN = "own"
    SHARED = "shared"
    COMPANY = "company"


@dataclass(frozen=True)
class Position:
    """Where a conversation stands. Holds ids, codes and times, never a word that the worker wrote.

    `sites` are those offered to pick from, or the one that was found; `places` are their masked names as long as they are shown.
    `cut` says that the last text looked like one part of a longer one, `wordless_at` when a text without words was last answered.
    """

    step: Step
    language: str
    whose: WhosePhone = WhosePhone.UNKNOWN
    danger: bool = False
    topics: tuple[str, ...] = ()
    sites: tuple[UUID, ...] = ()
    places: tuple[str, ...] = ()
    site_asked: int = 0
    consent: ConsentLevel | None = None
    contact: Contact = Contact.INBOX
    settled: bool = False
    misses: int = 0
    last_free_at: datetime | None = None
    cut: bool = False
    thanked_on: date | None = None
    wordless_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether silence has to settle it: something is open, or a number is to be erased."""
        return self.step not in (Step.OPEN, Step.NEW_REPORT, Step.ENDED)

    def to(self, step: Step, **changes: Any) -> "Position":
        """The same conversation at another step, with what changed; a new question starts without misses."""
        return replace(self, step=step, misses=0, **changes)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the veil; what stands at its default is left out."""
        return {
            field.name: _plain(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Position":
        """What `as_json` gave; values of an older or newer kind are refused with `ValueError`, `KeyError` or `TypeError`."""
        return cls(**{name: _READERS[name](value) for name, value in values.items()})


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


_READERS: dict[str, Any] = {
    "step": Step,
    "language": str,
    "whose": WhosePhone,
    "danger": bool,
    "topics": tuple,
    "sites": lambda values: tuple(UUID(value) for value in values),
    "places": tuple,
    "site_asked": int,
    "consent": ConsentLevel,
    "contact": Contact,
    "settled": bool,
    "misses": int,
    "last_free_at": datetime.fromisoformat,
    "cut": bool,
    "thanked_on": date.fromisoformat,
    "wordless_at": datetime.fromisoformat,
}
