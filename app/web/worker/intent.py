"""What a worker meant with a post from the inbox: one value, with every word, tick and choice, whichever page carries it on.

A session ends, a page is old, another code was opened in between, the database is away: each of these answers with another page
than the one that was sent, and what that page forgets is a danger that nobody hears of. So all of them carry the same fields.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from app.cases.enums import FollowupAnswer
from app.language import clean_words, has_words, only_digits
from app.network import is_country
from app.vault import Part, TokenForged, Vault
from app.web.worker.report_form import CONSENT, Fields

_LONGEST_NUMBER = 2


class InboxAct(StrEnum):
    """What can be done from the inbox; the values are those of the hidden field `act`, and the endings of the addresses."""

    WRITE = "write"
    WORSE = "worse"
    CONSENT = "consent"
    LET_READ = "let-read"
    STOP = "stop"
    UNDO = "undo"
    ANSWER = "answer"
    ASK_ME = "ask-me"
    DO_NOT_ASK = "do-not-ask"
    TEXTS = "texts"
    NO_TEXTS = "no-texts"
    NEW_CODE = "code"
    ABOUT_HELPER = "about-helper"


@dataclass(frozen=True)
class Intent:
    """An act and all that was filled in with it; without an act a worker only wants to read."""

    act: InboxAct | None = None
    words: str = field(default="", repr=False)
    danger: bool = False
    consent: str = ""
    token: str = field(default="", repr=False)
    case: str = field(default="", repr=False)
    """What the page called the case it was about; empty where it knew of none, as the form does."""
    lock: str = ""
    """What the page called the lock that the worker wants to open."""
    answer: str = field(default="", repr=False)
    """What was tapped, to the question that `question` names."""
    question: str = ""
    texts: str = ""
    """Whether to be asked by text too, `yes` or `no`, in the hours and on the days that follow as they were chosen."""
    from_hour: str = ""
    to_hour: str = ""
    days: tuple[str, ...] = ()
    country: str = ""
    """Where the page knew the worker to be; only to show numbers of help, also once nobody can look it up any more."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do and nothing to lose."""
        return self.act is None or (self.act is InboxAct.WRITE and not self.words)

    @property
    def said(self) -> str:
        """The words; an empty text when nothing of them can be seen, since *It got worse* needs no words."""
        return self.words if has_words(self.words) else ""

    def fits(self, vault: Vault, case_id: UUID) -> bool:
        """Whether it may be done in this case: the page was about it, or about none."""
        return not self.case or vault.is_case_named(self.case, case_id)

    def submission_for(self, vault: Vault, case_id: UUID) -> UUID:
        """The id of what it stores, so that the same act sent twice is stored once; raises `TokenForged`.

        The act, the case and all that was filled in stand in it: whoever goes back and ticks danger does something new.
        """
        return vault.read_form_token(self.token).act_id(*self.meaning(case_id))

    def meaning(self, case_id: UUID) -> tuple[Part, ...]:
        """What makes two of them the same."""
        act = "" if self.act is None else self.act.value
        danger = "danger" if self.danger else ""
        return "inbox", act, case_id, self.said.strip(), danger, self.consent

    def with_token(self, vault: Vault) -> "Intent":
        """The same with a token that is ours, for a page that sends it on: its own where it is one."""
        try:
            vault.read_form_token(self.token)
        except TokenForged:
            return replace(self, token=vault.form_token())
        return self

    def hidden_fields(self, *, words: bool = True) -> list[tuple[str, str]]:
        """Every filled field as name and value; without the words for a page on which they can be mended."""
        pairs = [
            ("act", "" if self.act is None else self.act.value),
            ("token", self.token),
            ("case", self.case),
            ("words", self.words if words else ""),
            ("danger", "yes" if self.danger else ""),
            ("consent", self.consent),
            ("lock", self.lock),
            ("answer", self.answer),
            ("question", self.question),
            ("texts", self.texts),
            ("from_hour", self.from_hour),
            ("to_hour", self.to_hour),
            *(("day", day) for day in self.days),
            ("country", self.country),
        ]
        return [(name, value) for name, value in pairs if value]


NOTHING = Intent()
"""What is meant by a page that nobody filled in."""


def read_intent(fields: Fields, act: InboxAct | None = None) -> Intent:
    """The intent of a post to an act's own address, or of one that names its act in a field; what is unknown is left out."""
    words, danger = clean_words(_first(fields, "words")), _first(fields, "danger") == "yes"
    if act is None:
        named = _first(fields, "act")
        act = InboxAct(named) if named in set(InboxAct) else None
    if act in (None, InboxAct.WRITE):
        act = _act_of(words, danger=danger) or act
    consent, answer, country = (_first(fields, name) for name in ("consent", "answer", "country"))
    return Intent(
        act,
        words=words,
        danger=danger,
        consent=consent if consent in CONSENT else "",
        token=_first(fields, "token").strip(),
        case=_first(fields, "case").strip(),
        lock=_first(fields, "lock").strip(),
        answer=answer if answer in set(FollowupAnswer) else "",
        question=_first(fields, "question").strip(),
        texts=_first(fields, "texts") if _first(fields, "texts") in ("yes", "no") else "",
        from_hour=_number(_first(fields, "from_hour")),
        to_hour=_number(_first(fields, "to_hour")),
        days=tuple(dict.fromkeys(filter(None, map(_number, fields.getlist("day"))))),
        country=country if is_country(country) else "",
    )


def _act_of(words: str, *, danger: bool) -> InboxAct | None:
    """What words or a tick mean that came without an act; a danger is never an ordinary message."""
    if danger:
        return InboxAct.WORSE
    return InboxAct.WRITE if words else None


def _number(typed: str) -> str:
    """A small whole number as it was chosen, without signs that nobody sees; empty for anything else."""
    digits = only_digits(typed)
    return str(int(digits)) if 0 < len(digits) <= _LONGEST_NUMBER else ""


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.getlist(name)), "")
