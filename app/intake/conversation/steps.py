"""Hearing one text against the table of steps: at most one reply, nothing lost, never an error. No I/O."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.intake.conversation import table
from app.intake.conversation.acts import (
    Act,
    AgreeContact,
    ErasePhone,
    FileReport,
    Keep,
    OptIn,
    OptOut,
    SendReceipt,
    SetDanger,
    Settle,
)
from app.intake.conversation.answers import Said
from app.intake.conversation.knowledge import Knowledge, SiteOption
from app.intake.conversation.position import Position, Step, WhosePhone
from app.intake.conversation.table import TABLE, Moved
from app.intake.conversation.texts import Text, Texts
from app.intake.conversation.topic_words import Keyword
from app.intake.report import Contact
from app.messaging.segments import looks_cut

__all__ = [
    "NEW_REPORT_WITHIN",
    "SAME_TESTIMONY",
    "SILENCE",
    "Heard",
    "Knowledge",
    "SiteOption",
    "Wanted",
    "begin",
    "fall_silent",
    "hear",
    "wanted",
]

SILENCE = timedelta(minutes=15)
"""How long after the worker's last text a question may still be sent, and when silence settles what is open."""

SAME_TESTIMONY = timedelta(seconds=60)
"""Words this soon after words are one testimony."""

NEW_REPORT_WITHIN = timedelta(hours=1)
"""How long the next words are a new report after somebody asked for one; later they belong to the case that is open."""

_MOST_MISSES = 2


@dataclass(frozen=True)
class Wanted:
    """What `hear` needs to know for a text; empty or False where it needs nothing of the kind."""

    site_words: str = field(repr=False, default="")
    help_number: bool = False
    read_by: bool = False
    status: bool = False


@dataclass(frozen=True)
class Heard:
    """What came of a text: where the conversation stands now, at most one reply, and what to do, in this order.

    `opened` is where a new conversation begins: it is there exactly when `acts` hold a FileReport, which belongs to it.
    """

    position: Position
    reply: str | None = field(repr=False, default=None)
    acts: tuple[Act, ...] = ()
    opened: Position | None = None


def begin(said: Said, texts: Texts, at: datetime, *, answerable: bool) -> Heard:
    """The first text of a number without a conversation: a report, or an order that is obeyed without a case.

    `answerable` is False for a sender that no text can reach, or that said stop: filed and never answered.
    """
    language = texts.language.code
    nothing = Position(Step.ENDED, language)
    if said.keyword is Keyword.STOP:
        return Heard(nothing, None, (OptOut(),))
    if said.keyword is Keyword.START:
        return Heard(nothing, texts.say(Text.STARTED), (OptIn(),))
    if said.keyword is Keyword.HELP:
        return Heard(nothing, texts.say(Text.ABOUT) if answerable else None)
    step = Step.WHOSE_PHONE if answerable else Step.QUIET
    opened = Position(step, language, topics=said.topics, last_free_at=at, cut=looks_cut(said.words))
    reply = texts.say(Text.WHOSE_PHONE) if answerable else None
    return Heard(opened, reply, (FileReport(said.words, said.topics),), opened)


def wanted(position: Position, said: Said, texts: Texts) -> Wanted:
    """What `hear` will need to know for this text; it may ask for a little too much, never for too little."""
    if said.keyword is not None or position.step not in TABLE:
        return Wanted(status=said.digits == (8,))
    walked = _walk(position, said, texts)
    moved = walked.moved.position
    step = moved.step
    return Wanted(
        site_words=walked.words if step is Step.SITE else "",
        help_number=any(isinstance(act, SetDanger) for act in walked.moved.acts),
        read_by=step is Step.CONTACT and not moved.danger,
    )


