"""The conversation by text as a table: each row is a step, its question, what each answer means and what comes next. No I/O."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from app.cases.enums import Stage
from app.intake.conversation.acts import Act
from app.intake.conversation.answers import Said
from app.intake.conversation.position import Position
from app.intake.conversation.texts import Texts

SILENCE = timedelta(minutes=15)
"""How long after the worker's last text a question may still be sent, and when silence settles what is open."""

SAME_TESTIMONY = timedelta(seconds=60)
"""Words this soon after words are one testimony."""


@dataclass(frozen=True)
class SiteOption:
    """A site that the worker's words may mean; `place` is masked (`texts.mask`), never the employer's name."""

    site_id: UUID
    place: str


@dataclass(frozen=True)
class Knowledge:
    """What `hearing` looked up for this text, as far as `wanted` asked for it; what it did not find stays empty.

    `sites` are the possible ones, best first; `certain` says that the first is meant for certain, from a name and town or a code.
    `read_by` is the day by which a helper should read it; stage and next date are those that the worker's inbox shows.
    """

    sites: tuple[SiteOption, ...] = ()
    certain: bool = False
    help_number: str = ""
    read_by: date | None = None
    stage: Stage | None = None
    next_day: date | None = None


@dataclass(frozen=True)
class Wanted:
    """What a step needs to know before it can hear this text; empty or False where it needs nothing of the kind."""

    site_words: str = field(repr=False, default="")
    help_number: bool = False
    read_by: bool = False
    status: bool = False


@dataclass(frozen=True)
class Heard:
    """What came of a text: where the conversation stands now, at most one reply, and what to do, in this order."""

    position: Position
    reply: str | None = field(repr=False, default=None)
    acts: tuple[Act, ...] = ()


def begin(
    said: Said, language: str, topics: tuple[str, ...], texts: Texts, at: datetime, *, answerable: bool
) -> Heard:
    """The first text of a number that has no conversation, or of a new report: FileReport, or a keyword obeyed without a case."""
    raise NotImplementedError


def wanted(position: Position, said: Said) -> Wanted:
    """What `hear` will need to know for this text."""
    raise NotImplementedError


def hear(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """One text in an open conversation. Never raises, whatever was said."""
    raise NotImplementedError


def fall_silent(position: Position) -> Heard:
    """Nothing came for `SILENCE`: settle what is known; the number goes unless contact was agreed."""
    raise NotImplementedError
