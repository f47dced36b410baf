"""Where one conversation stands: plain values that travel veiled from text to text."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.cases.enums import ConsentLevel
from app.intake.report import ContactWay


class Step(StrEnum):
    """What the conversation waits for."""

    WHOSE_PHONE = "whose_phone"
    DANGER = "danger"
    SITE = "site"
    REACH = "reach"  # may a helper text? asked together with the place
    REACH_IN_DANGER = "reach_in_danger"  # may a helper text or call? asked together with what to do in danger
    PICK_SITE = "pick_site"
    TOPIC = "topic"
    CONSENT = "consent"
    LOCKED = "locked"  # nobody may know yet: asked once whether that is meant
    LOCKED_IN_DANGER = "locked_in_danger"
    CONTACT = "contact"
    HURT = "hurt"  # hurt, touched or threatened: nothing more is asked but how to be reached
    CODE = "code"  # the secret code was asked for: sent only to who says so again
    TEXT_HOURS = "text_hours"  # when may texts come that come by themselves?
    WHICH = "which"  # which of several reports does an answer mean?
    WORSE = "worse"  # it got worse, said after the questions: is there danger now?
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
    `reached` says that the worker said how to be reached,
    `handed` that a person was asked to read on, `held` that the number is kept beyond silence, `back` is where a question
    in between leads back to. `unheard` counts words that were joined to the testimony while a question stood. `last`, `last_at` and
    `replied` are a mark of the last text, when it came, and whether it was answered: the same text again may be a copy.
    `asked_again` says that one came and the question was asked again because of it: now it counts.
    `worse_at` is when it got worse and danger was asked for; it is there until that is answered.
    `kept_until` is how long a held number is kept, whatever stands in the row's own column.
    `called` says that words called for somebody at once before it was known whose phone it is: its owner is told all.
    `unanswered` is the question that silence ended, until something else is said.
    `stopped` is what was asked when STOP came. `whose_at` is when it was said whose phone it is, `taken_back` that it was another's
    before. `offered` is how a helper may reach the worker by words that came before that could be settled. `parted` says that the
    last thing sent took leave though a question stands, `unsure` that the question of danger was never
    answered. `from_form` says that the number is from the form, and nobody has shown that it
    is the worker's: by digit it answers what was texted, words of it are never read by whoever holds the form's secret code.
    `about` are the cases that a question of danger is about, beside that of the conversation; `meant` are the answers, one for each
    report that may be meant (case, question and answer), and `reports` the days of these as they are shown.
    `helper_wrote` is when a helper last texted a number from the form: words that come then are for that helper. `helper_case` is
    the case of that helper where it is another than this conversation's.
    `asked_plainly` is the question that was texted and asked once more with its digits, since words did not answer it.
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
    contact: ContactWay = ContactWay.INBOX
    settled: bool = False
    misses: int = 0
    last_free_at: datetime | None = None
    cut: bool = False
    thanked_on: date | None = None
    wordless_at: datetime | None = None
    reached: bool = False
    handed: bool = False
    held: bool = False
    back: Step | None = None
    doubted_at: datetime | None = None
    unheard: int = 0
    last: str = ""
    last_at: datetime | None = None
    replied: bool = False
    asked_again: bool = False
    worse_at: datetime | None = None
    unanswered: Step | None = None
    kept_until: datetime | None = None
    called: bool = False
    stopped: Step | None = None
    whose_at: datetime | None = None
    taken_back: bool = False
    offered: ContactWay | None = None
    parted: bool = False
    unsure: bool = False
    from_form: bool = False
    about: tuple[UUID, ...] = ()
    meant: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    asked_plainly: UUID | None = None
    helper_wrote: datetime | None = None
    helper_case: UUID | None = None

    @property
    def waits(self) -> bool:
        """Whether silence has to settle it: something is open, or a number is to be erased."""
        return self.step not in (Step.OPEN, Step.NEW_REPORT, Step.ENDED)

    def to(self, step: Step, **changes: Any) -> "Position":
        """The same conversation at another step, with what changed; a new question starts without misses."""
        return replace(self, step=step, misses=0, unheard=0, **changes)

    def silenced(self) -> "Position":
        """The same conversation after STOP: nothing is sent until START, which goes on from here."""
        asked = self.step if self.step is not Step.QUIET else self.stopped
        return self.to(Step.QUIET, contact=ContactWay.INBOX, stopped=asked or Step.QUIET)

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
    "contact": ContactWay,
    "settled": bool,
    "misses": int,
    "last_free_at": datetime.fromisoformat,
    "cut": bool,
    "thanked_on": date.fromisoformat,
    "wordless_at": datetime.fromisoformat,
    "reached": bool,
    "handed": bool,
    "held": bool,
    "back": Step,
    "doubted_at": datetime.fromisoformat,
    "unheard": int,
    "last": str,
    "last_at": datetime.fromisoformat,
    "replied": bool,
    "asked_again": bool,
    "worse_at": datetime.fromisoformat,
    "unanswered": Step,
    "kept_until": datetime.fromisoformat,
    "called": bool,
    "stopped": Step,
    "whose_at": datetime.fromisoformat,
    "taken_back": bool,
    "offered": ContactWay,
    "parted": bool,
    "unsure": bool,
    "from_form": bool,
    "about": lambda values: tuple(UUID(value) for value in values),
    "meant": tuple,
    "reports": tuple,
    "asked_plainly": UUID,
    "helper_wrote": datetime.fromisoformat,
    "helper_case": UUID,
}
