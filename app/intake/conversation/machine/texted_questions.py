"""Answers to a question that we texted without the worker having written first, by digit or in its words. No I/O.

Its digits mean nothing else after the questions of a conversation; where one of these was never answered and has the same digit,
nothing is guessed.
"""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ANSWERS_TO, FollowupAnswer, FollowupKind
from app.followups import ASKED_TEXTS, CHOOSE_HOURS, DIGITS, STOP_ASKING, AskText, ask_again, text_of
from app.intake.conversation.machine.acts import (
    AnswerQuestion,
    ConversationAct,
    Keep,
    KeepForHelper,
    StopAsking,
)
from app.intake.conversation.machine.after_questions import asks_open, begins_new_report
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.day_words import NamedTimes
from app.intake.conversation.machine.heard import Heard, answered, soon, spoken
from app.intake.conversation.machine.lookup_values import Knowledge, TextedQuestion
from app.intake.conversation.machine.meanings import MOST_PLACES, Moved
from app.intake.conversation.machine.our_texts import pack_answer
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text

# When texts may come, and which report is meant, is asked in between, with other digits than most answers have.
_AFTER_QUESTIONS = (Step.OPEN, Step.NEW_REPORT, Step.TEXT_HOURS, Step.WHICH)
# Longer words are news, and no answer that could not be read.
_LONGEST_ANSWER = 160
_GOOD_NEWS = frozenset({FollowupAnswer.BETTER, FollowupAnswer.PUT_RIGHT})
_ASKED_FOR_BY_DIGIT = frozenset(
    {0, 2, 4, 8}
)  # after the questions: whatever is texted, these mean what they always do
_SAID_OF = "how_is_it"  # in topic_words.toml: what people say instead of a digit


def may_answer_question(position: Position, said: Said, texts: Texts) -> bool:
    """Whether a text could be such an answer, so that the questions have to be looked up."""
    if position.step not in _AFTER_QUESTIONS or said.keyword is not None:
        return False
    asks = _asks_times(said) or chosen_beside(said, texts) is not None
    asks = asks or _may_be_asked_again(position, said)
    return asks or any(_digit(said, texts, text) is not None for text in ASKED_TEXTS)


def _may_be_asked_again(position: Position, said: Said) -> bool:
    """Whether these words may be meant as such an answer though they cannot be read: no longer ones, which tell something."""
    if position.step is not Step.OPEN or said.part is not None or said.thanks or said.worse or said.danger:
        return False
    if said.digits:
        return asks_open(said) not in (None, *_ASKED_FOR_BY_DIGIT)
    return asks_open(said) is None and 0 < len(said.words) <= _LONGEST_ANSWER


