"""Texts as they arrive: prepared, heard in a unit of work, answered; and what silence means."""

from app.intake.conversation.door.importing import import_missed
from app.intake.conversation.door.inbound import Overtaken, forget_phone, hear_text, prepare_hearing
from app.intake.conversation.door.receive import Ears
from app.intake.conversation.door.silence import settle_silence

__all__ = [
    "Ears",
    "Overtaken",
    "forget_phone",
    "hear_text",
    "import_missed",
    "prepare_hearing",
    "settle_silence",
]
