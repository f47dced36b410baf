"""What a worker says plainly whatever was asked: thanks, whose phone it is, that nobody may know, how to be reached. No I/O.

It counts at each step where something may be done about it. A plain answer to the question that stands goes before it.
"""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ConsentLevel
from app.followups import STOP_ASKING
from app.intake.conversation.machine import meanings
from app.intake.conversation.machine.acts import (
    AgreeContact,
    ConversationAct,
    EndTexts,
    Keep,
    SetConsent,
    SetDanger,
    StopAsking,
)
from app.intake.conversation.machine.after_questions import begins_new_report
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.hands_words import Hands
from app.intake.conversation.machine.heard import Heard, answered
from app.intake.conversation.machine.late import SILENCE
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.told_words import Told
from app.intake.conversation.machine.walk import PLACES, walk
from app.intake.report import ContactWay

CORRECTED_WITHIN = SILENCE
"""How long it counts that the phone is the worker's own after all."""

_AFTER_QUESTIONS = (Step.OPEN, Step.NEW_REPORT)
_LOCKED = (Step.LOCKED, Step.LOCKED_IN_DANGER)
_DANGER = (Step.DANGER, Step.WORSE)
_SHARED, _COMPANY = 2, 3  # of whose phone it is
_NOBODY_DIGIT = 4  # of who may know, beside which it is that answer wherever it is said
# The questions that ask how to be reached, with what each counts as yes and no to texts.
_ASKS_CONTACT = {
    Step.REACH: (1, 2),
    Step.REACH_IN_DANGER: (1, 3),
    Step.CONTACT: (1, 2),
    Step.HURT: (2, 3),
}


