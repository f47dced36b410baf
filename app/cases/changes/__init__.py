"""Changes of a case that come through several doors, each one verb: raised, heeded, answered, reopened, and who may know."""

from app.cases.changes.consent_change import ask_helpers, set_consent, shut_out_helpers
from app.cases.changes.followup_answers import AnswerOutcome, take_answer
from app.cases.changes.heeding import at_filing, changes
from app.cases.changes.raising import note_urgency, raise_case
from app.cases.changes.reach import (
    REACH_TOLD,
    TEXTS_STOPPED,
    UNREACHABLE,
    Reach,
    last_of_stop,
    stop_reaching,
    take_stop_back,
    tell_reach,
)
from app.cases.changes.reopening import reopen, reopen_by_words
from app.cases.changes.texting_wishes import choose_texts
from app.cases.changes.texts_in_journal import TEXTS_HEARD, texts_refused_at, yes_in_journal
from app.cases.changes.words_written import heed_words

__all__ = [
    "REACH_TOLD",
    "TEXTS_HEARD",
    "TEXTS_STOPPED",
    "UNREACHABLE",
    "AnswerOutcome",
    "Reach",
    "ask_helpers",
    "at_filing",
    "changes",
    "choose_texts",
    "heed_words",
    "last_of_stop",
    "note_urgency",
    "raise_case",
    "reopen",
    "reopen_by_words",
    "set_consent",
    "shut_out_helpers",
    "stop_reaching",
    "take_answer",
    "take_stop_back",
    "tell_reach",
    "texts_refused_at",
    "yes_in_journal",
]
