"""Hearing one text against the table of steps: at most one reply, nothing lost, never an error. No I/O."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.cases.enums import ConsentLevel
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
from app.network.matching import plain_text

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

DOUBT = timedelta(days=1)
"""How long no secret code goes to a phone whose holder asked who we are."""

REPEATED = timedelta(minutes=2)
"""The same words within this may be one text that a phone company brought twice."""

# A second copy comes within moments; nobody reads a question and answers it as fast.
_COPY = timedelta(seconds=5)
_SURELY_READ = timedelta(seconds=20)
# The next part of a text that was torn apart comes within moments too.
_TORN = timedelta(seconds=10)
# So many words may go on with a testimony before the question that stands is asked again; short ones may be meant as its answer.
_MOST_UNHEARD, _MOST_SHORT_UNHEARD = 3, 1
_SHORT, _FEW = 24, 3


@dataclass(frozen=True)
class Wanted:
    """What `hear` needs to know for a text; empty or False where it needs nothing of the kind."""

    site_words: str = field(repr=False, default="")
    help_number: bool = False
    read_by: bool = False
    status: bool = False
    gone: bool = False


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
    if _only_answers(said, texts):
        # It answers what nobody remembers, and would be a report that says nothing.
        return Heard(nothing, texts.say(Text.LATE) if answerable else None)
    step = Step.WHOSE_PHONE if answerable else Step.QUIET
    opened = Position(step, language, topics=said.topics, last_free_at=at, cut=looks_cut(said.words))
    opened = replace(opened, last=said.mark, last_at=at, replied=answerable)
    reply = texts.say(Text.WHOSE_PHONE) if answerable else None
    return Heard(opened, reply, (FileReport(said.words, said.topics),), opened)


def wanted(position: Position, said: Said, texts: Texts) -> Wanted:
    """What `hear` will need to know for this text; it may ask for a little too much, never for too little."""
    gone = bool(said.mark) and position.last == said.mark
    if said.keyword is not None or position.step not in TABLE:
        return Wanted(status=_asks_open(said) == 8, gone=gone)
    walked = _walk(position, said, texts)
    moved = walked.moved.position
    danger = any(isinstance(act, SetDanger) for act in walked.moved.acts)
    return Wanted(
        site_words=walked.words if moved.step in _PLACES else "",
        help_number=danger or (_asks_danger(position) and said.begins_with_yes),
        read_by=(moved.step is Step.CONTACT and not moved.danger) or moved.step is Step.REACH,
        gone=gone,
    )


def hear(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """One text in a conversation that exists. Never raises, whatever was said."""
    if said.keyword is Keyword.STOP:
        return _obey(position, said, texts)
    copy = _copied(position, said, know, texts, at)
    if copy is not None:
        return copy
    if position.doubted_at is not None and at - position.doubted_at > DOUBT:
        position = replace(position, doubted_at=None)
    heard = _hear(position, said, know, texts, at)
    replied = heard.reply is not None or SendReceipt() in heard.acts
    kept = replace(heard.position, last=said.mark, last_at=at, replied=replied, held=False)
    return replace(heard, position=kept)


def _hear(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    if said.keyword is not None:
        return _obey(position, said, texts)
    asking = position.step in TABLE or position.step in (Step.OPEN, Step.NEW_REPORT)
    if said.stranger and asking and position.step is not Step.WHOSE_PHONE:
        doubted = (
            position.to(position.back, back=None)
            if position.step is Step.CODE and position.back
            else position
        )
        return Heard(replace(doubted, doubted_at=at), texts.say(Text.ABOUT), (Keep(said.words),))
    if position.step in (Step.OPEN, Step.NEW_REPORT):
        return _hear_open(position, said, know, texts, at)
    if position.step not in TABLE or _continues(position, said, texts, at):
        return _join(position, said, at)
    return _hear_answer(position, said, know, texts, at)


def _copied(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of a text that says the same as the one before it; None where it is a text of its own.

    A phone company may bring one text twice. It is an answer of its own only once our answer to the first has gone out and could be
    read. In between nobody can tell: then the question is asked again, and whatever comes next counts.
    """
    if not said.mark or position.last != said.mark or position.last_at is None:
        return None
    passed = abs(at - position.last_at)
    if passed >= REPEATED:
        return None
    # What was taken for the end of a torn text may have been the answer.
    unheard = not position.replied and position.last_free_at is not None and position.step in TABLE
    if passed >= _COPY and unheard and _walk(position, said, texts).taken:
        return None
    if passed < _COPY or not position.replied or not know.gone:
        return Heard(position)
    row = TABLE.get(position.step)
    if passed >= _SURELY_READ or row is None:
        return None
    return Heard(replace(position, last=""), row.ask(texts, position, know))


