"""Hearing one text against the table of steps: at most one reply, nothing lost, never an error. No I/O."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.cases.enums import ConsentLevel
from app.followups import CHOOSE_HOURS
from app.intake.conversation.machine import meanings
from app.intake.conversation.machine.acts import (
    ConversationAct,
    ErasePhone,
    GetWorse,
    Keep,
    SendReceipt,
    SetDanger,
    SetPhone,
    Settle,
)
from app.intake.conversation.machine.after_questions import NEW_REPORT_WITHIN, asks_open, hear_open
from app.intake.conversation.machine.alarm import (
    ask_at_once,
    hear_alarm,
    hear_unsure,
    leaves_danger_open,
    tells_danger,
)
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.beginning import begin
from app.intake.conversation.machine.copies import REPEATED, copied
from app.intake.conversation.machine.days_when_stopped import keep_times, times_unasked
from app.intake.conversation.machine.early_place import may_name_place, take_place
from app.intake.conversation.machine.from_form import also_for_helper, apart
from app.intake.conversation.machine.hands_words import Hands
from app.intake.conversation.machine.heard import (
    SAME_TESTIMONY,
    Heard,
    Wanted,
    answered,
    is_spoken_to_since,
    owes_danger_answer,
    soon,
    spoken,
)
from app.intake.conversation.machine.hours_again import back_at_whose, hours_again
from app.intake.conversation.machine.late import SILENCE, back_where_hurt, hear_late, is_late
from app.intake.conversation.machine.lookup_values import Knowledge, SiteOption
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.misses import missed
from app.intake.conversation.machine.news import asks_news, ends_asking, hear_beside
from app.intake.conversation.machine.orders import obey, start_with_words
from app.intake.conversation.machine.plainly import hear_plainly, in_other_hands
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texted_questions import (
    ask_plainly,
    chosen_beside,
    chosen_times,
    hear_question,
    hear_torn,
    may_answer_question,
)
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import Keyword
from app.intake.conversation.machine.walk import PLACES, speaks_of_phone, walk
from app.intake.conversation.machine.wishes import hear_wish, with_wish
from app.intake.report import ContactWay

__all__ = [
    "NEW_REPORT_WITHIN",
    "REPEATED",
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

DOUBT = timedelta(days=1)
"""How long no secret code goes to a phone whose holder asked who we are."""

WORSE_ANSWERED_WITHIN = timedelta(days=1)
"""How long an answer to whether anybody is in danger counts, after it got worse; by then a phone has found its network again."""

# The next part of a text that was torn apart comes within moments.
_TORN = timedelta(seconds=10)
# So many words may go on with a testimony before the question that stands is asked again; short ones may be meant as its answer.
_MOST_UNHEARD, _MOST_SHORT_UNHEARD = 3, 1
_SHORT, _FEW = 24, 3
# A second copy of one text comes this soon: it is not counted as unheard.
_COPY = timedelta(seconds=5)


def wanted(position: Position, said: Said, texts: Texts, at: datetime) -> Wanted:
    """What `hear` will need to know for this text; it may ask for a little too much, never for too little."""
    gone = bool(said.mark) and position.last == said.mark
    position = back_at_whose(_back_at_worse(position, said, texts), said)
    if said.keyword is not None or position.step not in TABLE:
        alarm = tells_danger(position, said, texts, at)
        named = times_unasked(position, said, at)
        free = position.step is Step.OPEN and said.keyword is None and asks_open(said) is None and not alarm
        return Wanted(
            status=asks_open(said) == 8 and not alarm,
            help_number=alarm
            or (said.calls and position.from_form)
            or said.keyword is Keyword.START
            or _starts_again(position, said)
            or (said.calls and position.step is Step.NEW_REPORT),
            gone=gone,
            free_words=said.words if free else "",
            question=may_answer_question(position, said, texts),
            hours=chosen_beside(said, texts) is not None or named is not None,
            times=None if named is None else named.chosen,
        )
    walked = walk(position, said, texts)
    news = asks_news(position, said)
    moved = walked.moved.position
    danger = any(isinstance(act, SetDanger) for act in walked.moved.acts)
    return Wanted(
        site_words=walked.words if moved.step in PLACES or may_name_place(position, said, texts) else "",
        help_number=danger
        or owes_danger_answer(moved)
        or _is_called(position, said)
        or (_asks_danger(position) and (said.begins_with_yes or said.unsure))
        or tells_danger(position, said, texts, at),
        # Words are the place there, so that something else is asked next. A copy or a late digit may have the same asked again.
        # By what the text tells the day may change: none is named then.
        read_by=not said.raises
        and (
            ((gone or news or is_late(position, at)) and _tells_day(position))
            or (_tells_day(moved) and (walked.hardly or not (moved.step in PLACES and walked.words)))
        ),
        status=news,
        gone=gone,
        question=may_answer_question(position, said, texts) or ends_asking(position, said),
        hours=position.step is Step.TEXT_HOURS
        or (position.step is Step.WHICH and chosen_beside(said, texts) is not None),
        times=None if (told := chosen_times(position, said)) is None else told.chosen,
    )


def _tells_day(position: Position) -> bool:
    """Whether the question says by when somebody should have read it."""
    return position.step is Step.REACH or (position.step is Step.CONTACT and not position.danger)


def hear(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """One text in a conversation that exists. Never raises, whatever was said."""
    heard = _hear_here(position, said, know, texts, at)
    if not position.from_form:
        return also_for_helper(heard, at)
    return hours_again(position, heard, said, texts, at) or apart(heard, said, know, texts, at)


def _hear_here(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    if said.keyword is Keyword.STOP:
        return obey(position, said, know, texts)
    copy = copied(position, said, know, texts, at)
    if copy is not None:
        return copy
    if position.doubted_at is not None and at - position.doubted_at > DOUBT:
        position = replace(position, doubted_at=None)
    if position.worse_at is not None and at - position.worse_at > WORSE_ANSWERED_WITHIN:
        position = replace(position, worse_at=None)
        if position.step is Step.OPEN and said.digits == (CHOOSE_HOURS,) and not said.rest:
            # The same digit said yes to danger a day ago: nothing else is asked before that.
            asked = position.to(Step.WORSE, back=Step.OPEN, worse_at=at)
            marked = replace(asked, last=said.mark, last_at=at, replied=True, held=False, unanswered=None)
            return Heard(marked, texts.say(Text.DANGER))
    torn = hear_torn(position, said, know, texts, at)
    if torn is not None:
        return torn
    position = back_where_hurt(_back_at_worse(position, said, texts), said, texts)
    position = back_at_whose(position, said)
    late = hear_late(position, said, know, texts, at)
    if late is not None:
        return with_wish(late, said, texts)
    position = replace(position, unanswered=None)
    heard = (
        start_with_words(position, said, know, texts, at)
        if _starts_again(position, said)
        else hear_wish(position, said, know, texts) or _hear(position, said, know, texts, at)
    )
    heard = with_wish(heard, said, texts)
    if _is_called(position, said) and heard.position.step is Step.WHOSE_PHONE:
        reply = heard.reply
        if not position.called:
            reply = texts.call_first(know.help_number, reply or texts.say(Text.WHOSE_PHONE_THEN))
        heard = replace(heard, position=replace(heard.position, called=True), reply=reply)
    if said.calls:
        heard = ask_at_once(heard)
    replied = heard.reply is not None or SendReceipt() in heard.acts
    kept = replace(heard.position, last=said.mark, last_at=at, replied=replied, held=False, asked_again=False)
    parted = heard.reply == texts.say(Text.HANDED) or (position.parted and said.thanks and not replied)
    if any(isinstance(act, SetPhone) for act in heard.acts):
        kept = replace(kept, whose_at=at)
    return replace(heard, position=replace(kept, parted=parted))


def _starts_again(position: Position, said: Said) -> bool:
    """Whether a text is START with words behind it, where nothing is sent: elsewhere it is only words."""
    return said.starts and position.step is Step.QUIET


def _is_called(position: Position, said: Said) -> bool:
    """Whether words call for somebody at once while it is asked whose phone this is."""
    return said.calls and position.step is Step.WHOSE_PHONE


def _back_at_worse(position: Position, said: Said, texts: Texts) -> Position:
    """Where a text answers whether anybody is in danger now, though silence or other words came between: at that question again."""
    if position.step is not Step.OPEN or position.worse_at is None or said.keyword is not None:
        return position
    asked = position.to(Step.WORSE, back=Step.OPEN)
    walked = walk(asked, said, texts)
    # Whoever wrote since has read that 2 starts a new report; before that it is the answer to what was asked last.
    clear = not position.last or said.yes is not None or SetDanger() in walked.moved.acts
    return asked if said.begins_with_yes or (walked.taken and clear) else position


def _hear(  # noqa: PLR0911 - one for each kind of text
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Heard:
    if said.keyword is not None:
        return obey(position, said, know, texts)
    waits = position.step in TABLE or position.step in (Step.OPEN, Step.NEW_REPORT)
    if said.stranger and waits and position.step is not Step.WHOSE_PHONE:
        doubted = (
            position.to(position.back, back=None)
            if position.step is Step.CODE and position.back
            else position
        )
        return Heard(replace(doubted, doubted_at=at), texts.say(Text.ABOUT), (Keep(said.words),))
    # To a phone in other hands nothing goes, not even whom to call; the words raise the case all the same.
    held = in_other_hands(position, said) in (Hands.OTHERS, Hands.NO_TEXT)
    if tells_danger(position, said, texts, at) and not held:
        return hear_alarm(position, said, know, texts, at)
    if not _is_torn(position, said, texts, at):
        beside = hear_beside(position, said, know, texts, at) or keep_times(position, said, know, texts, at)
        if beside is not None:
            return beside
    if leaves_danger_open(position, said):
        return hear_unsure(position, said, know, texts)
    plainly = None if _is_torn(position, said, texts, at) else hear_plainly(position, said, know, texts, at)
    if plainly is not None:
        return plainly
    if position.step in (Step.OPEN, Step.NEW_REPORT):
        asked = hear_question(position, said, know, texts, at) or ask_plainly(position, said, know, texts, at)
        return asked or hear_open(position, said, know, texts, at)
    placed = None if _is_torn(position, said, texts, at) else take_place(position, said, know, texts, at)
    if placed is not None:
        return placed
    if position.step not in TABLE or _continues(position, said, texts, at):
        heard = _join(position, said, at)
        news = position.step is Step.QUIET and said.worse and not soon(position, at)
        return replace(heard, acts=(*heard.acts, GetWorse())) if news else heard
    return _hear_answer(position, said, know, texts, at)


def fall_silent(position: Position) -> Heard:
    """Nothing came for `SILENCE`: settle what is known; the number goes unless contact was agreed."""
    acts: tuple[ConversationAct, ...] = () if position.settled else (Settle(),)
    calm = replace(position, settled=True, last="", last_at=None)
    if _is_kept(position):
        return Heard(replace(calm, held=True), None, acts)
    if position.contact is ContactWay.INBOX or position.consent is ConsentLevel.NOBODY:
        return Heard(calm.to(Step.ENDED), None, (*acts, ErasePhone()))
    unanswered = position.step if position.step in TABLE else None
    return Heard(calm.to(Step.OPEN, back=None, unanswered=unanswered), None, acts)


def _is_kept(position: Position) -> bool:
    """Whether the number stays, on a phone of their own, until it is said how to be reached.

    In danger, where it is told; and where the question of danger was never answered: who is in danger may not be able to.
    """
    if position.held or position.reached or position.whose is not WhosePhone.OWN:
        return False
    if position.step is Step.DANGER or (position.unsure and position.step in TABLE):
        return True
    return position.danger and position.step in TABLE and position.consent is not ConsentLevel.NOBODY


def _continues(position: Position, said: Said, texts: Texts, at: datetime) -> bool:
    """Whether a text goes on with the testimony before it, rather than answering the question: told by what it says."""
    if said.part is not None:
        return True
    if not soon(position, at) or position.last_free_at is None:
        return False
    if _is_torn(position, said, texts, at):
        return True  # its last letters may be a lone digit
    if (
        is_spoken_to_since(position)
        or said.digits
        or position.step in PLACES
        or walk(position, said, texts).taken
    ):
        return False
    if position.step is Step.WHOSE_PHONE and speaks_of_phone(said):
        return False
    short = len(said.words) <= _SHORT and len(said.words.split()) <= _FEW
    return position.unheard < (_MOST_SHORT_UNHEARD if short else _MOST_UNHEARD)


def _is_torn(position: Position, said: Said, texts: Texts, at: datetime) -> bool:
    """Whether a text is the next part of one that was torn apart, and no answer in words."""
    if not position.cut or position.last_free_at is None or abs(at - position.last_free_at) > _TORN:
        return False
    return not (position.step in TABLE and said.bare and walk(position, said, texts).taken)


def _join(position: Position, said: Said, at: datetime) -> Heard:
    """Keep words without a reply; where a question was asked, it still stands."""
    about = meanings.take_up_topics(position, said.topics)
    joins = soon(position, at) or said.part is not None
    kept = spoken(replace(about.position, settled=position.settled and not about.acts), said, at)
    if position.last_free_at is not None and abs(at - position.last_free_at) > _COPY:
        kept = replace(kept, unheard=position.unheard + 1)
    return Heard(kept, None, (Keep(said.words, joins, said.part), *about.acts))


def _asks_danger(position: Position) -> bool:
    return position.step in (Step.DANGER, Step.WORSE)


def _hear_answer(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    walked = walk(position, said, texts)
    moved = walked.moved
    if walked.words and _names_place(moved.position, said, know, hardly=walked.hardly):
        placed = meanings.at_site(moved.position, walked.words, know)
        acts = (*moved.acts, *placed.acts)
        return answered(Moved(spoken(placed.position, said, at), acts, placed.say), know, texts)
    if not walked.taken and said.begins_with_yes and _asks_danger(position):
        danger = TABLE[position.step].answers[1](position) or moved
        return answered(Moved(danger.position, (Keep(said.words), *danger.acts), danger.say), know, texts)
    if not walked.taken:
        return missed(position, said, know, texts, at)
    kept: tuple[ConversationAct, ...] = () if walked.whole and not walked.words else (Keep(said.words),)
    onwards = replace(moved.position, last_free_at=None, cut=False)
    return answered(Moved(onwards, (*kept, *moved.acts), moved.say), know, texts)


def _names_place(position: Position, said: Said, know: Knowledge, *, hardly: bool) -> bool:
    """Whether words are the place: where it was asked for and they speak of nothing else; else only one that is certain."""
    if position.step is Step.REACH_IN_DANGER:
        return bool(said.rest) or know.certain
    return position.step in PLACES and (know.certain or not hardly)
