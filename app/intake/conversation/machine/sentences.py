"""An answer inside a sentence, "ok sure do it": its words taken apart into yes, no, what a question offers and what says nothing.

Nothing is guessed: what could mean two things, or says more than is known, leaves the question open. No I/O.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

from app.language import UNSPACED

# Longer words are testimony, whatever they begin with.
_LONGEST = 400
_LONGEST_TIMES = 80
_NO_OPTIONS: Mapping[str, int] = MappingProxyType({})


class PieceKind(Enum):
    """What a piece of a sentence is."""

    YES = auto()
    NO = auto()
    OPTION = auto()
    NEGATION = auto()
    CONDITION = auto()
    OTHERS = auto()
    BESIDE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class Answer:
    """What a sentence says at one question.

    `digit` is the one answer that it holds, None where it holds none or two. `whole` says that every word of it is known, `depends`
    that something in it is a condition, `takes_back` that it denies or speaks of somebody else. `touches` says that it speaks of
    such an answer all the same, and names no place.
    """

    digit: int | None = None
    whole: bool = False
    depends: bool = False
    takes_back: bool = False
    touches: bool = False


@dataclass(frozen=True)
class Sentences:
    """The words by which sentences are taken apart, in plain form, of every language together."""

    polite: frozenset[str]
    beside: frozenset[str]
    others: frozenset[str]
    condition: frozenset[str]
    negation: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    yes_first: frozenset[str]
    no_first: frozenset[str]
    times: frozenset[str]
    options: Mapping[str, Mapping[str, int]]
    _kinds: dict[str, PieceKind] = field(init=False, repr=False, default_factory=dict)
    _lengths: dict[str, tuple[int, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put the words in order: of two meanings the one that says more stands."""
        tables = (
            (PieceKind.BESIDE, self.polite | self.beside),
            (PieceKind.OTHERS, self.others),
            (PieceKind.CONDITION, self.condition),
            (PieceKind.NEGATION, self.negation),
            (PieceKind.YES, self.yes),
            (PieceKind.NO, self.no),
        )
        for kind, table in tables:
            self._kinds.update(dict.fromkeys(table, kind))
        self._lengths.update(
            _lengths([*self._kinds, *(word for each in self.options.values() for word in each)])
        )

    def read(
        self, plain: str, question: str, printed: Mapping[str, int], yes: int | None, no: int | None
    ) -> Answer:
        """What a plain text answers; `printed` are the options that the question itself names."""
        if not plain or len(plain) > _LONGEST:
            return Answer()
        offered = self.options.get(question, _NO_OPTIONS)
        pieces = [
            (PieceKind.NO if kind is PieceKind.OPTION and printed.get(piece, -1) == no else kind, piece)
            for kind, piece in self.pieces(plain, offered, printed)
        ]
        for place, (kind, piece) in enumerate(pieces[1:], start=1):
            if kind is PieceKind.OPTION and pieces[place - 1][0] is PieceKind.NEGATION:
                pieces[place] = PieceKind.BESIDE, piece  # "don't text me" offers nothing
        kinds = [kind for kind, _piece in pieces]
        known = sum(len(piece) for kind, piece in pieces if kind is not PieceKind.UNKNOWN)
        whole, depends = PieceKind.UNKNOWN not in kinds, PieceKind.CONDITION in kinds
        digits = {
            printed.get(piece, offered.get(piece)) for kind, piece in pieces if kind is PieceKind.OPTION
        } - {None}
        says_yes, says_no = PieceKind.YES in kinds, PieceKind.NO in kinds
        denies, others = says_no or PieceKind.NEGATION in kinds, PieceKind.OTHERS in kinds
        begins = self._begins(pieces, plain)
        mostly = 2 * known >= len(plain.replace(" ", ""))
        digit: int | None = None
        if denies and not says_yes and digits <= {no} and (says_no or digits):
            sure = whole or (begins is False and mostly)
            digit = no if sure else None
        elif not denies and len(digits) < 2 and not (says_yes and no in digits):
            chosen = next(iter(digits), yes if says_yes else None)
            # "Yes but my husband must not see" is more than is known here, and may mean the opposite; "yes, my boss reads my texts"
            # is what the question warns of.
            sure = (chosen == no or not others) and (whole or (begins is True and not depends))
            digit = chosen if sure else None
        return Answer(digit, whole, depends, denies or others, touches=begins is not None or mostly)

    def tells_times(self, plain: str) -> bool:
        """Whether a plain text says when something may be and nothing else: nobody else is named, and nothing that happened."""
        if not plain or len(plain) > _LONGEST_TIMES:
            return False
        known = dict.fromkeys((*self.times, *self.options["text_hours"]), 0)
        pieces = [
            (kind, piece)
            for kind, piece in self.pieces(plain, _NO_OPTIONS, known)
            if not piece.isdecimal() and piece not in self.polite
        ]
        # "Not safe" tells of danger, whatever else "safe" is a condition of.
        if any(piece in self.options["danger"] for _kind, piece in pieces):
            return False
        return bool(pieces) and {PieceKind.OPTION, PieceKind.CONDITION}.issuperset(k for k, _ in pieces)

    def asks_other_times(self, plain: str) -> bool:
        """Whether a plain text asks for other times, in whatever politeness, and says nothing else."""
        known = {piece: digit for piece, digit in self.options["how_is_it"].items() if digit == 1}
        kinds = [kind for kind, _piece in self.pieces(plain, _NO_OPTIONS, known)]
        return PieceKind.OPTION in kinds and {PieceKind.OPTION, PieceKind.BESIDE}.issuperset(kinds)

    def without_yes(self, plain: str) -> str:
        """A plain text without a yes at its beginning or end, and without politeness behind the first."""
        left = plain.split()
        while left and (left[0] in self.yes or left[-1] in self.yes):
            left = left[1:] if left[0] in self.yes else left[:-1]
        for length in (2, 1):
            if " ".join(left[:length]) in self.polite:
                left = left[length:]
        return " ".join(left)

    def _begins(self, pieces: list[tuple[PieceKind, str]], plain: str) -> bool | None:
        """Whether a sentence begins with a yes or a no that begins no other sentences; None where with neither."""
        place = next(
            (place for place, (kind, _piece) in enumerate(pieces) if kind is not PieceKind.BESIDE), None
        )
        if place is None:
            return None
        first, behind = pieces[place][1], "".join(piece for _kind, piece in pieces[place + 1 :])
        # "No. 5 factory" and "\u5bf9\u9762" are names.
        if behind[:1].isdecimal() or (behind and f"{first} " not in plain):
            return None
        return True if first in self.yes_first else False if first in self.no_first else None

    def pieces(
        self, plain: str, offered: Mapping[str, int], printed: Mapping[str, int]
    ) -> Iterator[tuple[PieceKind, str]]:
        """The longest known phrases of a text from its beginning on, and the words between them."""
        lengths = {**self._lengths, **_lengths([*printed], self._lengths)} if printed else self._lengths
        at = 0
        while at < len(plain):
            if plain[at] == " ":
                at += 1
                continue
            kind, end = self._longest(plain, at, lengths, offered, printed)
            yield kind, plain[at:end]
            at = end

    def _longest(
        self,
        plain: str,
        at: int,
        lengths: Mapping[str, tuple[int, ...]],
        offered: Mapping[str, int],
        printed: Mapping[str, int],
    ) -> tuple[PieceKind, int]:
        for length in lengths.get(plain[at], ()):
            end = at + length
            if end > len(plain) or not _ends_word(plain, end):
                continue
            piece = plain[at:end]
            kind = self._kinds.get(piece)
            if kind not in (PieceKind.YES, PieceKind.NO) and (piece in printed or piece in offered):
                return PieceKind.OPTION, end
            if kind is not None:
                return kind, end
        end = at + 1
        while end < len(plain) and not _ends_word(plain, end):
            end += 1
        return (PieceKind.BESIDE if plain[at:end].isdecimal() else PieceKind.UNKNOWN), end


def _lengths(
    words: Iterable[str], beside: Mapping[str, tuple[int, ...]] = MappingProxyType({})
) -> dict[str, tuple[int, ...]]:
    """How long words are, by their first letter, the longest first."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word in words:
        found[word[0]].add(len(word))
    return {
        letter: tuple(sorted(each | set(beside.get(letter, ())), reverse=True))
        for letter, each in found.items()
    }


def _ends_word(plain: str, end: int) -> bool:
    """Whether a word may end here: at a space, and anywhere between letters of a script without spaces."""
    if end >= len(plain) or plain[end] == " ":
        return True
    return any(map(UNSPACED.match, plain[end - 1 : end + 1]))
