"""What was looked up for a text before its step is taken: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.cases.case import TextTimes
from app.cases.enums import FollowupKind, Stage
from app.intake.conversation.machine.day_words import ChosenTimes


@dataclass(frozen=True)
class SiteOption:
    """A site that the worker's words may mean; `place` is masked (`Texts.place`), never the employer's name."""

    site_id: UUID
    place: str


@dataclass(frozen=True)
class TextedQuestion:
    """The question about a case that was texted last without the worker having written first, and whether it still waits.

    `told_on` is the day on which that case was told, as the clocks there show it.
    """

    case: UUID
    id: UUID
    kind: FollowupKind
    is_open: bool
    told_on: date


@dataclass(frozen=True)
class CaseNews:
    """How a case stands: its stage, the next date where one is to come, and the day on which it was told.

    `is_late` says that a date has passed; then the next one is by when somebody who was asked since has to do it.
    """

    stage: Stage
    next_day: date | None
    told_on: date
    is_late: bool = False


@dataclass(frozen=True)
class OfferedHours:
    """What a choice of hours means for every case of the phone.

    `same_days` says that its weekdays are the same for all of them, `at_work` that the clocks of a work place show them for all.
    `each` are the times of every case by the day on which it was told, where the hours are not the same for all.
    """

    times: TextTimes
    same_days: bool
    at_work: bool
    each: tuple[tuple[date, TextTimes], ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """What was looked up for a text, as far as `wanted` asked for it; what it did not find stays empty.

    `sites` are the possible ones, best first; `certain` says that the first is meant for certain, from a name and town or a code.
    `in_danger` says that the case stands as danger, `alertable` that somebody can be paged, `gone` that nothing waits any more to
    go out to the phone.
    `read_by` is the day by which a helper should read it; stage and next day are those that the worker's inbox shows; that it
    `is_late`, and the `others` of the phone, are as `CaseNews` says.
    `holder_meant` says that the words are about the helper who has the case. `questions` were texted by themselves, the last of
    each case of the phone and the newest first; `hours` are the
    times in which texts could really come, by what is offered or was named in words.
    `texts_stopped` says that none come by themselves by the worker's wish, `helper_asks` that what was texted last may be a
    helper's own words, which may have asked for days.
    """

    sites: tuple[SiteOption, ...] = ()
    certain: bool = False
    help_number: str = ""
    read_by: date | None = None
    stage: Stage | None = None
    next_day: date | None = None
    is_late: bool = False
    told_on: date | None = None
    others: tuple[CaseNews, ...] = ()
    in_danger: bool = False
    alertable: bool = False
    gone: bool = False
    holder_meant: bool = False
    questions: tuple[TextedQuestion, ...] = ()
    hours: Mapping[ChosenTimes, OfferedHours] = field(default_factory=dict)
    texts_stopped: bool = False
    helper_asks: bool = False
