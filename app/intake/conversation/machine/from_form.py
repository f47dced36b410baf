"""Texts from a number that somebody left on the form: its digits count, its words are a report of their own. No I/O.

Nobody has shown that such a number is the worker's. Whoever filed the form reads all that is kept with it, so words from the phone
never go there: a stranger could else file a form with somebody's number, and read what they write. Only who was texted by a helper
answers that helper: these words are kept where the helper reads them and whoever filed the form does not.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import (
    AgreeContact,
    AnswerQuestion,
    ChooseHours,
    ConversationAct,
    DenyDanger,
    DoubtDanger,
    EndTexts,
    ErasePhone,
    FileReport,
    GetWorse,
    Keep,
    KeepDays,
    KeepForHelper,
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
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.told_words import Told
from app.language import has_words

ANSWERED_WITHIN = timedelta(days=30)
"""How long words count as the answer to a helper who texted."""

_BY_DIGIT = (
    AgreeContact,
    AnswerQuestion,
    ChooseHours,
    DenyDanger,
    DoubtDanger,
    EndTexts,
    ErasePhone,
    KeepDays,
    KeepForHelper,
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
    if answers_helper(heard.position, at):
        return replace(heard, acts=tuple(_for_helper(heard.acts)))
    acts: tuple[ConversationAct, ...] = tuple(act for act in heard.acts if isinstance(act, _BY_DIGIT))
    if acts == heard.acts:
        return heard
    answers = any(isinstance(act, AnswerQuestion | SetDanger | OptIn | OptOut) for act in acts)
    quiet = heard.position.step is Step.QUIET
    stays = answers or quiet
    asked = heard.position
    here = asked if stays else asked.to(Step.OPEN, back=None)
    wishes = said.told in (Told.TEXT, Told.NO_TEXT) and any(isinstance(act, AgreeContact) for act in acts)
    unsure = any(isinstance(act, DoubtDanger) for act in acts)
    if said.keyword is not None or said.thanks or wishes or unsure:
        return replace(heard, position=heard.position, acts=acts)
    begun = begin_called(begin(said, texts, at, answerable=not quiet), said, texts, know.help_number)
    if begun.opened is not None and begun.reply is not None and _waits_for_danger(asked):
        # Whether anybody is in danger was asked first: it stands until it is answered, and whose phone this is comes behind it.
        begun = _danger_first(begun, asked, said, know, texts)
    # What is not kept is never said to be: a digit that answers nothing is asked about.
    reply = heard.reply if quiet else begun.reply if begun.opened or not answers else heard.reply
    return Heard(here, reply, (*begun.acts, *acts), begun.opened)


def answers_helper(position: Position, at: datetime) -> bool:
    """Whether words from such a number are for the helper who texted it last."""
    wrote = position.helper_wrote
    return wrote is not None and at - wrote <= ANSWERED_WITHIN


def also_for_helper(heard: Heard, at: datetime) -> Heard:
    """What came of words while nobody knows whose phone it is, kept for the helper of another case too who texted it since.

    They may answer that helper or go on with the report that stands here: nobody can tell, and in neither may they be missing.
    """
    asked = heard.position
    unclear = asked.helper_case is not None and asked.whose is WhosePhone.UNKNOWN
    if not unclear or asked.consent is ConsentLevel.NOBODY or not answers_helper(asked, at):
        return heard
    words = tuple(
        KeepForHelper(act.words, asked.helper_case)
        for act in heard.acts
        if isinstance(act, Keep) and has_words(act.words)
    )
    return replace(heard, acts=(*heard.acts, *words))


def _for_helper(acts: tuple[ConversationAct, ...]) -> Iterator[ConversationAct]:
    for act in acts:
        if isinstance(act, Keep) and has_words(act.words):
            yield KeepForHelper(act.words)
        elif isinstance(act, (*_BY_DIGIT, GetWorse)):
            yield act


def _waits_for_danger(asked: Position) -> bool:
    return asked.worse_at is not None and asked.step in (Step.WORSE, Step.OPEN)


def _danger_first(begun: Heard, asked: Position, said: Said, know: Knowledge, texts: Texts) -> Heard:
    """A report of its own, in which the question stands that was asked about others of this phone."""
    if begun.opened is None:
        return begun
    opened = begun.opened.to(
        Step.WORSE, back=Step.WHOSE_PHONE, about=asked.about, worse_at=asked.worse_at, called=False
    )
    question = texts.say(Text.DANGER)
    reply = texts.call_first(know.help_number, question) if said.danger or said.calls else question
    return replace(begun, opened=opened, reply=reply)
