"""Consent: what each level covers, the very words it was asked in, and the record that the worker's receipt signs."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from uuid import UUID

from app.cases.enums import ConsentHow, ConsentLevel

Translate = Callable[[str, str], str]
"""`pgettext` of a language: context and English text in, the text of the language out."""

TEXT_VERSION = "1"
"""The version of the English words below; a test holds their hash, so that no word changes without a new version."""

PURPOSE = "consent"
"""What the receipt's signing key is told it signs, so that this signature can never stand under anything else."""

_LEVELS = tuple(ConsentLevel)


@dataclass(frozen=True)
class ConsentOption:
    """One answer to "Who may know?": what the worker ticks, and what it means."""

    level: ConsentLevel
    title: str
    meaning: str


@dataclass(frozen=True)
class ConsentTexts:
    """Everything the worker reads before ticking, in one language."""

    version: str
    question: str
    options: tuple[ConsentOption, ...]
    afterwards: str

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 over all of it, each text framed by its length: the evidence of what was asked."""
        texts = [self.version, self.question]
        for option in self.options:
            texts += [option.level, option.title, option.meaning]
        digest = hashlib.sha256()
        for text in (*texts, self.afterwards):
            encoded = text.encode()
            digest.update(len(encoded).to_bytes(4, "big") + encoded)
        return digest.digest()


# A report's record is signed over them, and there are as many as languages.
@lru_cache(maxsize=64)
def consent_texts(pgettext: Translate) -> ConsentTexts:
    """The question and its answers in the language of this `pgettext`; page and record both take them from here."""
    return ConsentTexts(
        version=TEXT_VERSION,
        question=pgettext("consent", "Who may know?"),
        options=(
            ConsentOption(
                ConsentLevel.NOBODY,
                pgettext("consent", "Nobody yet."),
                pgettext(
                    "consent",
                    "We lock it. Nobody reads it, so nobody can help. Lose your code and it stays locked.",
                ),
            ),
            ConsentOption(
                ConsentLevel.HELPER,
                pgettext("consent", "Only a helper."),
                pgettext(
                    "consent",
                    "Helpers do not work for your company. They read all you wrote. "
                    "If they are slow, another helper can step in.",
                ),
            ),
            ConsentOption(
                ConsentLevel.UNION,
                pgettext("consent", "A helper and a union."),
                pgettext(
                    "consent",
                    "Not one your boss runs. We tell you its name first. It gets a short note without your name.",
                ),
            ),
            ConsentOption(
                ConsentLevel.BUYERS,
                pgettext("consent", "A helper, a union and public buyers."),
                pgettext(
                    "consent",
                    "Cities, schools and hospitals that buy what you make. They can push the company to fix it. "
                    "They get a short note without your name. The company may hear about the problem.",
                ),
            ),
        ),
        afterwards=pgettext(
            "consent",
            "In a small team people may guess it was you. You can change this later, but people cannot un-read. "
            "You can always go to court, police or a union yourself.",
        ),
    )


@dataclass(frozen=True)
class ConsentRecord:
    """What the worker allowed, as it is signed: nothing of it can be changed without the receipt."""

    case_id: UUID
    level: ConsentLevel
    tell_company: bool
    text_version: str
    text_hash: bytes
    language: str
    how: ConsentHow
    hour: datetime

    def canonical(self) -> bytes:
        """The bytes to sign: JSON with sorted keys and no spaces, in ASCII, the same on every machine."""
        fields = {
            "case": str(self.case_id),
            "hour": self.hour.isoformat(),
            "how": self.how.value,
            "language": self.language,
            "level": self.level.value,
            "record": "consent 1",
            "tell_company": self.tell_company,
            "text_hash": self.text_hash.hex(),
            "text_version": self.text_version,
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def level_or_default(chosen: ConsentLevel | None) -> tuple[ConsentLevel, ConsentHow]:
    """What the form's answer means: skipped is a helper and nobody beyond, and is recorded as skipped."""
    return (ConsentLevel.HELPER, ConsentHow.FORM_SKIPPED) if chosen is None else (chosen, ConsentHow.FORM)


def covers(level: ConsentLevel, needed: ConsentLevel) -> bool:
    """Whether a consent of this level reaches as far as that one."""
    return _LEVELS.index(level) >= _LEVELS.index(needed)


def covers_company(level: ConsentLevel, tell_company: bool) -> bool:
    """Whether the company may be told: the level says it may hear of it, or the worker said so to a helper."""
    return level is ConsentLevel.BUYERS or (tell_company and covers(level, ConsentLevel.HELPER))


def narrows(before: ConsentLevel, after: ConsentLevel) -> bool:
    """Whether a change takes something back, so that access must end before anything else happens."""
    return _LEVELS.index(after) < _LEVELS.index(before)
