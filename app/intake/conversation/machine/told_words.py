"""What a text says plainly about another question than the one that is asked (config/topic_words.toml, `told`). No I/O.

Whatever may be testimony, or says more than is known, says nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from app.intake.conversation.machine.day_words import DayWords
from app.intake.conversation.machine.hands_words import HandsWords
from app.intake.conversation.machine.how_words import HowWords
from app.intake.conversation.machine.sentences import PieceKind, Sentences
from app.intake.conversation.machine.whose_words import WhoseWords

# Longer words tell something else too.
_LONGEST = 160
_BESIDE, _MY_PHONE, _CORRECTION, _READS, _READ_THING = 0, -1, -2, -3, -4
_MINE, _SHARED = 1, 2
_DIGITS = frozenset("123")


class Told(Enum):
    """What can be told at any time."""

    TEXT = auto()  # a helper may text me
    NO_TEXT = auto()  # nobody is to text me
    NOBODY = auto()  # nobody may know
    PERHAPS_NOBODY = auto()  # "nobody" and no more


@dataclass(frozen=True)
class Whose:
    """Whose phone it is by a text that was not asked: the digit of that question; `plain` says that it can mean nothing else.

    "Company" may also be a place, and "sorry, 2" corrects whatever was asked last.
    """

    digit: int
    plain: bool


@dataclass(frozen=True)
class ToldWords:
    """The phrases of every language together, in plain form.

    `asked_whose`, `asked_how` and `asked_days` are those by which three questions are answered: whose phone it is, how it is
    now, and on which days our texts may come.
    """

    text: frozenset[str]
    no_text: frozenset[str]
    nobody: frozenset[str]
    nobody_too: frozenset[str]
    correction: frozenset[str]
    my_phone: frozenset[str]
    around: frozenset[str]
    reported: frozenset[str]
    reads: frozenset[str]
    read_things: frozenset[str]
    often: frozenset[str]
    asked_whose: WhoseWords
    asked_how: HowWords
    asked_days: DayWords
    hands: HandsWords
    _told: dict[str, Told | None] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put the phrases in order, each with what it says."""
        said = {
            Told.PERHAPS_NOBODY: self.nobody_too,
            Told.NOBODY: self.nobody,
            Told.NO_TEXT: self.no_text,
            Told.TEXT: self.text,
        }
        self._told.update(dict.fromkeys(self.around))
        for told, phrases in said.items():
            self._told.update(dict.fromkeys(phrases, told))

    def names_nobody(self, plain: str) -> bool:
        """Whether a short text holds words that nobody may know, whatever stands around them."""
        return 0 < len(plain) <= _LONGEST and any(phrase in plain for phrase in self.nobody)

    def reports(self, plain: str) -> bool:
        """Whether a plain text tells what somebody said."""
        return not self.reported.isdisjoint(plain.split())

    def read(self, plain: str, sentences: Sentences) -> Told | None:
        """The one thing that a plain text says, where it says nothing else."""
        if not plain or len(plain) > _LONGEST:
            return None
        found: set[Told] = set()
        kinds: set[PieceKind] = set()
        digit = ""
        known = dict.fromkeys(self._told, _BESIDE)
        for place, (kind, piece) in enumerate(sentences.pieces(plain, {}, known)):
            if kind is PieceKind.OPTION:
                told = self._told[piece]
                found |= set() if told is None else {told}
            elif piece.isdecimal():
                digit = piece if place == 0 else digit
            elif kind in (PieceKind.YES, PieceKind.NO, PieceKind.CONDITION):
                kinds.add(kind)
            elif piece not in sentences.polite:
                return None
        if len(found) != 1:
            return None
        (told,) = found
        return told if _fits(told, kinds, digit) else None

    def whose(self, plain: str, sentences: Sentences, printed: Mapping[str, int]) -> Whose | None:
        """Whose phone a plain text says that this is; `printed` are the options that the question itself names."""
        if not plain or len(plain) > _LONGEST:
            return None
        offered = sentences.options.get("whose_phone", {})
        known: dict[str, int] = {
            **dict.fromkeys(self.often, _BESIDE),
            **dict.fromkeys(self.reads, _READS),
            **dict.fromkeys(self.read_things, _READ_THING),
            **dict.fromkeys(self.correction, _CORRECTION),
            **dict.fromkeys(self.my_phone, _MY_PHONE),
            **offered,
            **printed,
        }
        said: set[int] = set()
        digits: set[int] = set()
        options: list[str] = []
        no = negated = denied = others = False
        for kind, piece in sentences.pieces(plain, {}, known):
            if kind is PieceKind.UNKNOWN:
                return None
            others |= kind is PieceKind.OTHERS
            if kind is PieceKind.CONDITION and piece not in sentences.beside:
                return None  # "is" is a condition in Turkish only
            no |= kind is PieceKind.NO
            negated |= kind is PieceKind.NEGATION
            if kind is PieceKind.OPTION and negated and known[piece] > 0:
                negated, denied = False, True  # "not the company's" is what it is not
            elif kind is PieceKind.OPTION:
                said.add(known[piece])
                options.append(piece)
            elif piece in _DIGITS:
                digits.add(int(piece))
        corrects = _CORRECTION in said
        if others:
            # "My boss checks my phone every night": others read what we send, whosever it is.
            seen = _READS in said and bool(said & {_MY_PHONE, _READ_THING})
            return Whose(_SHARED, plain=True) if seen and not (no or negated or denied) else None
        named = corrects or denied or any(" phone" in piece or piece.startswith("not ") for piece in options)
        chosen = {digit for digit in said if digit > 0}
        if _MY_PHONE in said and (corrects or no or denied):
            chosen.add(_MINE)
        by_digit = corrects and not chosen
        if by_digit:
            chosen = digits  # "sorry, 1"
        if len(chosen) != 1 or (digits and not corrects and digits != chosen):
            return None
        return Whose(next(iter(chosen)), plain=named and not by_digit)


def _fits(told: Told, kinds: set[PieceKind], digit: str) -> bool:
    """Whether the digit before it, yes, no and conditions around it leave what it says: a digit may be that of another question."""
    match told:
        case Told.TEXT:
            # When and how is kept for the helper, as at the question itself.
            return PieceKind.NO not in kinds and digit in ("", "1")
        case Told.NO_TEXT:
            return kinds <= {PieceKind.NO} and digit != "1"
        case Told.NOBODY:
            return PieceKind.CONDITION not in kinds and digit in ("", "4")
        case _:
            return not kinds and digit in ("", "4")
