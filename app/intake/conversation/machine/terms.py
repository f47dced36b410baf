"""In which words a consent by text was asked: by the question that was answered, or by the card that gave the number."""

import hashlib
from dataclasses import dataclass

from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text


@dataclass(frozen=True)
class Terms:
    """The words as the worker read them, for the record of the consent."""

    version: str
    words: str
    language: str

    @property
    def hash(self) -> bytes:
        """SHA-256 of the words."""
        return hashlib.sha256(self.words.encode("utf-8")).digest()


CARD = Terms("card 1", "A helper reads the first text. Texts are not secret: delete them.", "en")
"""What posters and cards that show the number say: a first text is sent knowing that a helper reads it."""


def question(texts: Texts) -> Terms:
    """The question "Who may know?" with its digits, in the language of the conversation."""
    return Terms("text 1", texts.say(Text.CONSENT), texts.language.code)
