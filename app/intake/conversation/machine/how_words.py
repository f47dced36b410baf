"""How it is now, in words: each clause taken apart into worse, the same and better, with what denies them. No I/O.

The words stand in config/topic_words.toml, `how`. What says more than they do, or two things at once, says nothing here.
Nothing is guessed towards good news: whatever could take it back leaves it unclear.
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
    IT = auto()
    WHO = auto()
    VERB = auto()
    PAST = auto()
    DOUBT = auto()
    SIR = auto()
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
_NEWS = frozenset({How.BETTER, How.GOOD, How.FIXED})
_DENIALS = frozenset({How.NOT, How.NO})
_BAD = frozenset({How.BAD, How.WORSE})
_SUBJECTS = frozenset({How.IT, How.WHO})
_BY_DIGIT = {WORSE: How.WORSE, SAME: How.SAME, BETTER: How.BETTER}


@dataclass(frozen=True)
class _Piece:
    how: How
    words: str


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
    it: frozenset[str]
    who: frozenset[str]
    verb: frozenset[str]
    past: frozenset[str]
    doubt: frozenset[str]
    demand: frozenset[str]
    payer: frozenset[str]
    state: frozenset[str]
    weak: frozenset[str]
    ended: frozenset[str]
    sirs: frozenset[str]
    _how: dict[str, How] = field(init=False, repr=False, compare=False, default_factory=dict)
    _known: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put the words in order."""
        tables = (
            (How.BESIDE, self.beside),
            (How.WHO, self.who),
            (How.IT, self.it),
            (How.VERB, self.verb),
            (How.PAST, self.past),
            (How.STILL, self.still),
            (How.MORE, self.more),
            (How.BAD, self.bad),
            (How.GOOD, self.good),
            (How.FIXED, self.fixed),
            (How.DOUBT, self.doubt),
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
        doubtful = False
        for clause in filter(None, map(plain_text, _CLAUSES.split(words))):
            known = list(self._pieces(clause, sentences))
            pieces = [piece for piece in known if piece is not None]
            if len(pieces) < len(known):
                return None
            found |= _digits([piece.how for piece in pieces], is_right=is_right)
            doubtful = doubtful or self._is_doubtful([piece for piece in pieces if piece.words])
        if found == {WORSE, SAME}:
            return WORSE  # "worse, not better"
        if len(found) != 1 or (doubtful and found & {BETTER, PUT_RIGHT}):
            return None
        return found.pop()

    def _pieces(self, clause: str, sentences: Sentences) -> Iterator[_Piece | None]:
        """The pieces of a clause; None for one that says something else."""
        said = sentences.options["how_is_it"]
        known = {**{word: digit for word, digit in said.items() if digit in _BY_DIGIT}, **self._known}
        for kind, piece in sentences.pieces(clause, {}, known):
            if kind is PieceKind.OPTION:
                if " " in piece:
                    yield _Piece(
                        How.BESIDE, ""
                    )  # "no it is better": what stands before it denies no single word
                yield _Piece(self._how.get(piece) or _BY_DIGIT[said[piece]], piece)
            elif kind is PieceKind.NO:
                yield _Piece(How.NO, piece)
            elif kind is PieceKind.YES and piece in self.negation:
                yield _Piece(How.DOUBT, piece)  # "si" is yes in one language, and no in another
            elif kind is PieceKind.YES or piece in sentences.polite:
                yield _Piece(How.SIR if piece in self.sirs else How.BESIDE, piece)
            else:
                yield None

    def _is_doubtful(self, pieces: list[_Piece]) -> bool:
        """Whether something in a clause could take good news back, wherever in the text these stand."""
        hows = {piece.how for piece in pieces}
        if hows & {How.DOUBT, How.STILL} or (How.PAST in hows and hows & {How.BETTER, How.GOOD}):
            return True
        words = {piece.words for piece in pieces}
        if How.WHO in hows and words & self.ended:
            return True
        if words & self.payer and (How.BETTER in hows or words & self.state):
            return True
        return any(
            self._doubts(pieces[:place], piece, pieces[place + 1 :]) for place, piece in enumerate(pieces)
        )

    def _doubts(self, ahead: list[_Piece], piece: _Piece, behind: list[_Piece]) -> bool:
        """Whether a piece does so, by what stands beside it."""
        after = behind[0].how if behind else None
        doubts = False
        match piece.how:
            case How.NOT | How.NO:
                doubts = after not in _BAD
            case How.BAD:
                doubts = not ahead or ahead[-1].how not in _DENIALS
            case How.MORE:
                doubts = after not in _NEWS
            case How.VERB | How.PAST:
                doubts = after in _SUBJECTS
            case How.SIR:
                doubts = after is not None and after not in _SUBJECTS
            case How.GOOD | How.FIXED:
                demands = piece.words in self.demand and all(each.words not in self.payer for each in ahead)
                doubts = demands or piece.words in self.weak
        return doubts


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
