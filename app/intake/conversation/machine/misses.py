"""A text that is no answer to the question: asked again, then a person reads it and the next question comes. No I/O."""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine import meanings
from app.intake.conversation.machine.acts import HandToPerson, Keep
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard, answered, spoken
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text

# Every second text that is not understood goes to a person, and none is the second in a row that is met by silence.
_MISSES_TO_HAND_OVER = 2


def missed(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """Words where a digit was expected are testimony; the question is repeated, then a person reads on and the next one comes."""
    about = meanings.take_up_topics(spoken(position, said, at), said.topics)
    kept = Moved(replace(about.position, settled=False), (Keep(said.words), *about.acts))
    again = meanings.ask_again(kept)
    if again.position.step is not position.step:
        return answered(again, know, texts)
    misses = position.misses + 1
    again = replace(again, position=replace(again.position, misses=misses, unheard=0))
    if position.step is Step.WHOSE_PHONE and misses == _MISSES_TO_HAND_OVER:
        return _leave_phone(again, said, texts)
    if misses % _MISSES_TO_HAND_OVER:
        return answered(again, know, texts)
    handed = _hand_over(again)
    may_tell = position.whose is WhosePhone.OWN and len(handed.acts) > len(again.acts)
    led = _lead_on(handed, before=position)
    if led.position.step in TABLE and led.position.step is not position.step:
        heard = answered(led, know, texts)
        told = texts.say(Text.PERSON_READS) if may_tell else ""
        return replace(heard, reply=texts.behind(told, heard.reply or ""))
    heard = answered(handed, know, texts)
    asked = None if position.replied else heard.reply
    if position.step in (Step.TEXT_HOURS, Step.WHICH):
        asked = texts.say(
            Text.KEPT
        )  # asked beside a case that somebody has: what was told there is not met by silence
    return replace(heard, reply=texts.say(Text.HANDED) if may_tell else asked)


def _leave_phone(moved: Moved, said: Said, texts: Texts) -> Heard:
    """Nobody can tell whose phone it is: what was told goes its way without more questions, and that is said once."""
    locked = moved.position.consent is ConsentLevel.NOBODY
    told = Text.WHOSE_PHONE_UNSURE_LOCKED if locked else Text.WHOSE_PHONE_UNSURE
    handed = _hand_over(moved)
    # Whoever asks who we are is perhaps not who wrote.
    return Heard(handed.position, None if said.stranger else texts.say(told), handed.acts)


def _hand_over(moved: Moved) -> Moved:
    """Too many answers were not understood: a person reads on, once, unless nobody may."""
    position = moved.position
    if position.back is not None:
        position = position.to(position.back, back=None)
    if position.handed or position.consent is ConsentLevel.NOBODY:
        return Moved(position, moved.acts)
    return meanings.settled(Moved(replace(position, handed=True), (*moved.acts, HandToPerson())))


def _lead_on(moved: Moved, before: Position) -> Moved:
    """The next question, so that every case is asked who may know.

    The last questions stand for a right answer, as does whose phone it is, without which nothing may be sent. Danger is asked for
    longer: a no that nobody said is the worst mistake.
    """
    position = moved.position
    match position.step:
        case Step.SITE | Step.REACH | Step.REACH_IN_DANGER | Step.PICK_SITE if before.step is position.step:
            return meanings.after_site(Moved(replace(position, sites=(), places=()), moved.acts))
        case Step.TOPIC if before.step is position.step:
            return meanings.to_consent(moved)
        case Step.CONSENT if before.step is position.step and not position.reached:
            return Moved(position.to(Step.CONTACT), moved.acts)
        case Step.DANGER if before.handed:
            return meanings.after_danger(Moved(replace(position, unsure=True), moved.acts))
        case _:
            return moved
