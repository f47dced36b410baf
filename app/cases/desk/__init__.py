"""What a helper does with cases: queue, search, reading, answering, progress, urgency and workplace."""

from app.cases.desk.answering import (
    LONGEST_TEXT,
    AlreadySent,
    CaseMovedOn,
    EmptyText,
    TextTooLong,
    note,
    reply,
)
from app.cases.desk.outside_dates import DateIsPast, DateTooFar, add_outside_date, end_outside_date
from app.cases.desk.pausing import MayNotPause, NotPaused, pause_clock, resume_paused
from app.cases.desk.progress import (
    DESK_CLOSING_REASONS,
    Move,
    MoveRefused,
    NotTickedByHand,
    change_stage,
    is_silent_now,
    mark_done,
)
from app.cases.desk.queue import (
    COUNTED_AT_MOST,
    OPENED_AT_MOST,
    Count,
    QueueFilters,
    QueueKey,
    QueuePage,
    queue_page,
)
from app.cases.desk.reading import OpenedCase, ReadEntry, ShownContact, open_case, show_contact
from app.cases.desk.search import Hit, Matched, Search, find_by_reference, record_search, search_cases
from app.cases.desk.search_limit import SearchesRest, count_search
from app.cases.desk.search_match import LEAST_SIGNS, LONGEST, SearchTooLong, SearchTooShort
from app.cases.desk.triage import (
    EditConflict,
    LoweringReasonMissing,
    UnknownCategory,
    set_category,
    set_urgency,
)
from app.cases.desk.workplace import KnownWorkplace, UnknownCountry, Workplace, set_workplace, workplace_of

__all__ = [
    "COUNTED_AT_MOST",
    "DESK_CLOSING_REASONS",
    "LEAST_SIGNS",
    "LONGEST",
    "LONGEST_TEXT",
    "OPENED_AT_MOST",
    "AlreadySent",
    "CaseMovedOn",
    "Count",
    "DateIsPast",
    "DateTooFar",
    "EditConflict",
    "EmptyText",
    "Hit",
    "KnownWorkplace",
    "LoweringReasonMissing",
    "Matched",
    "MayNotPause",
    "Move",
    "MoveRefused",
    "NotPaused",
    "NotTickedByHand",
    "OpenedCase",
    "QueueFilters",
    "QueueKey",
    "QueuePage",
    "ReadEntry",
    "Search",
    "SearchTooLong",
    "SearchTooShort",
    "SearchesRest",
    "ShownContact",
    "TextTooLong",
    "UnknownCategory",
    "UnknownCountry",
    "Workplace",
    "add_outside_date",
    "change_stage",
    "count_search",
    "end_outside_date",
    "find_by_reference",
    "is_silent_now",
    "mark_done",
    "note",
    "open_case",
    "pause_clock",
    "queue_page",
    "record_search",
    "reply",
    "resume_paused",
    "search_cases",
    "set_category",
    "set_urgency",
    "set_workplace",
    "show_contact",
    "workplace_of",
]
