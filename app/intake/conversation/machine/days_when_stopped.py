"""Times for our texts, named unasked: chosen where these come; once stopped they are kept, and nothing begins again. No I/O."""

from datetime import datetime

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import (
    ChooseHours,
    ConversationAct,
    Keep,
    KeepDays,
    StopAsking,
)
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.day_words import ChosenTimes, NamedTimes
from app.intake.conversation.machine.from_form import answers_helper
from app.intake.conversation.machine.heard import Heard, answered
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texted_questions import times_named
from app.intake.conversation.machine.texts import Text

_STILL = {Step.OPEN: Text.STILL_NOT_ASKED, Step.QUIET: Text.STILL_STOPPED}


def times_unasked(position: Position, said: Said, at: datetime) -> NamedTimes | None:
    """The times that a text names where nobody asked for them, other than after STOP, when nothing goes out."""
    if position.step not in _STILL or position.stopped is not None or said.keyword is not None:
        return None
    if position.consent is ConsentLevel.NOBODY or answers_helper(position, at):
        return None
    may_answer = position.whose is WhosePhone.OWN or (
        position.from_form and position.whose is WhosePhone.UNKNOWN
    )
    named = times_named(said) if may_answer else None
    # "At night" may say when something happens.
    return None if named is None or named.loose else named


def keep_times(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of such times. None where a helper may have asked for them, they have no hour, or no text of ours was ever put.

    Where our questions come by text they say when: the digit that chooses other times need not come first.
    """
    named = times_unasked(position, said, at)
    if named is None or (know.helper_asks and not named.asks):
        return None
    # A helper may read them too; of a number from the form no words are kept with the case.
    kept: tuple[ConversationAct, ...] = () if position.from_form else (Keep(said.words),)
    again = named.asks and position.step is Step.OPEN
    if know.texts_stopped and not again:
        return keep_and_stop(position, named.chosen, know, texts, kept, _STILL[position.step])
    if position.step is not Step.OPEN or not know.questions:
        return None
    if named.stops:
        return keep_and_stop(position, named.chosen, know, texts, kept, Text.NOT_ASKED)
    return answered(Moved(position, (*kept, ChooseHours(named.chosen))), know, texts)


def keep_and_stop(
    position: Position,
    chosen: ChosenTimes,
    know: Knowledge,
    texts: Texts,
    kept: tuple[ConversationAct, ...],
    say: Text,
) -> Heard | None:
    """Times are kept and said in full, and no text of ours comes by itself: by these words, or as it was; None without an hour."""
    offered = know.hours.get(chosen)
    if offered is None:
        return None
    ends: tuple[ConversationAct, ...] = (StopAsking(),) if say is Text.NOT_ASKED else ()
    here = (
        position.to(position.back or Step.OPEN, back=None) if position.step is Step.TEXT_HOURS else position
    )
    told = texts.behind(texts.times_kept(offered), texts.say(say))
    return Heard(here, told, (*kept, *ends, KeepDays(chosen, offered.times)))
