"""Days for our texts, named unasked: chosen where these come; once stopped they are kept, and nothing begins again. No I/O."""

from datetime import datetime

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import ChooseHours, ConversationAct, Keep, KeepDays
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.day_words import ChosenDays
from app.intake.conversation.machine.from_form import answers_helper
from app.intake.conversation.machine.heard import Heard, answered
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texted_questions import days_named
from app.intake.conversation.machine.texts import Text

_TOLD = {Step.OPEN: Text.DAYS_KEPT_NOT_ASKED, Step.QUIET: Text.DAYS_KEPT_STOPPED}


def days_when_stopped(position: Position, said: Said, at: datetime) -> ChosenDays | None:
    """The weekdays that a text names where nobody asked for them, other than after STOP, when nothing goes out."""
    if position.step not in _TOLD or position.stopped is not None or said.keyword is not None:
        return None
    if position.consent is ConsentLevel.NOBODY or answers_helper(position, at):
        return None
    may_answer = position.whose is WhosePhone.OWN or (
        position.from_form and position.whose is WhosePhone.UNKNOWN
    )
    return days_named(said) if may_answer else None


def keep_days(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of such days. None where a helper may have asked for them, they have no hour, or no text of ours was ever put.

    Where our questions come by text they say when: the digit that chooses other times need not come first.
    """
    days = days_when_stopped(position, said, at)
    if days is None or know.hours_on_days is None or know.helper_asks:
        return None
    # A helper may read them too; of a number from the form no words are kept with the case.
    kept: tuple[ConversationAct, ...] = () if position.from_form else (Keep(said.words),)
    if know.texts_stopped:
        return Heard(position, texts.say(_TOLD[position.step]), (*kept, KeepDays(days.choice, days.days)))
    if position.step is not Step.OPEN or not know.questions:
        return None
    chosen = (*kept, ChooseHours(days.choice, days.days))
    return answered(Moved(position, chosen), know, texts)
