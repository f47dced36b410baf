"""Answers to a question that we texted without the worker having written first, by digit or in its words. No I/O.

Its digits mean nothing else after the questions of a conversation; where one of these was never answered and has the same digit,
nothing is guessed.
"""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ANSWERS_TO, FollowupAnswer, FollowupKind
from app.followups import CHOOSE_HOURS, DIGITS, STOP_ASKING, AskText, text_of
from app.intake.conversation.machine.acts import AnswerQuestion, StopAsking
from app.intake.conversation.machine.after_questions import begins_new_report
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard, answered
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text, Texts

# When texts may come is asked in between, with other digits than most answers have.
_AFTER_QUESTIONS = (Step.OPEN, Step.NEW_REPORT, Step.TEXT_HOURS)
_SAID_OF = "how_is_it"  # in topic_words.toml: what people say instead of a digit


def may_answer_question(position: Position, said: Said, texts: Texts) -> bool:
    """Whether a text could be such an answer, so that the question has to be looked up."""
    if position.step not in _AFTER_QUESTIONS or said.keyword is not None:
        return False
    return any(_digit(said, texts, text) is not None for text in (AskText.HOW_IS_IT, AskText.IS_IT_RIGHT))


def hear_torn(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """A digit alone where two things were asked that both have it: nothing is guessed, but that asking ends is always obeyed."""
    row = None if position.unanswered is None else TABLE.get(position.unanswered)
    if know.question is None or not know.question.is_open or row is None:
        return None
    digit = _digit(said, texts, text_of(know.question.kind))
    if digit is None or said.bare or digit not in row.answers:
        return None
    if digit == CHOOSE_HOURS and position.unanswered is Step.TEXT_HOURS:
        return None  # both lead to the same question
    kept = replace(position, last=said.mark, last_at=at, replied=True, held=False)
    if digit == STOP_ASKING:
        return Heard(kept, texts.say(Text.NOT_ASKED), (StopAsking(),))
    return Heard(kept, texts.say(Text.LATE))


def hear_question(
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Heard | None:
    """The answer to the question that was texted last; None where a text is none. Also one that comes too late is kept."""
    question = know.question
    if question is None or (begins_new_report(position, at) and not said.digits):
        return None
    digit = _digit(said, texts, text_of(question.kind))
    here = position.to(Step.OPEN)
    if digit == STOP_ASKING:
        return Heard(here, texts.say(Text.NOT_ASKED), (StopAsking(),))
    if digit == CHOOSE_HOURS:
        return answered(Moved(position.to(Step.TEXT_HOURS, back=Step.OPEN)), know, texts)
    answer = None if digit is None else _meant(digit, question.kind)
    if answer is None:
        return None
    acts = (AnswerQuestion(question.id, answer),)
    if answer is FollowupAnswer.WORSE:
        return answered(Moved(here.to(Step.WORSE, back=Step.OPEN, worse_at=at), acts), know, texts)
    return Heard(here, texts.say(Text.ANSWER_KEPT if question.is_open else Text.QUESTION_OVER), acts)


def _digit(said: Said, texts: Texts, text: AskText) -> int | None:
    """The digit that a whole text stands for: alone, by its words, or both where they agree."""
    if said.digits:
        digit = said.digits[0] if len(said.digits) == 1 and not said.rest else None
    else:
        named = texts.options(text).get(said.bare, said.named.get(_SAID_OF)) if said.bare else None
        digit = said.lone if said.lone is not None and (not said.bare or named == said.lone) else named
        if said.lone is not None and digit != said.lone:
            return None
    return digit if digit in (CHOOSE_HOURS, STOP_ASKING) or digit in DIGITS else None


def _meant(digit: int, kind: FollowupKind) -> FollowupAnswer | None:
    return next((answer for answer in ANSWERS_TO[kind] if answer in DIGITS.get(digit, ())), None)
