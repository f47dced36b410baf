"""How far the answers of one text lead through the table, in whatever spelling they come. No I/O."""

from dataclasses import dataclass, field

from app.intake.conversation.machine.acts import SendReceipt
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.sentences import Answer
from app.intake.conversation.machine.table import TABLE
from app.network.matching import plain_text

PLACES = frozenset({Step.SITE, Step.REACH, Step.REACH_IN_DANGER})
"""The questions that words answer: they are the place."""

# Not danger: a false no to it is the worst mistake, and any yes counts already. Not whose phone: "mine and my husband's".
_IN_SENTENCES = frozenset(
    {Step.REACH, Step.REACH_IN_DANGER, Step.CONTACT, Step.HURT, Step.CODE, Step.LOCKED_IN_DANGER}
)

# What stands in no chain of questions, so that a second digit answers nothing else.
_LONE = frozenset({Step.TEXT_HOURS, Step.WHICH, Step.WORSE})

# Danger is told in the same words wherever it is asked for.
_QUESTION = {Step.WORSE: Step.DANGER}


@dataclass(frozen=True)
class Walked:
    """How far the answers of a text lead: `taken` of them were understood, `whole` says all; `words` may name a place.

    `hardly` says that they speak of the answer to the question, so that they are the place only where it is a certain one.
    """

    moved: Moved
    taken: int
    whole: bool
    words: str = field(repr=False)
    hardly: bool = False


def walk(position: Position, said: Said, texts: Texts) -> Walked:
    """Take the answers of a text in their order; words may follow only where the table asks for words."""
    moved, taken = Moved(position), 0
    digits, beside = said.digits or _in_words(position, said, texts), said.rest
    hardly = False
    if not digits and said.ahead is not None and position.step in PLACES:
        digits, beside = _in_words(position, said.ahead, texts), said.behind
        if digits and (answer := _read(position, plain_text(beside), said, texts)).touches:
            hardly, digits = True, digits if _stands(position, digits, said, answer) else ()
    if not digits:
        return _walk_sentence(position, said, texts)
    if _is_two_answers(position, digits):
        return Walked(moved, 0, whole=False, words=said.words)
    for digit in digits:
        row = TABLE.get(moved.position.step)
        step = row.meaning(digit, moved.position) if row else None
        if step is None:
            break
        moved, taken = Moved(step.position, (*moved.acts, *step.acts), step.say), taken + 1
        if step.position.step is Step.CODE or SendReceipt() in step.acts:
            break  # one text is answered once, and asking for the code is not confirming it
    whole = taken == len(digits)
    if beside and not (whole and moved.position.step in PLACES):
        return Walked(Moved(position), 0, whole=False, words=said.words)
    return Walked(moved, taken, whole, beside, hardly)


def _is_two_answers(position: Position, digits: tuple[int, ...]) -> bool:
    """Whether different digits answer one question, behind which nothing is asked: nothing of them is guessed."""
    if len(set(digits)) < 2 or position.step not in _LONE:
        return False
    # A yes to danger counts beside whatever it stands.
    return position.step is not Step.WORSE or (position.back is Step.OPEN and digits[0] != 1)


def _stands(position: Position, digits: tuple[int, ...], said: Said, behind: Answer) -> bool:
    """Whether an answer is one with these words behind it: "yes, but only at night" says more, "yes, dangerous" takes it back."""
    if said.asks or not behind.whole:
        return False
    return behind.digit in digits or (
        behind.digit is None and (not behind.takes_back or digits == (TABLE[position.step].no,))
    )


def _walk_sentence(position: Position, said: Said, texts: Texts) -> Walked:
    """The one answer that stands in a sentence, as in "ok sure do it"; its words are kept in any case."""
    here = Moved(position)
    answer = _read(position, said.plain, said, texts)
    row = TABLE[position.step]
    hardly = answer.touches or said.wish or said.asks
    alone = not said.wish and (said.lone is None or said.lone not in row.answers)
    digit = answer.digit if alone and position.step in _IN_SENTENCES else None
    if digit is None or not _is_enough(position, answer):
        return Walked(here, 0, whole=False, words=said.words, hardly=hardly)
    step = row.meaning(digit, position)
    if step is None:
        return Walked(here, 0, whole=False, words=said.words, hardly=hardly)
    rest = "" if answer.whole else said.words.partition(" ")[2]
    return Walked(step, 1, whole=False, words=rest, hardly=True)


def _is_enough(position: Position, answer: Answer) -> bool:
    """Whether this much of an answer counts here: whoever lets somebody read or sends a code has to say no more than yes."""
    row = TABLE[position.step]
    plainly = position.step in (Step.CODE, Step.LOCKED_IN_DANGER) and answer.digit == row.yes
    return (answer.whole and not answer.depends) or not plainly


def _read(position: Position, plain: str, said: Said, texts: Texts) -> Answer:
    if said.sentences is None or said.part is not None:
        return Answer()
    row = TABLE[position.step]
    return said.sentences.read(plain, position.step, texts.options(row.text), row.yes, row.no)


def _in_words(position: Position, said: Said, texts: Texts) -> tuple[int, ...]:
    """The digit that a whole text stands for at this question: in words, yes or no, a digit, or both where they agree."""
    row = TABLE[position.step]
    places = {plain_text(place): number for number, place in enumerate(position.places, start=1)}
    known = texts.options(row.text) | (places if position.step is Step.PICK_SITE else {})
    question = _QUESTION.get(position.step, position.step)
    chosen = known.get(said.bare, said.named.get(question))
    if chosen is None and row.yes is None and said.sentences is not None:
        # "Ok, only mine": where no yes is asked for, one says nothing.
        bare = said.sentences.without_yes(said.bare)
        chosen = known.get(bare, said.sentences.options.get(question, {}).get(bare))
    if chosen is None and position.step is Step.WHOSE_PHONE and said.told_words and said.sentences:
        chosen = said.told_words.asked_whose.read(said.bare, said.sentences)
    # "Ok" may only say that the question was read: beside a digit it says nothing, alone danger is asked for once more.
    heard = said.heard and question is Step.DANGER
    if chosen is None and said.yes is not None and not heard:
        chosen = row.yes if said.yes else row.no
    if said.bare and chosen is None and not (heard and said.lone is not None):
        return ()
    if said.lone is not None and chosen not in (None, said.lone):
        return ()
    digit = chosen if said.lone is None else said.lone
    return () if digit is None else (digit,)


def speaks_of_phone(said: Said) -> bool:
    """Whether words that answer nothing are about whose phone it is: whoever was just asked waits for us."""
    if said.told_words is None or said.sentences is None:
        return False
    return said.told_words.asked_whose.speaks_of_it(said.bare or said.plain, said.sentences)
