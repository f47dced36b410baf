"""How it is now, in words: each clause taken apart into worse, the same and better, with what denies them. No I/O.

The words stand in config/topic_words.toml, `how`. What says more than they do, or two things at once, says nothing here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from app.intake.conversation.machine.sentences import PieceKind, Sentences
from app.network.matching import plain_text

# Longer words are testimony.
_LONGEST = 120
_CLAUSES = re.compile(r"[,;:.!\n،、，；。।]+|\s-\s|\bbut\b", re.IGNORECASE)
# The digits as every question of ours has them.
PUT_RIGHT, WORSE, SAME, BETTER = 3, 5, 6, 7


class How(Enum):
    """What a piece of such an answer is."""

    BESIDE = auto()
    STILL = auto()
    MORE = auto()
    BAD = auto()
    GOOD = auto()
    FIXED = auto()
    NOT = auto()
    NO = auto()
    WORSE = auto()
    SAME = auto()
    BETTER = auto()


_SAYS = frozenset({How.WORSE, How.SAME, How.BETTER, How.BAD, How.GOOD, How.FIXED, How.MORE})
_BY_DIGIT = {WORSE: How.WORSE, SAME: How.SAME, BETTER: How.BETTER}


@dataclass(frozen=True)
class HowWords:
    """The words of every language together, in plain form; worse, same and better are those of `options.how_is_it` too."""

    beside: frozenset[str]
    still: frozenset[str]
    more: frozenset[str]
    bad: frozenset[str]
    good: frozenset[str]
    fixed: frozenset[str]
    negation: frozenset[str]
    _how: dict[str, How] = field(init=False, repr=False, compare=False, default_factory=dict)
    _known: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put the words in order."""
        tables = (
            (How.BESIDE, self.beside),
            (How.STILL, self.still),
            (How.MORE, self.more),
            (How.BAD, self.bad),
            (How.GOOD, self.good),
            (How.FIXED, self.fixed),
            (How.NOT, self.negation),
        )
        for how, table in tables:
            self._how.update(dict.fromkeys(table, how))
        self._known.update(dict.fromkeys(self._how, 0))

    def read(self, words: str, sentences: Sentences, *, is_right: bool) -> int | None:
        """The digit that words stand for at *How is it now?*, or at *Has it been put right?*; None where they say none, or two."""
        if not words or len(words) > _LONGEST:
            return None
        found: set[int] = set()
        for clause in filter(None, map(plain_text, _CLAUSES.split(words))):
            pieces = list(self._pieces(clause, sentences))
            if None in pieces:
                return None
            found |= _digits([piece for piece in pieces if piece is not None], is_right=is_right)
        if found == {WORSE, SAME}:
            return WORSE  # "worse, not better"
        return found.pop() if len(found) == 1 else None

    def _pieces(self, clause: str, sentences: Sentences) -> Iterator[How | None]:
        """The pieces of a clause; None for one that says something else."""
        said = sentences.options["how_is_it"]
        known = {**{word: digit for word, digit in said.items() if digit in _BY_DIGIT}, **self._known}
        for kind, piece in sentences.pieces(clause, {}, known):
            if kind is PieceKind.OPTION:
                if " " in piece:
                    yield How.BESIDE  # "no it is better": what stands before it denies no single word
                yield self._how.get(piece) or _BY_DIGIT[said[piece]]
            elif kind is PieceKind.NO:
                yield How.NO
            elif kind is PieceKind.YES or piece in sentences.polite:
                yield How.BESIDE
            else:
                yield None


def _is_torn_no(pieces: list[How]) -> bool:
    """Whether a no stands apart from what it may deny: "no it is better" may be two sentences, "no better" is one."""
    places = [place for place, piece in enumerate(pieces) if piece is How.NO]
    return any(
        set(pieces[place + 1 :]) & _SAYS and (pieces[place + 1] not in _SAYS or place > 0) for place in places
    )


def _digits(pieces: list[How], *, is_right: bool) -> set[int]:
    """What one clause says. A denial counts for the next word of the kind, "more" makes bad worse and good better."""
    if _is_torn_no(pieces):
        return {WORSE, SAME, BETTER}
    told: set[int] = set()
    denied = more = False
    still = How.STILL in pieces
    for piece in pieces:
        match piece:
            case How.NOT | How.NO:
                denied = True
                continue
            case How.MORE:
                more = True
                continue
            case How.WORSE:
                told.add(SAME if denied else WORSE)
            case How.BETTER:
                told.add(SAME if denied else BETTER)
            case How.SAME:
                told |= set() if denied else {SAME}
            case How.BAD:
                told |= _of_bad(denied=denied, more=more, still=still, is_right=is_right)
            case How.GOOD:
                told |= _of_good(denied=denied, more=more, still=still, is_right=is_right)
            case How.FIXED:
                told |= {SAME} if denied else {PUT_RIGHT} if is_right else set()
            case _:
                continue
        denied = more = False
    return told


def _of_bad(*, denied: bool, more: bool, still: bool, is_right: bool) -> set[int]:
    if denied:
        return {SAME} if more else set()  # "not more bad"
    return {WORSE} if more else {SAME} if still or is_right else set()


def _of_good(*, denied: bool, more: bool, still: bool, is_right: bool) -> set[int]:
    if denied:
        return {SAME} if still or is_right or more else set()  # "still not paid"
    # That it is good says nothing of what was promised.
    return set() if still or is_right else {BETTER}