def _only_answers(said: Said, texts: Texts) -> bool:
    """Whether a text is nothing but the answer to a question: digits, yes or no, a digit with its words, whose phone it is."""
    if said.digits or said.part is not None:
        return bool(said.digits) and not said.rest
    if said.lone is None:
        whose = Step.WHOSE_PHONE in said.named or said.bare in texts.options(Text.WHOSE_PHONE)
        return whose or said.yes is not None
    chosen = (texts.options(row.text).get(said.bare) for row in TABLE.values())
    return not said.bare or said.yes is not None or said.lone in {*chosen, *said.named.values()}


def fall_silent(position: Position) -> Heard:
    """Nothing came for `SILENCE`: settle what is known; the number goes unless contact was agreed."""
    acts: tuple[Act, ...] = () if position.settled else (Settle(),)
    calm = replace(position, settled=True, last="", last_at=None)
    if _is_kept(position):
        return Heard(replace(calm, held=True), None, acts)
    if position.contact is Contact.INBOX or position.consent is ConsentLevel.NOBODY:
        return Heard(calm.to(Step.ENDED), None, (*acts, ErasePhone()))
    return Heard(calm.to(Step.OPEN, back=None), None, acts)


def _is_kept(position: Position) -> bool:
    """Whether the worker was told that the number stays: danger on a phone of their own, and not yet said how to be reached."""
    if position.held or position.reached or not position.danger or position.whose is not WhosePhone.OWN:
        return False
    return (
        position.step in TABLE
        and position.step is not Step.HURT
        and position.consent is not ConsentLevel.NOBODY
    )


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


def _continues(position: Position, said: Said, texts: Texts, at: datetime) -> bool:
    """Whether a text goes on with the testimony before it, rather than answering the question: told by what it says."""
    if said.part is not None:
        return True
    if not _soon(position, at) or position.last_free_at is None:
        return False
    torn = position.cut and abs(at - position.last_free_at) <= _TORN
    if torn and not (said.bare and _walk(position, said, texts).taken):
        return True  # its last letters may be a lone digit
    if said.digits or position.step in _PLACES or _walk(position, said, texts).taken:
        return False
    short = len(said.words) <= _SHORT and len(said.words.split()) <= _FEW
    return position.unheard < (_MOST_SHORT_UNHEARD if short else _MOST_UNHEARD)


def _join(position: Position, said: Said, at: datetime) -> Heard:
    """Keep words without a reply; where a question was asked, it still stands."""
    learned = table.learn(position, said.topics)
    joins = _soon(position, at) or said.part is not None
    kept = _spoken(replace(learned.position, settled=position.settled and not learned.acts), said, at)
    if position.last_free_at is not None and abs(at - position.last_free_at) > _COPY:
        kept = replace(kept, unheard=position.unheard + 1)
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
        moved, taken = Moved(step.position, (*moved.acts, *step.acts), step.say), taken + 1
        if step.position.step is Step.CODE or SendReceipt() in step.acts:
            break  # one text is answered once, and asking for the code is not confirming it
    whole = taken == len(digits)
    if said.rest and not (whole and moved.position.step in _PLACES):
        return _Walked(Moved(position), 0, whole=False, words=said.words)
    return _Walked(moved, taken, whole, said.rest if digits else said.words)


_PLACES = frozenset({Step.SITE, Step.REACH, Step.REACH_IN_DANGER})


def _in_words(position: Position, said: Said, texts: Texts) -> tuple[int, ...]:
    """The digit that a whole text stands for at this question: in words, yes or no, a digit, or both where they agree."""
    row = TABLE[position.step]
    places = {plain_text(place): number for number, place in enumerate(position.places, start=1)}
    known = texts.options(row.text) | (places if position.step is Step.PICK_SITE else {})
    chosen = known.get(said.bare, said.named.get(_QUESTION.get(position.step, position.step)))
    if chosen is None and said.yes is not None:
        chosen = row.yes if said.yes else row.no
    if said.bare and chosen is None:
        return ()
    if said.lone is not None and chosen not in (None, said.lone):
        return ()
    digit = chosen if said.lone is None else said.lone
    return () if digit is None else (digit,)


_QUESTION = {Step.WORSE: Step.DANGER}


def _asks_danger(position: Position) -> bool:
    return position.step in (Step.DANGER, Step.WORSE)