def hear_plainly(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """What becomes of such a text; None where it says nothing of the kind, or answers the question that stands."""
    if position.step is Step.ENDED:
        return None
    if said.thanks and (position.parted or not _answers(position, said, know, texts)):
        # Whoever takes leave is asked nothing, and nothing is changed.
        return Heard(position, None, (Keep(said.words),))
    moved, hands = _whose_after_all(position, said, know, texts, at), in_other_hands(position, said)
    if moved is None and hands in (Hands.OTHERS, Hands.PERHAPS):
        return _held_back(position, said, texts, perhaps=hands is Hands.PERHAPS)
    if moved is None and hands is Hands.NO_TEXT and not _answers(position, said, know, texts):
        moved = do_not_text(position)
    if moved is None and not _answers(position, said, know, texts):
        # A new report that says so is locked itself, and not the case before it.
        locks = None if begins_new_report(position, at) else _nobody(position, said)
        moved = locks or _contact(position, said, know)
    if moved is None:
        return None
    kept = Moved(moved.position, (Keep(said.words), *moved.acts), moved.say)
    others_see = kept.position.whose in (WhosePhone.SHARED, WhosePhone.COMPANY)
    silent = kept.position.step is Step.QUIET and not _may_answer(position)
    # Who is read along with is sent nothing, but for the answer to what we have just asked.
    if silent or (others_see and position.step is not Step.WHOSE_PHONE):
        return Heard(kept.position, None, kept.acts)
    return answered(kept, know, texts)


def in_other_hands(position: Position, said: Said) -> Hands | None:
    """What a text says of who holds the phone or reads along, wherever in it, while something may be sent to that phone."""
    if position.whose is not WhosePhone.OWN or said.told_words is None or said.part is not None:
        return None
    if position.step in (Step.QUIET, Step.ENDED) or said.keyword is not None:
        return None
    hands = said.told_words.hands.read(said.words)
    # Who is asked when texts may come says when they are seen.
    return None if hands is Hands.PERHAPS and position.step is Step.TEXT_HOURS else hands


def _held_back(position: Position, said: Said, texts: Texts, *, perhaps: bool) -> Heard:
    """Texts are held back, and the words kept as any words of a report. What may be a grievance is answered once, shortly.

    A yes to danger in the same text counts all the same.
    """
    moved = _not_mine(position, _SHARED) or Moved(position)
    yes = position.step in _DANGER and said.begins_with_yes
    danger = (SetDanger(position.about),) if yes else ()
    inbox = AgreeContact(ContactWay.INBOX)
    asked = () if inbox in moved.acts or position.step not in _ASKS_CONTACT else (inbox,)
    acts: tuple[ConversationAct, ...] = (Keep(said.words), *danger, *asked, *moved.acts)
    here = replace(moved.position, danger=position.danger or yes)
    return Heard(here, texts.say(Text.PERHAPS_SEEN) if perhaps else None, acts)


def _answers(position: Position, said: Said, know: Knowledge, texts: Texts) -> bool:
    """Whether a text is an answer to the question that stands, or the place that was asked for."""
    if position.step not in TABLE:
        return False
    return bool(walk(position, said, texts).taken) or (position.step in PLACES and know.certain)


def _may_answer(position: Position) -> bool:
    """Whether a last word may go to this phone: it was asked something, or its owner agreed to texts."""
    return position.whose in (WhosePhone.OWN, WhosePhone.UNKNOWN) and position.step is not Step.QUIET


def _whose_after_all(
    position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime
) -> Moved | None:
    """Another's phone that is the worker's own after all, or the other way round."""
    if said.told_words is None or said.sentences is None or said.part is not None or said.asks:
        return None
    told = said.told_words.whose(said.plain, said.sentences, texts.options(Text.WHOSE_PHONE))
    if told is None:
        return None
    if position.whose is WhosePhone.UNKNOWN:
        # "My boss checks my phone every night" answers it, though in none of the words that were offered.
        asked = position.step is Step.WHOSE_PHONE and not _answers(position, said, know, texts)
        return _not_mine(position, told.digit) if asked and told.plain and told.digit != 1 else None
    if position.whose is WhosePhone.OWN and told.digit == 1:
        # Said once more, it is no answer that was not understood.
        return (
            Moved(position) if position.step in TABLE and not _answers(position, said, know, texts) else None
        )
    if position.whose is WhosePhone.OWN:
        # The answer itself, given late, counts as much as a sentence: whoever says so once more means it.
        late = position.step is not Step.WHOSE_PHONE and _is_late_answer(said, texts)
        return _not_mine(position, told.digit) if told.plain or late else None
    return _mine(position, at) if told.digit == 1 and position.stopped is None else None


def _is_late_answer(said: Said, texts: Texts) -> bool:
    """Whether a text is an option of that question for a phone that others see; "company" alone may answer something else."""
    digit = texts.options(Text.WHOSE_PHONE).get(said.bare, said.named.get("whose_phone"))
    return digit in (_SHARED, _COMPANY) and (said.lone == digit or (said.lone is None and digit == _SHARED))


def _mine(position: Position, at: datetime) -> Moved | None:
    """A wrong key pressed must not leave a worker in silence, but a boss who holds the phone could write "mine" as well.

    So it counts only for a short time, in the same conversation, and it is asked once more before anything changes. Then the
    questions begin as if nothing had been told: neither what it is about nor that somebody is called is said to this phone, and it
    never gets the secret code, which opens what was written.
    What a boss gains is to be asked; what the worker wrote stays with the case all the same.
    """
    since = position.whose_at or position.last_at
    if position.step is not Step.QUIET or since is None or not since <= at <= since + CORRECTED_WITHIN:
        return None
    forgotten = replace(position, topics=(), called=False, taken_back=True)
    return Moved(forgotten.to(Step.WHOSE_PHONE, whose=WhosePhone.UNKNOWN))


def _not_mine(position: Position, digit: int) -> Moved | None:
    """Others see this phone after all: nothing is sent to it any more, and nobody may text it."""
    whose = WhosePhone.SHARED if digit == _SHARED else WhosePhone.COMPANY
    silent = meanings.phone(whose)(replace(position, contact=ContactWay.INBOX, back=None, called=False))
    if silent is None:
        return None
    agreed = position.contact is not ContactWay.INBOX
    acts = (*silent.acts, AgreeContact(ContactWay.INBOX)) if agreed else silent.acts
    return Moved(silent.position, acts, silent.say)


def _nobody(position: Position, said: Said) -> Moved | None:
    """Nobody may know: it is locked at once, and where anything may be sent it is asked whether that is meant."""
    clear = said.told is Told.NOBODY
    if not clear and said.told is not Told.PERHAPS_NOBODY:
        return None
    if position.step in _LOCKED:
        return meanings.leave(position)
    if position.step in _AFTER_QUESTIONS and not clear:
        # It may answer what a helper asked: who may know is asked, and nothing is changed by surprise.
        return Moved(position.to(Step.CONSENT, places=()))
    if not clear and not (position.step is Step.CONSENT or said.lone == _NOBODY_DIGIT):
        # "Nobody" to where somebody works says nothing of who may know; to how to be reached it is a no.
        return do_not_text(position) if position.step in (Step.CONTACT, Step.HURT) else None
    if position.step in _DANGER and not clear:
        return None
    locked = position.consent is ConsentLevel.NOBODY
    acts = () if locked else (SetConsent(ConsentLevel.NOBODY),)
    here = Moved(replace(position, consent=ConsentLevel.NOBODY), acts)
    if position.step not in (Step.QUIET, Step.WHOSE_PHONE, *_DANGER):
        here = Moved(here.position.to(meanings.locked_step(position), back=None), acts)
    elif position.step is Step.WORSE:
        here = Moved(replace(here.position, back=Step.LOCKED), acts)
    return here if locked else meanings.settled(here)


def _contact(position: Position, said: Said, know: Knowledge) -> Moved | None:
    """A helper may text, or is not to, told at whatever question."""
    if said.told is Told.TEXT:
        return _text_me(position, said)
    # Who was never asked by a text that came by itself can only mean the texts that they get.
    asks_no_more = said.named.get("how_is_it") == STOP_ASKING and not said.digits and not know.questions
    return do_not_text(position) if said.told is Told.NO_TEXT or asks_no_more else None


def _text_me(position: Position, said: Said) -> Moved | None:  # noqa: PLR0911 - one for each place to say it
    if position.step is Step.WHOSE_PHONE or position.step in _LOCKED:
        # Taken once it is known whose phone it is, or that somebody may read it.
        return Moved(replace(position, offered=ContactWay.TEXT))
    if position.whose is not WhosePhone.OWN or position.stopped is not None:
        return None
    if position.consent is ConsentLevel.NOBODY:
        return None
    if position.step in _DANGER and said.begins_with_yes and (said.danger or said.lone is not None):
        return None  # "1 you can text me" answers what was asked
    if position.step in _ASKS_CONTACT:
        return TABLE[position.step].meaning(_ASKS_CONTACT[position.step][0], position)
    agreed = replace(position, contact=ContactWay.TEXT, reached=True)
    known = position.reached and position.contact is ContactWay.TEXT
    if position.step in TABLE:
        return Moved(agreed, () if known else (AgreeContact(ContactWay.TEXT),))
    if position.contact is ContactWay.TEXT:
        return None
    return Moved(agreed.to(Step.OPEN), (AgreeContact(ContactWay.TEXT),))


def do_not_text(position: Position) -> Moved | None:
    """Nobody is to text: at a question about that it is the answer, anywhere else it ends all texts to this phone."""
    if position.step in _LOCKED:
        return meanings.leave(position)
    if position.step in _ASKS_CONTACT:
        return TABLE[position.step].meaning(_ASKS_CONTACT[position.step][1], position)
    if position.step not in TABLE and position.step not in _AFTER_QUESTIONS:
        return None  # nothing is sent as it is
    return end_texts(position)


def end_texts(position: Position) -> Moved:
    """Whoever says so where nothing of the kind was asked means every text, also the next question."""
    quiet = position.to(Step.QUIET, contact=ContactWay.INBOX, reached=True, offered=None, back=None)
    acts = (StopAsking(), EndTexts(), AgreeContact(ContactWay.INBOX))
    asked = Moved(quiet, acts, Text.NO_MORE_TEXTS)
    return asked if position.settled else meanings.settled(asked)
