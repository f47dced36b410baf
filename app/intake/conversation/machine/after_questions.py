"""After the questions, on the worker's own phone: news, code and new reports by digit, all else is for the helper. No I/O."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.intake.conversation.machine import meanings
from app.intake.conversation.machine.acts import AgreeContact, EndTexts, GetWorse, Keep
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.beginning import begin, begin_called
from app.intake.conversation.machine.case_news import tell_all
from app.intake.conversation.machine.heard import Heard, answered, soon, spoken
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay

NEW_REPORT_WITHIN = timedelta(hours=1)
"""How long the next words are a new report after somebody asked for one; later they belong to the case that is open."""


def asks_open(said: Said) -> int | None:
    """What is asked for after the questions, by digit or in words."""
    if said.digits:
        return said.digits[0] if len(said.digits) == 1 and not said.rest else None
    named = said.named.get(Step.OPEN)
    if said.lone is not None:
        return said.lone if not said.bare or named == said.lone else None
    return named


def begins_new_report(position: Position, at: datetime) -> bool:
    """Whether what comes now, words or a photo, is the report of its own that was asked for a short while ago."""
    asked = position.last_free_at
    return position.step is Step.NEW_REPORT and asked is not None and at - asked <= NEW_REPORT_WITHIN


def hear_open(  # noqa: PLR0911 - one for each thing that can be asked for
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Heard:
    """After the questions, on the worker's own phone: a digit asks for something, everything else is for the helper."""
    if asks_open(said) is None and begins_new_report(position, at):
        begun = begin_called(begin(said, texts, at, answerable=True), said, texts, know.help_number)
        return replace(begun, position=position.to(Step.OPEN, last_free_at=None))
    open_still = position.to(Step.OPEN)
    match asks_open(said):
        case 8:
            return Heard(open_still, tell_all(know, texts))
        case 4 if (asked_for := meanings.ask_for_code(open_still)) is not None:
            return answered(asked_for, know, texts)
        case 2:
            return Heard(position.to(Step.NEW_REPORT, last_free_at=at), texts.say(Text.NEW_REPORT))
        case 0:
            quiet = position.to(Step.QUIET, contact=ContactWay.INBOX)
            return Heard(quiet, texts.say(Text.FAREWELL), (EndTexts(), AgreeContact(ContactWay.INBOX)))
    if said.worse:
        asked = position.to(Step.WORSE, back=Step.OPEN, worse_at=at, about=())
        return answered(Moved(asked, (Keep(said.words), GetWorse())), know, texts)
    today = at.date()
    thank = position.contact is ContactWay.TEXT and position.thanked_on != today and not soon(position, at)
    kept = spoken(replace(open_still, thanked_on=today if thank else position.thanked_on), said, at)
    joins = soon(position, at) or said.part is not None
    reply = Text.ABOUT_HELPER if know.holder_meant else Text.KEPT if thank else None
    return Heard(kept, texts.say(reply) if reply else None, (Keep(said.words, joins, said.part),))
