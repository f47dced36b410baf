"""What a text that comes by itself says: a question with digits, or that something was late. At most three segments.

A phone is looked at by others: no text names employer, union, organisation or what somebody wrote about. No digit here means
anything else after the questions of a conversation, or in its question of danger, so that none has to be guessed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from babel.dates import format_skeleton

from app.cases.case import TextTimes
from app.cases.enums import FollowupAnswer, FollowupKind, Rung
from app.language import Language
from app.messaging.composing import MOST_SEGMENTS, count_segments, with_plain_signs

CHOOSE_HOURS = 1
"""The digit that asks when such texts may come."""

STOP_ASKING = 9
"""The digit that ends the texts that come by themselves; the worker may still be answered by text."""

DIGITS: Mapping[int, frozenset[FollowupAnswer]] = {
    3: frozenset({FollowupAnswer.PUT_RIGHT}),
    5: frozenset({FollowupAnswer.WORSE}),
    # Both say that it is as it was.
    6: frozenset({FollowupAnswer.SAME, FollowupAnswer.NOT_RIGHT}),
    7: frozenset({FollowupAnswer.BETTER}),
}
"""What the digits mean, whichever question was asked; each question has one answer of these at most."""


def pgettext(_context: str, message: str) -> str:
    """Mark a text for the translators; it is looked up when it is sent, in the language of the worker."""
    return message


class AskText(StrEnum):
    """The texts."""

    OPENING = pgettext("sms", "You wrote to us.")
    OPENING_SEVERAL = pgettext("sms", "You wrote to us more than once.")
    HOW_IS_IT = pgettext(
        "sms", "How is it now? 5 Worse 6 The same 7 Better 1 Other times 9 Do not ask again."
    )
    IS_IT_RIGHT = pgettext(
        "sms",
        "Has it been put right? 3 Put right 6 Not right 5 Worse 1 Other times 9 Do not ask again.",
    )
    # About several reports at once, of which one may be put right.
    HOW_ARE_THEY = pgettext(
        "sms",
        "How is it now? 3 Put right 5 Worse 6 The same 7 Better 1 Other times 9 Do not ask again.",
    )
    # Where no digit can come back: the number is from the form, and nobody has shown that it is the worker's.
    LOOK = pgettext("sms", "There is a question for you. Open your messages with your code at %(host)s.")
    LATE = pgettext(
        "sms",
        "The next step was late. Somebody else was asked, to do it by %(day)s.",
    )
    LATE_AGAIN = pgettext(
        "sms",
        "The next step was late. We asked again, to do it by %(day)s.",
    )
    # Nobody of those who are asked can answer for the company: in the inbox it is said so too.
    LATE_COMPANY = pgettext(
        "sms",
        "The next step was late. Somebody else was asked, to see to it by %(day)s.",
    )
    LATE_COMPANY_AGAIN = pgettext(
        "sms",
        "The next step was late. We asked again, to see to it by %(day)s.",
    )
    # Behind a question, once in a while: shifts change.
    HOURS = pgettext("sms", "Our texts come from %(first)s to %(last)s. A bad time? Text 1.")
    LOOK_LATE = pgettext("sms", "Open your messages with your code at %(host)s.")


@dataclass(frozen=True)
class AskedBecauseLate:
    """Who was asked because something was late, and by which day; `of_company` says that the company's answer was."""

    rung: Rung
    day: date
    of_company: bool = False


_QUESTIONS = {
    FollowupKind.NEWS: AskText.HOW_IS_IT,
    FollowupKind.WORSE: AskText.HOW_IS_IT,
    FollowupKind.PUT_RIGHT: AskText.IS_IT_RIGHT,
    FollowupKind.AFTER_CLOSING: AskText.IS_IT_RIGHT,
}


ASKED_TEXTS = (AskText.HOW_IS_IT, AskText.IS_IT_RIGHT, AskText.HOW_ARE_THEY)
"""The texts that ask."""


def text_of(kind: FollowupKind) -> AskText:
    """The text that asks this question."""
    return _QUESTIONS[kind]


def words_for(
    language: Language,
    *,
    questions: Collection[FollowupKind],
    late: AskedBecauseLate | None,
    look_at: str | None,
    hours: TextTimes | None = None,
    several: bool = False,
) -> str:
    """One text for all of it; `look_at` is where the messages are, for whoever cannot answer by digit.

    `hours` are asked about where there is room for it. `several` says that it is about more than one report.
    """
    opening = _say(language, AskText.OPENING_SEVERAL if several else AskText.OPENING)
    pieces = [] if late is None else [f"{opening} {_late(language, late)}"]
    if questions:
        asked = asked_as(questions) if look_at is None else AskText.LOOK
        pieces.append(_say(language, asked, host=look_at or ""))
    elif look_at is not None:
        pieces.append(_say(language, AskText.LOOK_LATE, host=look_at))
    alone = pieces[-1 if questions else 0]
    if questions and look_at is None:
        alone = f"{opening} {alone}"
        pieces = pieces if late is not None else [alone]
    if hours is not None:
        asking = _say(language, AskText.HOURS, first=str(hours.first), last=str(hours.last))
        whole = " ".join((*pieces, asking))
        if count_segments(whole).count <= MOST_SEGMENTS:
            return whole
    both = " ".join(pieces)
    return both if count_segments(both).count <= MOST_SEGMENTS else alone


def ask_again(questions: Collection[FollowupKind], language: Language) -> str:
    """The same question alone, for an answer that could not be read."""
    return _say(language, asked_as(questions))


def asked_as(questions: Collection[FollowupKind]) -> AskText:
    """The one text that asks all of these."""
    asked = {text_of(kind) for kind in questions}
    return asked.pop() if len(asked) == 1 else AskText.HOW_ARE_THEY


def _late(language: Language, late: AskedBecauseLate) -> str:
    again = late.rung is Rung.HELPER
    text = AskText.LATE_AGAIN if again else AskText.LATE
    if late.of_company:
        text = AskText.LATE_COMPANY_AGAIN if again else AskText.LATE_COMPANY
    return _say(language, text, day=format_skeleton("MMMEd", late.day, locale=language.locale))


def _say(language: Language, text: AskText, **values: str) -> str:
    return with_plain_signs(language.pgettext("sms", text, **values))
