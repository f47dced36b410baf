"""STOP, START and HELP inside a conversation, whatever was asked. No I/O."""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import ConversationAct, Keep, OptIn, OptOut
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard, answered, spoken
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import HURT_TOPIC, Moved, locked_step
from app.intake.conversation.machine.plainly import end_texts
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import Keyword

# Whose phone it is, is known then; the others stand between questions or are asked for again where they are needed.
_NOT_RESUMED = frozenset({Step.WHOSE_PHONE, Step.CODE, Step.WORSE, Step.LOCKED, Step.LOCKED_IN_DANGER})


def obey(position: Position, said: Said, know: Knowledge, texts: Texts) -> Heard:
    """Do what an order says. Where others may read along, neither START nor HELP is answered."""
    waits = position.step in TABLE or position.step in (Step.OPEN, Step.NEW_REPORT)
    if said.keyword is Keyword.STOP:
        # "Pls stop texting me" is what somebody wrote, and is answered once; "STOP" is for the phone company, which says so itself.
        kept: tuple[ConversationAct, ...] = (Keep(said.words),) if " " in said.plain else ()
        if kept and position.whose in (WhosePhone.OWN, WhosePhone.UNKNOWN) and position.stopped is None:
            ended = end_texts(position)
            heard = answered(Moved(ended.position, (*kept, *ended.acts), ended.say), know, texts)
            return heard if waits else replace(heard, reply=None)
        return Heard(position.silenced(), None, (*kept, OptOut()))
    if said.keyword is Keyword.START:
        started = _start(replace(position, stopped=None), position.stopped, know, texts)
        return with_number(started, know, texts)
    return Heard(position, texts.say(Text.ABOUT) if waits else None, (Keep(said.words),))


def start_with_words(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """START and what else was written with it: both count, and danger in these words is answered as what was told before."""
    told = spoken(replace(position, stopped=None, called=position.called or said.calls), said, at)
    started = with_number(_start(told, position.stopped, know, texts), know, texts)
    return replace(started, acts=(Keep(said.words), *started.acts))


def with_number(started: Heard, know: Knowledge, texts: Texts) -> Heard:
    """The same with whom to call first, where danger was told before or since STOP: START is the first that can be answered."""
    position, asked = started.position, started.reply
    if asked is None or not (position.danger or position.called or know.in_danger):
        return started
    if position.whose is not WhosePhone.OWN:
        # Who else sees it is not known: no more is told than a number.
        return replace(started, reply=texts.call_first(know.help_number, asked))
    reply = texts.in_danger(know.help_number, asked, alertable=know.alertable)
    return replace(started, position=replace(position, called=False), reply=reply)


def _start(position: Position, stopped: Step | None, know: Knowledge, texts: Texts) -> Heard:
    """Texts may go out again: what STOP ended is asked again, also whether a helper may text, which STOP had taken back."""
    if position.whose in (WhosePhone.SHARED, WhosePhone.COMPANY):
        return Heard(position, None, (OptIn(),))
    if position.step is not Step.QUIET:
        return Heard(position, texts.say(Text.STARTED), (OptIn(),))
    if position.whose is WhosePhone.UNKNOWN or not position.settled:
        # STOP came before the questions were done: they begin again, or nothing would ever be answered here.
        asked = texts.behind(texts.say(Text.STARTED), texts.say(Text.WHOSE_PHONE_THEN))
        return Heard(position.to(Step.WHOSE_PHONE), asked, (OptIn(),))
    again = position.to(_resumed(position, stopped), reached=False)
    return Heard(
        again,
        texts.behind(texts.say(Text.STARTED), TABLE[again.step].ask(texts, again, know)),
        (OptIn(),),
    )


def _resumed(position: Position, stopped: Step | None) -> Step:
    """The question to go on with."""
    if position.consent is ConsentLevel.NOBODY:
        return locked_step(position)
    if stopped is not None and stopped in TABLE and stopped not in _NOT_RESUMED:
        return stopped
    return Step.HURT if HURT_TOPIC in position.topics else Step.CONTACT
