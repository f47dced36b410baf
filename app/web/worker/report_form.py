"""The worker's form as it arrives: cleaned, with only known choices, never refused with an exception. No Flask in here.

Whatever a phone, a script or an attacker sends becomes a `ReportForm`, so that a page can always be shown again with all that
was typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.cases.case import LONGEST_TEXT
from app.cases.taxonomy import ABOUT_HELPER, FORM_TOPICS
from app.language import clean_line, clean_words, has_words
from app.web.requests import LARGEST_WORDS

LINE_LIMIT = 500  # characters of a place, a name, a number

TOPICS = (*FORM_TOPICS, ABOUT_HELPER)
DANGER = ("yes", "no")
EXCLUDE = ("union", "agent", "police", "other")
CONTACT = ("inbox", "text", "call")
CONSENT = ("nobody", "helper", "union", "buyers")

_LINES = ("site", "exclude_other", "phone", "safe_times", "name")


class Fields(Protocol):
    """What the parser needs of a posted form: every value of a name."""

    def getlist(self, key: str) -> list[str]:
        """All values of this field, in their order."""
        ...


@dataclass(frozen=True)
class ReportForm:
    """What a worker filled in; empty text means skipped. Field names and values are those of the page."""

    danger: str = ""
    category: tuple[str, ...] = ()
    words: str = field(default="", repr=False)
    site: str = field(default="", repr=False)
    site_code: str = field(default="", repr=False)
    exclude: tuple[str, ...] = ()
    exclude_other: str = field(default="", repr=False)
    contact: str = ""
    phone: str = field(default="", repr=False)
    safe_times: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    consent: str = ""
    token: str = field(default="", repr=False)
    honeypot: bool = False
    allow: str = ""
    has_files: bool = False
    files_fault: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said: no danger, no topic, no word, no file. Whoever ticks only danger may have no time for more."""
        said = self.category or self.has_files or has_words(self.words)
        return self.danger != "yes" and not said

    @property
    def asks_again(self) -> bool:
        """Whether danger and `nobody` stand together and the worker was not yet asked what that means."""
        return self.danger == "yes" and self.consent == "nobody" and not self.allow

    @property
    def mistakes(self) -> tuple[tuple[str, str], ...]:
        """What keeps the form from being sent: pairs of a field and what is wrong (`empty`, `long`, `robot`, a `FilesFault`)."""
        found = [("words", "long")] if len(self.words) > LONGEST_TEXT else []
        found += [(name, "long") for name in _LINES if len(getattr(self, name)) > LINE_LIMIT]
        if self.honeypot:
            found.append(("words", "robot"))
        if self.files_fault:
            found.append(("files", self.files_fault))
        if self.is_empty:
            found.append(("category", "empty"))
        return tuple(found)

    @property
    def goes_without_files(self) -> bool:
        """Whether nothing but its files keeps this form from being sent."""
        return self.has_files and not replace(self, has_files=False, files_fault="").mistakes

    @property
    def too_large(self) -> bool:
        """Whether the words are more than a page can carry back."""
        return len(self.words.encode()) > LARGEST_WORDS

    def answered(self) -> "ReportForm":
        """The form with the answer to the question about danger put into the consent."""
        return replace(self, consent="helper") if self.allow == "yes" and self.consent == "nobody" else self

    def hidden_fields(self) -> list[tuple[str, str]]:
        """Every filled field but the token, as name and value, for a page that asks something in between."""
        pairs = [
            (name, getattr(self, name))
            for name in ("danger", "words", "site_code", *_LINES, "contact", "consent", "allow")
        ]
        pairs += [("category", topic) for topic in self.category] + [("exclude", who) for who in self.exclude]
        return [(name, value) for name, value in pairs if value]


def read_report_form(fields: Fields) -> ReportForm:
    """The posted fields as a form; what is unknown or broken is left out, what was typed is kept."""
    return ReportForm(
        danger=_choice(fields, "danger", DANGER),
        category=_choices(fields, "category", TOPICS),
        words=clean_words(_first(fields, "words")),
        site=_line(fields, "site"),
        site_code=_line(fields, "site_code"),
        exclude=_choices(fields, "exclude", EXCLUDE),
        exclude_other=_line(fields, "exclude_other"),
        contact=_choice(fields, "contact", CONTACT),
        phone=_line(fields, "phone"),
        safe_times=_line(fields, "safe_times"),
        name=_line(fields, "name"),
        # "Send now: only a helper reads it" means what it says, whatever is ticked below it.
        consent="helper" if _first(fields, "quick") else _choice(fields, "consent", CONSENT),
        token=_first(fields, "token").strip(),
        honeypot=bool(_first(fields, "website").strip()),
        allow=_choice(fields, "allow", DANGER),
    )


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.getlist(name)), "")


def _line(fields: Fields, name: str) -> str:
    return clean_line(_first(fields, name))


def _choice(fields: Fields, name: str, known: Sequence[str]) -> str:
    value = _first(fields, name)
    return value if value in known else ""


def _choices(fields: Fields, name: str, known: Sequence[str]) -> tuple[str, ...]:
    ticked = set(fields.getlist(name))
    return tuple(value for value in known if value in ticked)
