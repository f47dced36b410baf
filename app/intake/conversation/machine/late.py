"""An answer after the silence: it counts while its question is the last thing we asked. No I/O."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Texts
from app.intake.conversation.machine.walk import walk

SILENCE = timedelta(minutes=15)
"""How long after the worker's last text a question may still be sent, and when silence settles what is open."""

# Asking for news changes nothing, whatever else the digit may have meant.
_NEWS = 8


def is_late(position: Position, at: datetime) -> bool:
    """Whether silence passed since the last text; the dispatcher may not have looked yet."""
    return position.held or (position.last_at is not None and at - position.last_at > SILENCE)


def hear_late(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of a lone answer to whether the secret code is to be sent: somebody else may hold the phone by now.

    None where the answer counts, and at every other question it does. Whoever was asked again has said it twice, however slowly.
    """
    if position.step is not Step.CODE or position.asked_again or not is_late(position, at):
        return None
    if not _says_nothing_itself(said) or not walk(position, said, texts).taken:
        return None
    marked = replace(position, last=said.mark, last_at=at, replied=True, held=False, asked_again=True)
    return Heard(marked, TABLE[Step.CODE].ask(texts, position, know))


def back_at_unanswered(position: Position, said: Said, texts: Texts) -> Position:
    """Where a digit answers the question that silence ended, and nothing was said or asked since: at that question again."""
    asked = position.unanswered
    if position.step is not Step.OPEN or asked is None or asked is Step.CODE:
        return position
    if not _says_nothing_itself(said) or position.worse_at is not None or _NEWS in (said.lone, *said.digits):
        return position
    back = position.to(asked)
    return back if walk(back, said, texts).taken else position


def _says_nothing_itself(said: Said) -> bool:
    """Whether a text is a digit, or yes or no, and nothing that tells to which question."""
    if said.digits:
        return not said.rest
    return said.yes is not None or (said.lone is not None and not said.bare)
