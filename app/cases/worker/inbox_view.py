"""All that the inbox shows, as it was read."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from app import clock
from app.cases.case import AccessLine, AskedRung, SpokenYes, TextTimes, ToldBeside
from app.cases.enums import ClockKind, ClosingReason, ConsentLevel, EntryKind, FollowupKind, Stage, Who
from app.database import OrganisationId


@dataclass(frozen=True)
class InboxMessage:
    """One message of the thread; `text` is None when it cannot be opened, which is said instead of hidden.

    `more_came` says that something came with it that is no words and was not kept; `from_custody` that the coordinator wrote it.
    """

    seq: int
    kind: EntryKind
    from_worker: bool
    at: datetime
    text: str | None = field(repr=False)
    danger: bool = False
    site: str = field(default="", repr=False)  # where the first message said that it is
    more_came: bool = False
    from_custody: bool = False
    # The codes of a question and what was tapped, empty for every other message.
    question: str = ""
    answer: str = field(default="", repr=False)
    # Which kind of file came, and why it is not kept where it is not.
    file: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Sighting:
    """Somebody saw something of the case: what they did, for which organisation, on which day.

    `people` are named only where the worker was promised that two have to agree: who read from custody, and who agreed.
    """

    act: str
    organisation_id: OrganisationId | None
    at: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenQuestion:
    """The one question on the card; `name` is what its form calls it."""

    kind: FollowupKind
    name: str = field(repr=False)


@dataclass(frozen=True)
class TextsChoice:
    """What the worker of a phone of their own chose about texts that come by themselves; `times` is None where nothing was.

    `come` says whether they come as it stands: no longer where times told in words are read by a helper only.
    """

    come: bool
    times: TextTimes | None
    times_on: date | None
    no_hour: bool = False
    """Whether one was to come for which no clock ever shows an hour."""


@dataclass(frozen=True)
class InboxView:
    """All that the inbox shows; never the worker's name or number."""

    stage: Stage
    closing_reason: ClosingReason | None
    organisation_id: OrganisationId | None
    also_asked_id: OrganisationId | None  # the second of two who are asked at once
    waits_for_custody: bool
    next_clock: ClockKind | None
    next_who: Who | None
    next_by: datetime | None
    consent: ConsentLevel
    stopped: bool
    erase_at: datetime | None
    messages: tuple[InboxMessage, ...]
    sightings: tuple[Sighting, ...]
    access: tuple[AccessLine, ...]
    helper_has_read: bool = False
    worker_wrote: bool = False
    """Whether there is something of the worker's that nobody has opened since."""
    about_helper: bool = False
    answer_by: datetime | None = None  # by when whoever is asked now has to say whether they take it
    lapsed: tuple[OrganisationId, ...] = ()  # who was asked before and let their time pass
    asked: AskedRung | None = None  # who was asked because something was late, and has to act now
    broken: tuple[tuple[ClockKind, datetime], ...] = ()
    """What was late before and is no more, each with its date: it stays told."""
    zone: tzinfo = UTC
    """The workplace's time zone, in which every moment above is said."""
    question: OpenQuestion | None = None
    wants_questions: bool = True
    texts: TextsChoice | None = None
    beside: ToldBeside | None = None
    """Who stood beside the worker when they told it."""
    heard: SpokenYes | None = None
    """Who heard the worker agree to be texted."""
    code_was_seen: bool = False
    """Whether it was opened with the code that stood on that helper's tablet."""

    @property
    def answered_at(self) -> datetime | None:
        """When somebody wrote to the worker last."""
        return max((each.at for each in self.messages if each.kind is EntryKind.REPLY), default=None)

    @property
    def may_start_again(self) -> bool:
        """Whether a stop can still be taken back."""
        return self.stopped and (self.erase_at is None or clock.now() < self.erase_at)

    @property
    def was_answered(self) -> bool:
        """Whether somebody has answered and the worker has written nothing since."""
        return bool(self.messages) and self.messages[-1].kind is EntryKind.REPLY

    @property
    def waits_in_danger(self) -> bool:
        """Whether the worker said that they are in danger, and nobody has answered since, or read the first message."""
        return any(each.danger for each in self.unanswered)

    @property
    def unanswered(self) -> tuple[InboxMessage, ...]:
        """What the worker wrote since the last answer; the first message is answered once a helper has read it."""
        last_reply = max((each.seq for each in self.messages if each.kind is EntryKind.REPLY), default=0)
        return tuple(
            each
            for each in self.messages
            if each.from_worker
            and each.seq > last_reply
            and not (each.kind is EntryKind.REPORT and self.helper_has_read)
        )

    @property
    def site_words(self) -> str:
        """Where the worker wrote that it is."""
        return next((each.site for each in self.messages if each.site), "")
