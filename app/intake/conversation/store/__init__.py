"""What a conversation reads and writes: its row, a snapshot before deciding, and the changes it learned."""

from app.intake.conversation.store.apply import (
    answer_consent,
    answer_question,
    deny_danger,
    doubt_danger,
    get_worse,
    keep_for_helper,
    needs_person,
    set_danger,
    take_in,
)
from app.intake.conversation.store.conversations import (
    cases_of_phone,
    last_number,
    live_conversations,
    move_conversation,
    new_conversation,
    position_of,
)
from app.intake.conversation.store.doubts import brings_doubt, is_doubted, is_surely_own, note_doubt
from app.intake.conversation.store.fast_path import FastPath, needs_more, settles, take_fast_path
from app.intake.conversation.store.filing_text import SealedText, seal_text, store_text
from app.intake.conversation.store.models import Conversation
from app.intake.conversation.store.receipts import give_receipt
from app.intake.conversation.store.snapshot import REPLIES, KnownConversation, Snapshot, take_snapshot

__all__ = [
    "REPLIES",
    "Conversation",
    "FastPath",
    "KnownConversation",
    "SealedText",
    "Snapshot",
    "answer_consent",
    "answer_question",
    "brings_doubt",
    "cases_of_phone",
    "deny_danger",
    "doubt_danger",
    "get_worse",
    "give_receipt",
    "is_doubted",
    "is_surely_own",
    "keep_for_helper",
    "last_number",
    "live_conversations",
    "move_conversation",
    "needs_more",
    "needs_person",
    "new_conversation",
    "note_doubt",
    "position_of",
    "seal_text",
    "set_danger",
    "settles",
    "store_text",
    "take_fast_path",
    "take_in",
    "take_snapshot",
]
