"""The outgoing queue: texts and mails that wait, and how many."""

from app.messaging.queue.forgetting import forget_phone
from app.messaging.queue.outgoing import (
    EMAIL,
    FORGED,
    MERGED,
    TextStatus,
    address_place,
    anything_waits,
    body_place,
    cancel_texts,
    cancel_waiting_text,
    enqueue_alert,
    enqueue_text,
    is_written_down,
    keep_text,
    keeping,
    note_merged_alert,
    seal_text,
    texts_of_case,
    written_down,
)
from app.messaging.queue.queue_counts import count_queue

__all__ = [
    "EMAIL",
    "FORGED",
    "MERGED",
    "TextStatus",
    "address_place",
    "anything_waits",
    "body_place",
    "cancel_texts",
    "cancel_waiting_text",
    "count_queue",
    "enqueue_alert",
    "enqueue_text",
    "forget_phone",
    "is_written_down",
    "keep_text",
    "keeping",
    "note_merged_alert",
    "seal_text",
    "texts_of_case",
    "written_down",
]
