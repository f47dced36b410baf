"""One text that a phone company brings twice: it is one answer, and nothing that could do harm is taken from a copy. No I/O."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import (
    AgreeContact,
    ConversationAct,
    SendReceipt,
    SetConsent,
    SetDanger,
)
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.position import Position
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.walk import walk
from app.intake.report import ContactWay

REPEATED = timedelta(minutes=2)
"""The same words within this may be one text that a phone company brought twice."""

# A second copy comes within moments; nobody reads a question and answers it as fast.
_COPY = timedelta(seconds=5)
# Nobody writes and sends even one digit as fast, but a button that bounces does.
_BY_HAND = timedelta(seconds=2)
_SURELY_READ = timedelta(seconds=20)


def copied(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of a text that says the same as the one before it; None where it is a text of its own.

    A phone company may bring one text twice. It is an answer of its own only once our answer to the first has gone out and could be
    read. In between nobody can tell: then the question is asked again, and whatever comes next counts. Where a mistake would do
    harm, "in between" is the whole time in which copies come; who answers in another spelling is heard at once.
    """
    passed = _since_the_same(position, said, at)
    if passed is None or (position.asked_again and passed >= _COPY):
        return None
    row = TABLE.get(position.step)
    walked = None if row is None else walk(position, said, texts)
    # What was taken for the end of a torn text may have been the answer.
    unheard = bool(walked and walked.taken) and not position.replied and position.last_free_at is not None
    went_out = position.replied and know.gone
    # A digit may be an answer ahead of the question: whoever sent it would wait for us as we for them. It is asked about, but once.
    ahead = passed >= _BY_HAND and bool(said.digits) and went_out and not position.asked_again
    if (passed < _COPY and not ahead) or not (unheard or went_out):
        return Heard(position)
    if row is None or walked is None:
        return None
    if (unheard or passed >= _SURELY_READ) and not _does_harm(position, walked.moved.acts):
        return None
    return Heard(
        replace(position, last_at=at, replied=True, asked_again=True), row.ask(texts, position, know)
    )


def _since_the_same(position: Position, said: Said, at: datetime) -> timedelta | None:
    """How long ago the same words came; None when they did not, or so long ago that no phone company still holds them."""
    if not said.mark or position.last != said.mark or position.last_at is None:
        return None
    passed = abs(at - position.last_at)
    return passed if passed < REPEATED else None


def _does_harm(position: Position, acts: tuple[ConversationAct, ...]) -> bool:
    """Whether taken by mistake it would raise an alarm, send the secret code, or let somebody know or text unasked."""
    return any(
        isinstance(act, SetDanger | SendReceipt)
        or (isinstance(act, AgreeContact) and act.how is not ContactWay.INBOX)
        or (isinstance(act, SetConsent) and (act.level, position.consent) != (ConsentLevel.HELPER, None))
        for act in acts
    )
