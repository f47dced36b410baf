"""STOP, START and HELP inside a conversation, whatever was asked. No I/O."""

from dataclasses import replace

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import Keep, OptIn, OptOut
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import HURT_TOPIC, locked_step
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text, Texts
from app.intake.conversation.machine.topic_words import Keyword

# Whose phone it is, is known then; the others stand between questions or are asked for again where they are needed.
_NOT_RESUMED = frozenset({Step.WHOSE_PHONE, Step.CODE, Step.WORSE, Step.LOCKED, Step.LOCKED_IN_DANGER})


def obey(position: Position, said: Said, know: Knowledge, texts: Texts) -> Heard:
    """Do what an order says. Where others may read along, neither START nor HELP is answered."""
    if said.keyword is Keyword.STOP:
        return Heard(position.silenced(), None, (OptOut(),))
    if said.keyword is Keyword.START:
        return _start(replace(position, stopped=None), position.stopped, know, texts)
    waits = position.step in TABLE or position.step in (Step.OPEN, Step.NEW_REPORT)
    return Heard(position, texts.say(Text.ABOUT) if waits else None, (Keep(said.words),))


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
