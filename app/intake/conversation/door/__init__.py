"""Texts as they arrive: prepared, heard in a unit of work, answered; and what silence means."""

from app.intake.conversation.door.importing import import_missed
from app.intake.conversation.door.receive import NotHeard, receive_text
from app.intake.conversation.door.silence import settle_silence

__all__ = [
    "NotHeard",
    "import_missed",
    "receive_text",
    "settle_silence",
]
