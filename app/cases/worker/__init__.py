"""What a worker does with their own case: read the inbox, write, stop or widen sharing."""

from app.cases.worker.case_language import note_language
from app.cases.worker.entering import (
    ReceiptUnknown,
    Worker,
    enter_inbox,
    locked_case_of,
    session_for,
    worker_of,
    worker_of_receipt,
)
from app.cases.worker.inbox import next_step, open_inbox
from app.cases.worker.inbox_view import InboxMessage, InboxView, Sighting
from app.cases.worker.messages import say_worse, write
from app.cases.worker.questions import answer_question, want_questions, want_texts
from app.cases.worker.receipt_tries import may_be_guessing, try_receipt
from app.cases.worker.seen_by import helpers_of
from app.cases.worker.sharing import (
    ERASED_AFTER,
    NothingToUndo,
    SharingStopped,
    change_consent,
    let_one_read,
    lock_of,
    replace_receipt,
    stop_sharing,
    undo_stop,
)
from app.cases.worker.waited import Done, OtherContent, Waited, done_before, note_done
from app.cases.worker.writing_budget import BudgetSpent, spend_waited

__all__ = [
    "ERASED_AFTER",
    "BudgetSpent",
    "Done",
    "InboxMessage",
    "InboxView",
    "NothingToUndo",
    "OtherContent",
    "ReceiptUnknown",
    "SharingStopped",
    "Sighting",
    "Waited",
    "Worker",
    "answer_question",
    "change_consent",
    "done_before",
    "enter_inbox",
    "helpers_of",
    "let_one_read",
    "lock_of",
    "locked_case_of",
    "may_be_guessing",
    "next_step",
    "note_done",
    "note_language",
    "open_inbox",
    "replace_receipt",
    "say_worse",
    "session_for",
    "spend_waited",
    "stop_sharing",
    "try_receipt",
    "undo_stop",
    "want_questions",
    "want_texts",
    "worker_of",
    "worker_of_receipt",
    "write",
]