def ask_plainly(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """Words or a digit that answer nothing while a question of ours waits: kept, and it is asked once more with its digits."""
    waiting = [each for each in know.questions if each.is_open]
    if not waiting or know.holder_meant or not _may_be_asked_again(position, said):
        return None
    if position.asked_plainly == waiting[0].id:
        return None
    asked = ask_again({each.kind for each in waiting}, texts.language)
    kept = spoken(replace(position.to(Step.OPEN), asked_plainly=waiting[0].id), said, at)
    reply = texts.behind(texts.say(Text.ANSWER_BY_NUMBER), asked)
    return Heard(kept, reply, (Keep(said.words, soon(position, at)),))


def chosen_beside(said: Said, texts: Texts) -> int | None:
    """The digit of the times that are chosen at once with asking for other ones: "1 evenings"."""
    if said.lone != CHOOSE_HOURS or not said.bare:
        return None
    return texts.options(Text.TEXT_HOURS).get(said.bare, said.named.get(Step.TEXT_HOURS))


def chosen_times(position: Position, said: Said) -> NamedTimes | None:
    """The times that are named where it was asked when texts may come."""
    return times_named(said) if position.step is Step.TEXT_HOURS else None


def times_named(said: Said) -> NamedTimes | None:
    """The times that a text names, where it says nothing else."""
    if said.part is not None or said.told_words is None or said.sentences is None:
        return None
    if said.danger or said.digits:
        return None
    return said.told_words.asked_days.read(said.plain, said.sentences)


def _speaks_of_times(said: Said) -> bool:
    """Whether a text only says when our texts may come, and not so that it can be taken."""
    if said.told_words is None or said.sentences is None or said.danger or said.part is not None:
        return False
    speaks = said.told_words.asked_days.speaks_of_times(said.plain, said.sentences)
    return speaks and said.sentences.tells_times(said.plain)


def _asks_times(said: Said) -> bool:
    """Whether a text asks for other times in words, or by a digit as some people write it ("01")."""
    if said.part is not None or said.danger:
        return False
    in_words = said.sentences is not None and said.sentences.asks_other_times(said.plain)
    return in_words or said.plain == f"0{CHOOSE_HOURS}"


def hear_torn(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """A digit alone where two things were asked that both have it: nothing is guessed, but that asking ends is always obeyed."""
    row = None if position.unanswered is None else TABLE.get(position.unanswered)
    asked = next((each for each in know.questions if each.is_open), None)
    if asked is None or row is None:
        return None
    digit = _digit(said, texts, text_of(asked.kind))
    if digit is None or said.bare or digit not in row.answers:
        return None
    if position.unanswered is Step.WHICH or (position.unanswered, digit) == (Step.TEXT_HOURS, CHOOSE_HOURS):
        return None  # it is asked again what was asked then
    kept = replace(position, last=said.mark, last_at=at, replied=True, held=False)
    if digit == STOP_ASKING:
        return Heard(kept, texts.say(Text.NOT_ASKED), (StopAsking(),))
    return Heard(kept, texts.say(Text.LATE))


def hear_question(
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Heard | None:
    """The answer to a question that was texted; None where a text is none. Also one that comes too late is kept."""
    if not know.questions or (begins_new_report(position, at) and not said.digits):
        return None
    digits = {each: _digit(said, texts, text_of(each.kind)) for each in know.questions}
    here = position.to(Step.OPEN)
    if STOP_ASKING in digits.values():
        return Heard(here, texts.say(Text.NOT_ASKED), (StopAsking(),))
    unclear = _speaks_of_times(said) and any(each.is_open for each in know.questions)
    if CHOOSE_HOURS in digits.values() or _asks_times(said) or unclear:
        kept = (Keep(said.words),) if unclear else ()
        return answered(Moved(position.to(Step.TEXT_HOURS, back=Step.OPEN), kept), know, texts)
    chosen = chosen_beside(said, texts)
    times = None if chosen is None else TABLE[Step.TEXT_HOURS].meaning(chosen, here)
    if times is not None:
        return answered(times, know, texts)
    meant = {
        each: answer
        for each, digit in digits.items()
        if digit is not None and (answer := _meant(digit, each.kind)) is not None
    }
    if not meant:
        return None
    waiting = _waiting(meant)
    heard = _take_answers(here, waiting, know, texts, at)
    guessed = [
        each
        for each, answer in waiting.items()
        if answer in _GOOD_NEWS and _is_guessed(said, texts, text_of(each.kind))
    ]
    return _with_words(heard, guessed, position, said, at) if guessed else heard


def _is_guessed(said: Said, texts: Texts, text: AskText) -> bool:
    """Whether an answer was read out of more than an option of its question, a yes and politeness."""
    if said.lone is not None or said.digits or said.sentences is None:
        return False
    bare = said.sentences.without_yes(said.bare)
    return bare not in texts.options(text) and bare not in said.sentences.options[_SAID_OF]


def _with_words(
    heard: Heard, guessed: list[TextedQuestion], position: Position, said: Said, at: datetime
) -> Heard:
    """Words that an answer was read out of are kept beside it, so that whoever helps reads what was said."""
    kept: tuple[ConversationAct, ...] = (Keep(said.words, soon(position, at)),)
    if position.from_form:
        # Who sent the form may be somebody else: what answers a question stays with the case that it asked about.
        kept = tuple(KeepForHelper(said.words, each.case) for each in guessed)
    return replace(heard, position=spoken(heard.position, said, at), acts=(*kept, *heard.acts))


def _waiting(meant: dict[TextedQuestion, FollowupAnswer]) -> dict[TextedQuestion, FollowupAnswer]:
    """Those that still wait for an answer; else the one that was texted last."""
    return {each: answer for each, answer in meant.items() if each.is_open} or dict(
        [next(iter(meant.items()))]
    )


def _take_answers(
    here: Position, meant: dict[TextedQuestion, FollowupAnswer], know: Knowledge, texts: Texts, at: datetime
) -> Heard:
    """Take an answer that is clear. That it got worse counts everywhere at once, all else only where it is meant."""
    acts = tuple(AnswerQuestion(each.case, each.id, answer) for each, answer in meant.items())
    if FollowupAnswer.WORSE in meant.values():
        cases = tuple(each.case for each in meant)
        asked = here.to(Step.WORSE, back=Step.OPEN, worse_at=at, about=cases)
        return answered(Moved(asked, acts), know, texts)
    if len(meant) == 1:
        is_open = next(iter(meant)).is_open
        return Heard(here, texts.say(Text.ANSWER_KEPT if is_open else Text.QUESTION_OVER), acts)
    # The oldest stands first, as people remember them; of more than can be shown all others go with "all".
    several = sorted(meant.items(), key=lambda each: (each[0].told_on, each[0].case))
    asked = here.to(
        Step.WHICH,
        back=Step.OPEN,
        meant=tuple(pack_answer(each.case, each.id, answer) for each, answer in several),
        reports=tuple(
            texts.say(Text.REPORT, day=texts.short_day(each.told_on)) for each, _ in several[:MOST_PLACES]
        ),
    )
    return answered(Moved(asked), know, texts)


def _digit(said: Said, texts: Texts, text: AskText) -> int | None:
    """The digit that a whole text stands for: alone, by its words, or both where they agree."""
    if said.digits:
        digit = said.digits[0] if len(said.digits) == 1 and not said.rest else None
    else:
        named = _named(said, texts, text)
        digit = said.lone if said.lone is not None and (not said.bare or named == said.lone) else named
        if said.lone is not None and digit != said.lone:
            return None
    return digit if digit in (CHOOSE_HOURS, STOP_ASKING) or digit in DIGITS else None


def _named(said: Said, texts: Texts, text: AskText) -> int | None:
    """The digit that words stand for: those of the question, others of the same meaning, or read clause by clause."""
    if not said.bare:
        return None
    # "No, worse" is not "no worse".
    named = None if said.ahead is not None else texts.options(text).get(said.bare, said.named.get(_SAID_OF))
    if named is not None or said.lone is not None or said.told_words is None or said.sentences is None:
        return named
    if said.part is not None or said.danger or said.asks or said.heard:
        return None  # "fine" may only say that our text was read
    is_right = text is AskText.IS_IT_RIGHT
    return said.told_words.asked_how.read(said.words, said.sentences, is_right=is_right)


def _meant(digit: int, kind: FollowupKind) -> FollowupAnswer | None:
    return next((answer for answer in ANSWERS_TO[kind] if answer in DIGITS.get(digit, ())), None)