def hear(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """One text in a conversation that exists. Never raises, whatever was said."""
    if said.keyword is not None:
        return _obey(position, said, texts)
    if position.step in (Step.OPEN, Step.NEW_REPORT):
        return _hear_open(position, said, know, texts, at)
    if position.step not in TABLE or _continues(position, said, at):
        return _join(position, said, at)
    return _hear_answer(position, said, know, texts, at)


def fall_silent(position: Position) -> Heard:
    """Nothing came for `SILENCE`: settle what is known; the number goes unless contact was agreed."""
    acts: tuple[Act, ...] = () if position.settled else (Settle(),)
    if position.contact is Contact.INBOX:
        return Heard(position.to(Step.ENDED, settled=True), None, (*acts, ErasePhone()))
    return Heard(position.to(Step.OPEN, settled=True), None, acts)


def _obey(position: Position, said: Said, texts: Texts) -> Heard:
    """STOP, START and HELP, whatever was asked. Where others may read along, neither of the last two is answered."""
    if said.keyword is Keyword.STOP:
        return Heard(position.to(Step.QUIET, contact=Contact.INBOX), None, (OptOut(),))
    if said.keyword is Keyword.START:
        shared = position.whose in (WhosePhone.SHARED, WhosePhone.COMPANY)
        return Heard(position, None if shared else texts.say(Text.STARTED), (OptIn(),))
    asking = position.step in TABLE or position.step in (Step.OPEN, Step.NEW_REPORT)
    return Heard(position, texts.say(Text.ABOUT) if asking else None, (Keep(said.words),))


def _soon(position: Position, at: datetime) -> bool:
    return position.last_free_at is not None and abs(at - position.last_free_at) <= SAME_TESTIMONY


def _continues(position: Position, said: Said, at: datetime) -> bool:
    """Whether a text goes on with the testimony before it, rather than answering the question."""
    if said.part is not None:
        return True
    # The last letters of a long text that a phone company tore apart may be a lone digit.
    answer = bool(said.digits) or said.yes is not None
    return _soon(position, at) and (position.cut or not answer)


def _join(position: Position, said: Said, at: datetime) -> Heard:
    """Keep words without a reply; where a question was asked, it still stands."""
    learned = table.learn(position, said.topics)
    joins = _soon(position, at) or said.part is not None
    kept = _spoken(replace(learned.position, settled=position.settled and not learned.acts), said, at)
    return Heard(kept, None, (Keep(said.words, joins, said.part), *learned.acts))


def _spoken(position: Position, said: Said, at: datetime) -> Position:
    return replace(position, last_free_at=at, cut=looks_cut(said.words))


@dataclass(frozen=True)
class _Walked:
    """How far the answers of a text lead: `taken` of them were understood, `whole` says all; `words` may name a place."""

    moved: Moved
    taken: int
    whole: bool
    words: str = field(repr=False)


def _walk(position: Position, said: Said, texts: Texts) -> _Walked:
    """Take the answers of a text in their order; words may follow only where the table asks for words."""
    moved, taken = Moved(position), 0
    digits = said.digits or _in_words(position, said, texts)
    for digit in digits:
        row = TABLE.get(moved.position.step)
        step = row.meaning(digit, moved.position) if row else None
        if step is None:
            break
        moved, taken = Moved(step.position, (*moved.acts, *step.acts)), taken + 1
        if SendReceipt() in step.acts:  # one text is answered once, and this is the answer
            break
    whole = taken == len(digits)
    if said.rest and not (whole and moved.position.step is Step.SITE):
        return _Walked(Moved(position), 0, whole=False, words=said.words)
    return _Walked(moved, taken, whole, said.rest if digits else said.words)


def _in_words(position: Position, said: Said, texts: Texts) -> tuple[int, ...]:
    """The digit that a whole text stands for at this question: the question's own name for it, or yes and no."""
    row = TABLE[position.step]
    named = texts.options(row.text).get(said.plain)
    if named is not None:
        return (named,)
    return (1 if said.yes else 2,) if row.yes_no and said.yes is not None else ()


def _hear_answer(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    walked = _walk(position, said, texts)
    moved = walked.moved
    if moved.position.step is Step.SITE and walked.words:
        placed = table.at_site(moved.position, walked.words, know)
        acts = (*moved.acts, *placed.acts)
        return _answered(Moved(_spoken(placed.position, said, at), acts), know, texts)
    if not walked.taken:
        return _missed(position, said, know, texts, at)
    kept: tuple[Act, ...] = () if walked.whole else (Keep(said.words),)
    answered = replace(moved.position, last_free_at=None, cut=False)
    return _answered(Moved(answered, (*kept, *moved.acts)), know, texts)


def _missed(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """Words where a digit was expected are testimony; the question is repeated once, then a person reads on."""
    learned = table.learn(_spoken(position, said, at), said.topics)
    kept = Moved(replace(learned.position, settled=False), (Keep(said.words), *learned.acts))
    again = table.ask_again(kept)
    if again.position.step is position.step:
        again = Moved(replace(again.position, misses=position.misses + 1), again.acts)
    if again.position.misses < _MOST_MISSES:
        return _answered(again, know, texts)
    handed = _answered(table.give_up(kept), know, texts)
    may_tell = position.whose is WhosePhone.OWN and len(handed.acts) > len(kept.acts)
    return replace(handed, reply=texts.say(Text.HANDED) if may_tell else None)


def _answered(moved: Moved, know: Knowledge, texts: Texts) -> Heard:
    """The next question, and the routing run once, after everything else of this text."""
    position, acts = moved.position, moved.acts
    if Settle() in acts:
        position = replace(position, settled=True)
        acts = (*(act for act in acts if act != Settle()), Settle())
    row = TABLE.get(position.step)
    if row is None or SendReceipt() in acts:
        return Heard(position, None, acts)
    reply = row.ask(texts, position, know)
    if SetDanger() in acts:
        reply = texts.in_danger(know.help_number, reply)
    return Heard(position, reply, acts)


def _hear_open(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """After the questions, on the worker's own phone: a digit asks for something, everything else is for the helper."""
    asked = position.last_free_at
    if position.step is Step.NEW_REPORT and not said.digits and asked and at - asked <= NEW_REPORT_WITHIN:
        begun = begin(said, texts, at, answerable=True)
        return replace(begun, position=position.to(Step.OPEN, last_free_at=None))
    open_still = position.to(Step.OPEN)
    match said.digits:
        case (8,):
            reply = texts.status(know.stage, know.next_day) if know.stage else None
            return Heard(open_still, reply)
        case (4,):
            return Heard(open_still, None, (SendReceipt(),))
        case (2,):
            return Heard(position.to(Step.NEW_REPORT, last_free_at=at), texts.say(Text.NEW_REPORT))
        case (0,):
            quiet = position.to(Step.QUIET, contact=Contact.INBOX)
            return Heard(quiet, texts.say(Text.FAREWELL), (AgreeContact(Contact.INBOX),))
    today = at.date()
    thank = position.contact is Contact.TEXT and position.thanked_on != today and not _soon(position, at)
    kept = _spoken(replace(open_still, thanked_on=today if thank else position.thanked_on), said, at)
    joins = _soon(position, at) or said.part is not None
    return Heard(kept, texts.say(Text.KEPT) if thank else None, (Keep(said.words, joins, said.part),))
