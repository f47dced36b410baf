"""A lone digit after the silence: what was asked lies far back, so it is asked about and changes nothing by surprise. No I/O."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.intake.conversation.machine.acts import Keep, SetDanger
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.hours_again import tells_times
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import HURT_TOPIC
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.walk import Walked, walk

SILENCE = timedelta(minutes=15)
"""How long after the worker's last text a question may still be sent, and when silence settles what is open."""

# Asking for news changes nothing, whatever else the digit may have meant.
_NEWS = 8


def is_late(position: Position, at: datetime) -> bool:
    """Whether silence passed since the last text; the dispatcher may not have looked yet."""
    return position.held or (position.last_at is not None and at - position.last_at > SILENCE)


def hear_late(  # noqa: PLR0911 - one for each kind of answer
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Heard | None:
    """What becomes of a lone answer after the silence: the question stands or is past, so it is asked what is meant.

    None where it counts: words say by themselves what they choose, danger and hurt only ever raise, in danger people were told that
    their answer is waited for, and whoever was asked again has said it twice, however slowly.
    """
    if _tells_hours(position, said):
        asked = position.to(Step.TEXT_HOURS, back=Step.OPEN, unanswered=None, last_free_at=None, cut=False)
        asked = replace(asked, last=said.mark, last_at=at, replied=True, held=False, asked_again=True)
        return Heard(asked, TABLE[asked.step].ask(texts, asked, know), (Keep(said.words),))
    if not _says_nothing_itself(said):
        return None
    marked = replace(position, last=said.mark, last_at=at, replied=True, held=False)
    if _comes_back(position, said) and position.unanswered is not None:
        asked = replace(marked.to(position.unanswered, back=Step.OPEN), asked_again=True, unanswered=None)
        return Heard(asked, TABLE[asked.step].ask(texts, asked, know))
    if position.step is Step.OPEN:
        return Heard(marked, texts.say(Text.LATE)) if _answers_the_past(position, said) else None
    row = TABLE.get(position.step)
    if row is None or position.asked_again or not is_late(position, at) or _is_waited_for(position):
        return None
    walked = walk(position, said, texts)
    if not walked.taken or _raises(position, walked):
        return None
    return Heard(replace(marked, asked_again=True), row.ask(texts, position, know))


def back_where_hurt(position: Position, said: Said, texts: Texts) -> Position:
    """Where a digit tells of hurt at the question that silence ended: at that question again. Nobody has to tell it twice."""
    if (
        position.step is not Step.OPEN
        or position.unanswered is not Step.TOPIC
        or not _says_nothing_itself(said)
    ):
        return position
    asked = position.to(Step.TOPIC)
    walked = walk(asked, said, texts)
    return asked if walked.taken and _raises(position, walked) else position


def _raises(position: Position, walked: Walked) -> bool:
    hurt = HURT_TOPIC in walked.moved.position.topics and HURT_TOPIC not in position.topics
    return hurt or SetDanger() in walked.moved.acts


def _says_nothing_itself(said: Said) -> bool:
    """Whether a text is a digit, or yes or no, and nothing that tells to which question."""
    if said.digits:
        return not said.rest
    return said.yes is not None or (said.lone is not None and not said.bare)


def _answers_the_past(position: Position, said: Said) -> bool:
    """Whether a digit is an answer to the question that silence ended: it may be meant for that."""
    if position.unanswered is None or position.worse_at is not None:
        return False
    digits = said.digits or (() if said.lone is None else (said.lone,))
    return bool(digits) and digits != (_NEWS,) and digits[0] in TABLE[position.unanswered].answers


def _comes_back(position: Position, said: Said) -> bool:
    """Whether it may answer what was asked about our own texts before a shift: that is asked again, and nothing is guessed."""
    asked = position.step is Step.OPEN and position.unanswered in (Step.TEXT_HOURS, Step.WHICH)
    return asked and _answers_the_past(position, said)


def _tells_hours(position: Position, said: Said) -> bool:
    """Whether times in words come after a shift: they may answer what was asked before it, so that is asked again."""
    asked = position.step is Step.OPEN and position.unanswered is Step.TEXT_HOURS
    return asked and not said.digits and tells_times(said)


def _is_waited_for(position: Position) -> bool:
    """Whether the question itself says that the number is kept two days for its answer."""
    return position.step is Step.REACH_IN_DANGER or (position.step is Step.HURT and position.danger)
