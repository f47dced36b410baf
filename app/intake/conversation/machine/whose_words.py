"""Whose phone it is, in the words of whoever was asked: who uses it, taken apart (config/topic_words.toml, `whose`). No I/O.

Nothing is guessed towards texting: that it is only theirs has to be all that the words say. Others, once named, may read along.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from app.intake.conversation.machine.sentences import PieceKind, Sentences

# Longer words tell something else too.
_LONGEST = 80
_OWN, _SHARED, _COMPANY = 1, 2, 3


class _Who(Enum):
    BESIDE = auto()
    USES = auto()
    MY = auto()
    ME = auto()
    ONLY = auto()
    ONLY_ONE = auto()
    ALONE = auto()
    SOLE = auto()
    OTHERS = auto()
    SHARED = auto()
    BOSSES = auto()
    COMPANY = auto()


@dataclass(frozen=True)
class WhoseWords:
    """The words of every language together, in plain form; what each table holds stands in the file."""

    me: frozenset[str]
    my: frozenset[str]
    alone: frozenset[str]
    only: frozenset[str]
    only_one: frozenset[str]
    am: frozenset[str]
    lonely: frozenset[str]
    between: frozenset[str]
    sole: frozenset[str]
    shared: frozenset[str]
    others: frozenset[str]
    company: frozenset[str]
    bosses: frozenset[str]
    uses: frozenset[str]
    beside: frozenset[str]
    goes_on: frozenset[str]
    unsure: frozenset[str]
    _who: dict[str, _Who] = field(init=False, repr=False, compare=False, default_factory=dict)
    _known: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put the words in order: of two meanings the one that keeps us from texting stands."""
        for who in _Who:
            self._who.update(dict.fromkeys(getattr(self, who.name.lower()), who))
        self._known.update(dict.fromkeys(self._who, 0))

    def read(self, plain: str, sentences: Sentences) -> int | None:
        """The digit of that question that a plain text stands for; None where it says more, less, or something else."""
        found, denies = self._users(plain, sentences)
        alone = _Who.ALONE in found and bool(found & {_Who.ME, _Who.MY})
        using = bool(found & {_Who.USES, _Who.ME})
        company = _Who.COMPANY in found or (_Who.BOSSES in found and _Who.USES in found)
        shared = _Who.SHARED in found or (_Who.OTHERS in found and using)
        if company or shared:
            return None if denies else _COMPANY if company else _SHARED
        if found & {_Who.OTHERS, _Who.BOSSES}:
            return None
        if denies:
            return _SHARED if alone else None  # "not only me"
        return _OWN if _Who.SOLE in found or alone else None

    def speaks_of_it(self, plain: str, sentences: Sentences) -> bool:
        """Whether a plain text that answers nothing is about that question all the same, or says that it cannot be answered."""
        if plain in self.unsure:
            return True
        found, _denies = self._users(plain, sentences)
        return bool(
            found & {_Who.USES, _Who.ALONE, _Who.ONLY, _Who.ONLY_ONE, _Who.SOLE, _Who.SHARED, _Who.COMPANY}
        )

    def _users(self, plain: str, sentences: Sentences) -> tuple[set[_Who], bool]:
        """Who uses it by these words, and whether they deny something; nobody where one word of them is another."""
        first = plain.partition(" ")[0]
        if not plain or len(plain) > _LONGEST or first in self.goes_on:
            return set(), False
        pieces: list[tuple[_Who, str]] = []
        denies = False
        for kind, piece in sentences.pieces(plain, {}, self._known):
            if kind is PieceKind.OPTION:
                pieces.append((self._who[piece], piece))
            elif kind in (PieceKind.NO, PieceKind.NEGATION):
                denies = True
            elif kind is not PieceKind.YES and piece not in sentences.polite:
                return set(), False
        found = {who for who, _piece in pieces} - {_Who.ALONE}
        if any(self._is_alone(pieces, place) for place in range(len(pieces))):
            found.add(_Who.ALONE)
        return found, denies

    def _is_alone(self, pieces: list[tuple[_Who, str]], place: int) -> bool:
        """Whether a piece says of a person that there is nobody beside, and not of what they do or have."""
        who, piece = pieces[place]
        ahead, behind = pieces[:place], pieces[place + 1 :]
        before = ahead[-1] if ahead else None
        if who is _Who.ONLY:
            near = [other for other, words in (behind or ahead[::-1]) if words not in self.between]
            return near[:1] == [_Who.ME]  # "only i" and "me only"; "i only" goes on
        if who is _Who.ONLY_ONE:
            return before is not None and (before[0] is _Who.ME or before[1] in self.am)
        if who is not _Who.ALONE:
            return False
        uses = any(other is _Who.USES for other, _piece in pieces)
        return uses or piece not in self.lonely or all(other not in self.am for _who, other in pieces)
