"""When texts may come, told in words that choose nothing by a phone that the form named: it is asked again. No I/O.

Words about times only are no report of their own. Of all others nobody can tell, so they are one; whose phone this is, is asked
behind the times, which were asked first.
"""

from dataclasses import replace
from datetime import datetime

from app.intake.conversation.machine.acts import FileReport, HandToPerson, Keep, Settle, SetTopics
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.beginning import begin
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text

# So often it is asked again after times in words; then they are a report of their own, so that somebody reads them.
_MOST_AGAIN = 2
# What comes of words that were no answer and nothing else.
_OF_A_MISS = (Keep, HandToPerson, Settle, SetTopics)


def tells_times(said: Said) -> bool:
    """Whether a text says when, in digits or in words, and nothing else."""
    if said.part is not None or said.raises or said.danger or said.calls or said.topics or said.thanks:
        return False
    if said.digits:
        return not said.rest
    return said.sentences is not None and said.sentences.tells_times(said.plain)


def hours_again(position: Position, heard: Heard, said: Said, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of a text that was no answer to when texts may come; None where it was one, or says more than that."""
    asked = Step.TEXT_HOURS in (position.step, position.unanswered)
    missed = any(isinstance(act, Keep) for act in heard.acts) and all(
        isinstance(act, _OF_A_MISS) for act in heard.acts
    )
    if not asked or not missed or heard.position.whose is not position.whose:
        return None
    if said.keyword is not None or said.starts or said.stranger or said.thanks:
        return None
    misses = position.misses + 1 if position.step is Step.TEXT_HOURS else 1
    if tells_times(said):
        again = replace(heard.position.to(Step.TEXT_HOURS, back=Step.OPEN), last_free_at=None, cut=False)
        again = replace(again, misses=misses, settled=position.settled, handed=position.handed)
        again = replace(again, topics=position.topics, replied=True)
        return Heard(again, texts.say(Text.TEXT_HOURS)) if misses <= _MOST_AGAIN else None
    if position.step is not Step.TEXT_HOURS or said.raises or said.danger or said.calls:
        return None
    begun = begin(said, texts, at, answerable=True)
    if begun.opened is None or begun.opened.consent is not None:
        return None
    opened = begun.opened.to(Step.TEXT_HOURS, back=Step.WHOSE_PHONE)
    here = heard.position.to(Step.OPEN, back=None, about=(), worse_at=None)
    reports = tuple(act for act in begun.acts if isinstance(act, FileReport))
    return Heard(here, texts.say(Text.TEXT_HOURS), reports, opened)


def back_at_whose(position: Position, said: Said) -> Position:
    """Words of danger do not wait behind the times: where it is not known whose phone this is, that is asked at once."""
    aside = position.step is Step.TEXT_HOURS and position.whose is WhosePhone.UNKNOWN
    if aside and (said.raises or said.danger or said.calls):
        return position.to(Step.WHOSE_PHONE, back=None)
    return position