def _hear_answer(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    walked = _walk(position, said, texts)
    moved = walked.moved
    if walked.words and _names_place(moved.position, said, know):
        placed = table.at_site(moved.position, walked.words, know)
        acts = (*moved.acts, *placed.acts)
        return _answered(Moved(_spoken(placed.position, said, at), acts, placed.say), know, texts)
    if not walked.taken and said.begins_with_yes and _asks_danger(position):
        danger = TABLE[position.step].answers[1](position) or moved
        return _answered(Moved(danger.position, (Keep(said.words), *danger.acts), danger.say), know, texts)
    if not walked.taken:
        return _missed(position, said, know, texts, at)
    kept: tuple[Act, ...] = () if walked.whole else (Keep(said.words),)
    answered = replace(moved.position, last_free_at=None, cut=False)
    return _answered(Moved(answered, (*kept, *moved.acts), moved.say), know, texts)


def _names_place(position: Position, said: Said, know: Knowledge) -> bool:
    """Whether words are the place: always where it was asked for; in danger, where it was not yet, only one that is certain."""
    if position.step is Step.REACH_IN_DANGER:
        return bool(said.rest) or know.certain
    return position.step in _PLACES


def _missed(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """Words where a digit was expected are testimony; the question is repeated, then a person reads on; it still stands."""
    learned = table.learn(_spoken(position, said, at), said.topics)
    kept = Moved(replace(learned.position, settled=False), (Keep(said.words), *learned.acts))
    again = table.ask_again(kept)
    if again.position.step is not position.step:
        return _answered(again, know, texts)
    misses = position.misses + 1
    again = replace(again, position=replace(again.position, misses=misses, unheard=0))
    if misses % _MISSES_TO_HAND_OVER:
        return _answered(again, know, texts)
    handed = table.hand_over(again)
    may_tell = position.whose is WhosePhone.OWN and len(handed.acts) > len(again.acts)
    heard = _answered(handed, know, texts)
    asked = None if position.replied else heard.reply
    return replace(heard, reply=texts.say(Text.HANDED) if may_tell else asked)


# Every second text that is not understood gets the question again, and none is the second in a row that is met by silence.
_MISSES_TO_HAND_OVER = 2


def _answered(moved: Moved, know: Knowledge, texts: Texts) -> Heard:
    """The next question, and the routing run once, after everything else of this text."""
    position, acts = moved.position, moved.acts
    if Settle() in acts:
        position = replace(position, settled=True)
        acts = (*(act for act in acts if act != Settle()), Settle())
    if SendReceipt() in acts:
        return Heard(position, None, acts)
    row = TABLE.get(position.step)
    spoken = row.ask(texts, position, know) if row else texts.say(moved.say) if moved.say else ""
    how = next((act.how for act in acts if isinstance(act, AgreeContact)), None)
    if how in _CONFIRMED:
        agreed = texts.say(_CONFIRMED[how])
        spoken = texts.behind(agreed, spoken) if spoken else agreed
    if SetDanger() in acts:
        spoken = texts.in_danger(know.help_number, spoken, alertable=know.alertable)
    return Heard(position, spoken or None, acts)


_CONFIRMED = {Contact.TEXT: Text.MAY_TEXT, Contact.CALL: Text.MAY_CALL}


def _asks_open(said: Said) -> int | None:
    """What is asked for after the questions, by digit or in words."""
    if said.digits:
        return said.digits[0] if len(said.digits) == 1 and not said.rest else None
    named = said.named.get(Step.OPEN)
    if said.lone is not None:
        return said.lone if not said.bare or named == said.lone else None
    return named


def _hear_open(  # noqa: PLR0911 - one for each thing that can be asked for
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Heard:
    """After the questions, on the worker's own phone: a digit asks for something, everything else is for the helper."""
    asked = position.last_free_at
    if (
        position.step is Step.NEW_REPORT
        and _asks_open(said) is None
        and asked
        and at - asked <= NEW_REPORT_WITHIN
    ):
        begun = begin(said, texts, at, answerable=True)
        return replace(begun, position=position.to(Step.OPEN, last_free_at=None))
    open_still = position.to(Step.OPEN)
    match _asks_open(said):
        case 8:
            reply = texts.status(know.stage, know.next_day) if know.stage else None
            return Heard(open_still, reply)
        case 4 if (asked_for := table.ask_for_code(open_still)) is not None:
            return _answered(asked_for, know, texts)
        case 2:
            return Heard(position.to(Step.NEW_REPORT, last_free_at=at), texts.say(Text.NEW_REPORT))
        case 0:
            quiet = position.to(Step.QUIET, contact=Contact.INBOX)
            return Heard(quiet, texts.say(Text.FAREWELL), (AgreeContact(Contact.INBOX),))
    if said.worse:
        return _answered(Moved(position.to(Step.WORSE, back=Step.OPEN), (Keep(said.words),)), know, texts)
    today = at.date()
    thank = position.contact is Contact.TEXT and position.thanked_on != today and not _soon(position, at)
    kept = _spoken(replace(open_still, thanked_on=today if thank else position.thanked_on), said, at)
    joins = _soon(position, at) or said.part is not None
    return Heard(kept, texts.say(Text.KEPT) if thank else None, (Keep(said.words, joins, said.part),))
