"""Texts from a number that somebody left on the form: its digits count, its words are a report of their own. No I/O.

Nobody has shown that such a number is the worker's. Whoever filed the form reads all that is kept with it, so words from the phone
never go there: a stranger could else file a form with somebody's number, and read what they write.
"""

from dataclasses import replace
from datetime import datetime

from app.intake.conversation.machine.acts import (
    AgreeContact,
    AnswerQuestion,
    ChooseHours,
    ConversationAct,
    DenyDanger,
    EndTexts,
    ErasePhone,
    FileReport,
    OptIn,
    OptOut,
    SetDanger,
    Settle,
    StopAsking,
)
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.beginning import begin, begin_called
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.position import Step
from app.intake.conversation.machine.texts import Texts

_BY_DIGIT = (
    AgreeContact,
    AnswerQuestion,
    ChooseHours,
    DenyDanger,
    EndTexts,
    ErasePhone,
    OptIn,
    OptOut,
    SetDanger,
    Settle,
    StopAsking,
)


def apart(heard: Heard, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """What came of a text, without its words; words that are no order and no thanks are filed as a report of their own."""
    if any(isinstance(act, FileReport) for act in heard.acts):
        return heard
    acts: tuple[ConversationAct, ...] = tuple(act for act in heard.acts if isinstance(act, _BY_DIGIT))
    if acts == heard.acts:
        return heard
    answers = any(isinstance(act, AnswerQuestion | SetDanger | OptIn | OptOut) for act in acts)
    quiet = heard.position.step is Step.QUIET
    stays = answers or quiet
    here = heard.position if stays else heard.position.to(Step.OPEN, back=None, about=(), worse_at=None)
    if said.keyword is not None or said.thanks:
        return replace(heard, position=heard.position, acts=acts)
    begun = begin_called(begin(said, texts, at, answerable=not quiet), said, texts, know.help_number)
    # What is not kept is never said to be: a digit that answers nothing is asked about.
    reply = begun.reply if begun.opened or not answers else heard.reply
    return Heard(here, reply, (*begun.acts, *acts), begun.opened)
