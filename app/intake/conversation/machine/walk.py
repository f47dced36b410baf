"""How far the answers of one text lead through the table, in whatever spelling they come. No I/O."""

from dataclasses import dataclass, field

from app.intake.conversation.machine.acts import SendReceipt
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Texts
from app.network.matching import plain_text

PLACES = frozenset({Step.SITE, Step.REACH, Step.REACH_IN_DANGER})
"""The questions that words answer: they are the place."""

# Danger is told in the same words wherever it is asked for.
_QUESTION = {Step.WORSE: Step.DANGER}


@dataclass(frozen=True)
class Walked:
    """How far the answers of a text lead: `taken` of them were understood, `whole` says all; `words` may name a place."""

    moved: Moved
    taken: int
    whole: bool
    words: str = field(repr=False)


def walk(position: Position, said: Said, texts: Texts) -> Walked:
    """Take the answers of a text in their order; words may follow only where the table asks for words."""
    moved, taken = Moved(position), 0
    digits, beside = said.digits or _in_words(position, said, texts), said.rest
    if not digits and said.ahead is not None and position.step in PLACES:
        digits, beside = _in_words(position, said.ahead, texts), said.behind
    for digit in digits:
        row = TABLE.get(moved.position.step)
        step = row.meaning(digit, moved.position) if row else None
        if step is None:
            break
        moved, taken = Moved(step.position, (*moved.acts, *step.acts), step.say), taken + 1
        if step.position.step is Step.CODE or SendReceipt() in step.acts:
            break  # one text is answered once, and asking for the code is not confirming it
    whole = taken == len(digits)
    if digits and beside and not (whole and moved.position.step in PLACES):
        return Walked(Moved(position), 0, whole=False, words=said.words)
    return Walked(moved, taken, whole, beside if digits else said.words)


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
