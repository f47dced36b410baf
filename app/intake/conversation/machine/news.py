"""What is no answer to the question that stands, and can be told from it: for news, or to what was texted before it. No I/O."""

from dataclasses import replace
from datetime import datetime

from app.followups import STOP_ASKING
from app.intake.conversation.machine.acts import StopAsking
from app.intake.conversation.machine.after_questions import asks_open
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.case_news import tell_all
from app.intake.conversation.machine.days_when_stopped import keep_and_stop
from app.intake.conversation.machine.heard import Heard, answered
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.our_texts import text_times
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texted_questions import chosen_times, hear_question
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.walk import walk

_NEWS = 8


def asks_news(position: Position, said: Said) -> bool:
    """Whether a text asks how it goes while a question stands that has no such digit, on the worker's own phone."""
    row = TABLE.get(position.step)
    if row is None or position.whose is not WhosePhone.OWN or said.keyword is not None:
        return False
    typed = bool(said.digits) or said.lone is not None
    return asks_open(said) == _NEWS and not (typed and _NEWS in row.answers)


def ends_asking(position: Position, said: Said) -> bool:
    """Whether a text says that we shall ask no more, while a question stands that has no such digit: that is always obeyed."""
    row = TABLE.get(position.step)
    if row is None or said.keyword is not None or said.part is not None:
        return False
    if row.meaning(STOP_ASKING, position) is not None and (said.digits or said.lone is not None):
        return False
    typed = said.digits == (STOP_ASKING,) or (said.lone == STOP_ASKING and not said.bare)
    return typed or said.named.get("how_is_it") == STOP_ASKING


def _ask_no_more(position: Position, know: Knowledge, texts: Texts) -> Heard:
    """It is obeyed, and the question that stands is asked again: it is none of those that come by themselves."""
    asked = TABLE[position.step].ask(texts, position, know)
    return Heard(position, texts.behind(texts.say(Text.NOT_ASKED_HERE), asked), (StopAsking(),))


def _tell_news(position: Position, know: Knowledge, texts: Texts) -> Heard:
    """How the case stands, with the question again behind it where there is room: it stands all the same."""
    asked = TABLE[position.step].ask(texts, position, know)
    told = tell_all(know, texts, asked=True)
    if told is None:
        return Heard(position, asked)
    both = texts.behind(told, asked)
    return Heard(position, told if both == asked else both)


def hear_beside(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of such a text; the question stands or is left. None where it is nothing of the kind."""
    if asks_news(position, said):
        return _tell_news(position, know, texts)
    if know.questions and ends_asking(position, said):
        return _ask_no_more(position, know, texts)
    named = chosen_times(position, said)
    if named is not None and named.stops:
        return keep_and_stop(position, named.chosen, know, texts, (), Text.NOT_ASKED)
    if named is not None:
        times = text_times(named.chosen)(position)
        return None if times is None else answered(times, know, texts)
    if position.step in (Step.TEXT_HOURS, Step.WHICH) and not walk(position, said, texts).taken:
        heard = hear_question(position.to(Step.OPEN, back=None), said, know, texts, at)
        aside = position.back is Step.WHOSE_PHONE
        return heard if heard is None or not aside else _with_whose(heard, know, texts)
    return None


def _with_whose(heard: Heard, know: Knowledge, texts: Texts) -> Heard:
    """The same, and whose phone this is, which was put aside, is asked behind it."""
    if heard.position.step is not Step.OPEN:
        return replace(heard, position=replace(heard.position, back=Step.WHOSE_PHONE))
    asked = heard.position.to(Step.WHOSE_PHONE, back=None)
    question = TABLE[asked.step].ask(texts, asked, know)
    return replace(heard, position=asked, reply=texts.behind(heard.reply or "", question))
