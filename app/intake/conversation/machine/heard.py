"""What came of one text, and what has to be looked up for it: plain values, and the answer that closes each. No I/O."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.intake.conversation.machine.acts import (
    AgreeContact,
    ChooseHours,
    ConversationAct,
    SendReceipt,
    SetDanger,
    Settle,
)
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.day_words import ChosenTimes
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay
from app.messaging.composing import looks_cut

# What became of our own texts, also where another question was put aside for theirs.
_ALWAYS_SAID = frozenset({Text.NOT_ASKED, Text.ANSWER_KEPT})

SAME_TESTIMONY = timedelta(seconds=60)
"""Words this soon after words are one testimony."""

_CONFIRMED = {ContactWay.TEXT: Text.MAY_TEXT, ContactWay.CALL: Text.MAY_CALL}


@dataclass(frozen=True)
class Wanted:
    """What `hear` needs to know for a text; empty or False where it needs nothing of the kind."""

    site_words: str = field(repr=False, default="")
    help_number: bool = False
    read_by: bool = False
    status: bool = False
    gone: bool = False
    free_words: str = field(repr=False, default="")
    question: bool = False
    hours: bool = False
    times: ChosenTimes | None = None


@dataclass(frozen=True)
class Heard:
    """What came of a text: where the conversation stands now, at most one reply, and what to do, in this order.

    `opened` is where a new conversation begins: it is there exactly when `acts` hold a FileReport, which belongs to it.
    """

    position: Position
    reply: str | None = field(repr=False, default=None)
    acts: tuple[ConversationAct, ...] = ()
    opened: Position | None = None


def answered(moved: Moved, know: Knowledge, texts: Texts) -> Heard:
    """The next question, and the routing run once, after everything else of this text."""
    position, acts = moved.position, moved.acts
    if Settle() in acts:
        position = replace(position, settled=True)
        acts = (*(act for act in acts if act != Settle()), Settle())
    if SendReceipt() in acts:
        return Heard(position, None, acts)
    if any(isinstance(act, ChooseHours) for act in acts):
        return _hours_chosen(position, acts, know, texts)
    row = TABLE.get(position.step)
    said = texts.say(moved.say) if moved.say else ""
    spoken = row.ask(texts, position, know) if row else said
    if row and moved.say in _ALWAYS_SAID:
        spoken = texts.behind(said, spoken)
    how = next((act.how for act in acts if isinstance(act, AgreeContact)), None)
    if how in _CONFIRMED:
        agreed = texts.say(_CONFIRMED[how])
        spoken = texts.behind(agreed, spoken) if spoken else agreed
    if SetDanger() in acts or owes_danger_answer(position):
        spoken = texts.in_danger(know.help_number, spoken, alertable=know.alertable)
        position = replace(position, called=False)
    return Heard(position, spoken or None, acts)


def _hours_chosen(
    position: Position, acts: tuple[ConversationAct, ...], know: Knowledge, texts: Texts
) -> Heard:
    """What was chosen is said as it is kept; times that leave no hour are not kept, and it is asked again."""
    offered = next((know.hours.get(act.chosen) for act in acts if isinstance(act, ChooseHours)), None)
    if offered is not None:
        row = TABLE.get(position.step)
        kept = texts.hours_kept(offered)
        acts = tuple(
            replace(act, told=offered.times) if isinstance(act, ChooseHours) else act for act in acts
        )
        return Heard(position, texts.behind(kept, row.ask(texts, position, know)) if row else kept, acts)
    asked = texts.behind(texts.say(Text.NO_HOUR), texts.say(Text.TEXT_HOURS))
    others = tuple(act for act in acts if not isinstance(act, ChooseHours))
    return Heard(position.to(Step.TEXT_HOURS, back=position.step), asked, others)


def owes_danger_answer(position: Position) -> bool:
    """Whether words called for somebody before it was known that the phone is the worker's own: now all can be said."""
    return position.called and position.whose is WhosePhone.OWN


def soon(position: Position, at: datetime) -> bool:
    """Whether a text comes so soon after words that both are one testimony."""
    return position.last_free_at is not None and abs(at - position.last_free_at) <= SAME_TESTIMONY


def spoken(position: Position, said: Said, at: datetime) -> Position:
    """The same conversation, after words that were no answer."""
    return replace(position, last_free_at=at, cut=looks_cut(said.words))


def is_spoken_to_since(position: Position) -> bool:
    """Whether what stands is no question of a testimony, or a helper has texted since its words: what comes now answers that."""
    wrote = position.helper_wrote
    since = wrote is not None and position.last_free_at is not None and wrote >= position.last_free_at
    return since or position.step in (Step.TEXT_HOURS, Step.WHICH)
