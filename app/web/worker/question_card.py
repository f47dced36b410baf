"""The card in the inbox: the one question that is open, its answers by one tap, and plainly who learns of the answer."""

from dataclasses import dataclass

from flask_babel import LazyString, lazy_pgettext

from app.cases.changes import AnswerOutcome
from app.cases.enums import ANSWERS_TO, AccessAct, FollowupAnswer, FollowupKind
from app.cases.worker import InboxView
from app.database import OrganisationId
from app.web.language import page_language, pgettext

# Lazy, because these tables are made long before it is known in which language they are read.
_QUESTIONS: dict[FollowupKind, LazyString] = {
    FollowupKind.NEWS: lazy_pgettext("worker-question", "How is it now?"),
    FollowupKind.WORSE: lazy_pgettext("worker-question", "Did it get worse since you told us?"),
    FollowupKind.PUT_RIGHT: lazy_pgettext("worker-question", "Has it been put right?"),
    FollowupKind.AFTER_CLOSING: lazy_pgettext("worker-question", "We closed this. Is it right now?"),
}
_ANSWERS: dict[FollowupAnswer, LazyString] = {
    FollowupAnswer.WORSE: lazy_pgettext("worker-question", "It got worse"),
    FollowupAnswer.SAME: lazy_pgettext("worker-question", "It is the same"),
    FollowupAnswer.BETTER: lazy_pgettext("worker-question", "It is better"),
    FollowupAnswer.PUT_RIGHT: lazy_pgettext("worker-question", "Yes, it is right"),
    FollowupAnswer.NOT_RIGHT: lazy_pgettext("worker-question", "No, it is not right"),
}


@dataclass(frozen=True)
class QuestionCard:
    """The card in the page's words; `answers` are what each button sends and says."""

    name: str
    question: str
    news: str
    follows: str
    answers: tuple[tuple[str, str], ...]


def question_card(view: InboxView) -> QuestionCard | None:
    """The card for the question that is open, None where none is."""
    if view.question is None:
        return None
    kind = view.question.kind
    return QuestionCard(
        name=view.question.name,
        question=question_words(kind),
        news=_news(view),
        follows=_follows(kind),
        answers=tuple((answer.value, answer_words(answer)) for answer in ANSWERS_TO[kind]),
    )


def question_words(kind: str) -> str:
    """The question in the page's words; empty for a code that is none."""
    return str(_QUESTIONS[FollowupKind(kind)]) if kind in set(FollowupKind) else ""


def answer_words(answer: str) -> str:
    """An answer in the page's words; empty for a code that is none."""
    return str(_ANSWERS[FollowupAnswer(answer)]) if answer in set(FollowupAnswer) else ""


def taken_words(taken: AnswerOutcome) -> str:
    """What has to be said about an answer that was not the first to an open question."""
    match taken:
        case AnswerOutcome.AGAIN:
            return pgettext(
                "worker-question",
                "You gave this answer before. It is in your messages below. If something is new, write it there.",
            )
        case AnswerOutcome.TOO_LATE:
            return pgettext(
                "worker-question",
                "That question was not open any more. Your answer is kept all the same: it is in your messages below.",
            )
        case _:
            return ""


def _news(view: InboxView) -> str:
    """What a helper knows, and what the worker heard last: also where that is nothing."""
    if view.answered_at is not None:
        day = page_language().long_day(view.answered_at)
        return pgettext(
            "worker-question", "The last answer to you is from %(day)s. Nothing newer is here.", day=day
        )
    return _read_so_far(view)


def _read_so_far(view: InboxView) -> str:
    """Who has read, where nobody has answered: as true as the lines of who has seen it, which stand on the same page."""
    acts: dict[OrganisationId | None, set[str]] = {}
    for seen in view.sightings:
        acts.setdefault(seen.organisation_id, set()).add(seen.act)
    readers = {helper for helper, did in acts.items() if AccessAct.READ in did}
    if view.helper_has_read and view.organisation_id in readers:
        if view.worker_wrote:
            return pgettext(
                "worker-question",
                "A helper has read what you wrote before, but not yet your newest message. No helper has answered yet.",
            )
        return pgettext(
            "worker-question", "A helper has read what is written below, and has not answered yet."
        )
    if readers and view.organisation_id is None:
        return pgettext("worker-question", "A helper has read this before. No helper has it now.")
    if readers:
        return pgettext(
            "worker-question",
            "A helper has read this before. The helper whose turn it is now has not read it yet.",
        )
    if any(AccessAct.READ_IN_SEARCH in did for did in acts.values()):
        return pgettext("worker-question", "A helper has read some of this, and has not answered yet.")
    return pgettext("worker-question", "No helper has read this yet.")


def _follows(kind: FollowupKind) -> str:
    if kind is FollowupKind.AFTER_CLOSING:
        return pgettext("worker-question", "If it is not right, or got worse, we open it again.")
    return pgettext("worker-question", "If it got worse, we make it more urgent.")
