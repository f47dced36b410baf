"""Words of danger in a later text: answered at once with whom to call and whether anybody is in danger now, never with a date.

Only on a phone of the worker's own, and only while something may still be sent to it. No I/O.
"""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine import meanings
from app.intake.conversation.machine.acts import (
    ConversationAct,
    DoubtDanger,
    Keep,
    SetDanger,
    SetSite,
    Settle,
)
from app.intake.conversation.machine.after_questions import begins_new_report
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard, soon, spoken
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import HURT_TOPIC, Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.walk import PLACES, Walked, walk

_ASKS_DANGER = (Step.DANGER, Step.WORSE)
_AFTER_QUESTIONS = (Step.OPEN, Step.NEW_REPORT)


def tells_danger(position: Position, said: Said, texts: Texts, at: datetime) -> bool:
    """Whether a text tells of danger beside what was asked. A plain no does not stand against words of danger in the same text."""
    if not said.danger or said.keyword is not None or position.whose is not WhosePhone.OWN:
        return False
    if position.step in _AFTER_QUESTIONS or _stays_locked(position):
        return not begins_new_report(position, at)
    if position.step not in TABLE or (meanings.ends_in_hurt(position, said.topics) and not said.calls):
        return False
    walked = walk(position, said, texts)
    hurt = HURT_TOPIC in walked.moved.position.topics and not said.calls
    if SetDanger() in walked.moved.acts or hurt:
        return False
    if position.step in _ASKS_DANGER:
        # Asked a moment ago, and what comes now may be the rest of the same words.
        return not (said.begins_with_yes or (soon(position, at) and not walked.taken))
    return not walked.taken or not walked.whole or bool(walked.words)


def _stays_locked(position: Position) -> bool:
    """Nobody reads it: whom to call is the only help there is, and `Text.STAYS_LOCKED` says that danger is answered."""
    locked = position.consent is ConsentLevel.NOBODY and position.stopped is None
    return locked and position.step is Step.QUIET


def hear_alarm(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """Keep the words, which raise the case, and ask whether anybody is in danger now; then the question that stood comes again."""
    waits = position.step in _ASKS_DANGER
    moved = Moved(position) if waits else _answer_beside(position, said, know, texts)
    about = meanings.take_up_topics(moved.position, said.topics)
    joins = soon(position, at) or said.part is not None
    acts: tuple[ConversationAct, ...] = (*moved.acts, Keep(said.words, joins, said.part), *about.acts)
    asked = replace(about.position, misses=0, unheard=0)
    if not waits:
        asked = asked.to(Step.WORSE, back=_after(asked), worse_at=at, about=())
    # Only what calls somebody at once may promise that somebody is being told.
    reply = texts.in_danger(know.help_number, texts.say(Text.DANGER), alertable=know.alertable and said.calls)
    return Heard(spoken(asked, said, at), reply, acts)


def leaves_danger_open(position: Position, said: Said) -> bool:
    """Whether a text says neither yes nor no to danger, once; the next is one that was not understood."""
    return said.unsure and position.step in _ASKS_DANGER and position.misses == 0


def hear_unsure(position: Position, said: Said, know: Knowledge, texts: Texts) -> Heard:
    """Who is not sure may be in danger: the case is urgent from now on, whom to call is said, and it is asked once more.

    Nothing is taken for a yes: a helper who is called by night for a maybe may make it worse for the worker.
    """
    raises: tuple[ConversationAct, ...] = (DoubtDanger(position.about),)
    asked = replace(position, misses=1, unheard=0)
    reply = texts.call_first(know.help_number, texts.say(Text.DANGER))
    return Heard(asked, reply, (Keep(said.words), *raises))


def ask_at_once(heard: Heard) -> Heard:
    """The same, and a helper is asked with these words: danger waits neither for the other answers nor for the silence.

    Also where nothing is answered. A card says that a helper reads a first text; whoever let nobody know stays locked.
    """
    kept = any(isinstance(act, Keep | SetSite) and act.words for act in heard.acts)
    return replace(heard, acts=(*heard.acts, Settle())) if kept and Settle() not in heard.acts else heard


def _answer_beside(position: Position, said: Said, know: Knowledge, texts: Texts) -> Moved:
    """What of such a text is an answer all the same: yes or no beside it, and a place that is certain."""
    if position.step not in TABLE:
        return Moved(position)
    walked: Walked = walk(position, said, texts)
    moved = walked.moved if walked.taken else Moved(position)
    if moved.position.step in PLACES and know.certain and walked.words:
        placed = meanings.at_site(moved.position, walked.words, know)
        return Moved(placed.position, (*moved.acts, *placed.acts))
    return moved


def _after(position: Position) -> Step:
    """Where the question of danger leads back to."""
    if position.step is Step.CODE:
        return position.back or Step.OPEN
    if position.step is Step.QUIET:
        return Step.LOCKED
    if meanings.is_hurt_before_consent(position):
        return (
            Step.OPEN if position.reached else Step.HURT
        )  # whoever is hurt is asked nothing more but how to be reached
    return Step.OPEN if position.step is Step.NEW_REPORT else position.step
