"""Carrying out the follow-ups that the cases planned: in the inbox, and by text where a worker agreed to it."""

from app.followups.asking import ask_due
from app.followups.texting import AskingWay, Texter, text_due
from app.followups.words import (
    ASKED_TEXTS,
    CHOOSE_HOURS,
    DIGITS,
    STOP_ASKING,
    AskText,
    ask_again,
    asked_as,
    text_of,
)

__all__ = [
    "ASKED_TEXTS",
    "CHOOSE_HOURS",
    "DIGITS",
    "STOP_ASKING",
    "AskText",
    "AskingWay",
    "Texter",
    "ask_again",
    "ask_due",
    "asked_as",
    "text_due",
    "text_of",
]
