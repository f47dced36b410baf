"""What a conversation reads and writes: its row, a snapshot before deciding, and the changes it learned."""

from app.intake.conversation.store.apply import (
    agree_contact,
    cannot_be_reached,
    get_worse,
    needs_person,
    set_consent,
    set_danger,
    take_in,
)
from app.intake.conversation.store.conversations import live_talks, move_talk, new_talk, position_of
from app.intake.conversation.store.fast_path import GoingOn, go_on, needs_more, settles
from app.intake.conversation.store.filing_text import SealedText, seal_text, store_text
from app.intake.conversation.store.models import Conversation
from app.intake.conversation.store.receipts import give_receipt
from app.intake.conversation.store.snapshot import REPLIES, Snapshot, Talk, take_snapshot

__all__ = [
    "REPLIES",
    "Conversation",
    "GoingOn",
    "SealedText",
    "Snapshot",
    "Talk",
    "agree_contact",
    "cannot_be_reached",
    "get_worse",
    "give_receipt",
    "go_on",
    "live_talks",
    "move_talk",
    "needs_more",
    "needs_person",
    "new_talk",
    "position_of",
    "seal_text",
    "set_consent",
    "set_danger",
    "settles",
    "store_text",
    "take_in",
    "take_snapshot",
]
