"""Whether words wish for a language of the product: "Hindi please", "I only speak Nepali", "bahasa". Pure.

A text is a wish where every word of it belongs to one. Inside a longer text it is one only where it says so plainly: "they only
give contracts in Chinese" is none. Words that wish for two languages tell neither.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise, takewhile
from pathlib import Path
from types import MappingProxyType

from babel.languages import get_official_languages

from app.cases.words.folding import folded_words
from app.cases.words.wish_words import Piece, WishPart, WishWords, read_wish_words

# Who wishes for a language says so early: longer reports cost no more.
_READ_FROM = 2_000
_ENDS = r".!?…‽。！？．।॥؟۔\n"
_SIGNS = r",;:()\[\]\"“”«»،؛、，；：/|"
_TOKEN = re.compile(
    rf"(?P<end>[{_ENDS}]+)|(?P<sign>[{_SIGNS}]+|(?<!\w)\d+(?!\w))|(?:(?!(?<!\w)\d+(?!\w))[^{_ENDS}{_SIGNS}])+"
)
# "Chinese" says neither of its writings.
_WRITINGS = MappingProxyType({"zh": ("zh-Hans", "zh-Hant")})
# The Filipino word for no; beside words that are Filipino too it is one wherever somebody is.
_NO_IN_FILIPINO, _IN = "hindi", "in"
_SAYS_A_LANGUAGE = frozenset({WishPart.ASK, WishPart.KNOW, WishPart.LANG})


@dataclass(frozen=True, slots=True)
class Wish:
    """The language that is wished for, and the words beside the wish as they were written; none where it is all that was said."""

    language: str
    rest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Clause:
    """What stands between two signs, and from where to where it was written."""

    pieces: tuple[Piece, ...]
    span: tuple[int, int]

    @property
    def known(self) -> bool:
        return all(piece.known for piece in self.pieces)

    @property
    def reports(self) -> bool:
        """Whether it tells what others say."""
        return any(WishPart.REPORTED in piece.phrase.kinds for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Unit:
    """Pieces that belong together: their kinds, the languages named and not denied; `spans` where they stand apart from others."""

    pieces: tuple[Piece, ...]
    kinds: frozenset[WishPart]
    named: tuple[Piece, ...]
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class LanguageWishes:
    """Reads wishes; built by `read_language_wishes` only."""

    words: WishWords = field(repr=False)

    def find(self, words: str, page: str, country: str | None, written: str | None = None) -> Wish | None:
        """The wish that these words hold; `page` is the language that is thought to be spoken, `country` where somebody is.

        `written` is the language of the words, where it is sure: "Chinese" and "bahasa" mean that one.
        """
        text = words[:_READ_FROM]
        folded = folded_words(text)
        if not self.words.name_any(folded):
            return None
        filipino = _may_speak_filipino(page, country)
        found: set[str] = set()
        spans: set[tuple[int, int]] = set()
        for unit in _plain_units(self._sentences(text)):
            if wished := _wished(unit, filipino=filipino):
                found |= {
                    _settled(name.phrase.codes, (written, page, *_official(country))) for name in wished
                }
                spans |= set(unit.spans)
        if len(found) != 1:
            return None
        rest = words
        for start, end in sorted(spans, reverse=True):
            rest = f"{rest[:start]} {rest[end:]}"
        return Wish(found.pop(), rest.strip() if any(map(str.isalnum, rest)) else "")

    def _sentences(self, text: str) -> list[list[_Clause]]:
        sentences: list[list[_Clause]] = [[]]
        for token in _TOKEN.finditer(text):
            if token["end"]:
                sentences.append([])
            elif not token["sign"] and (words := folded_words(token[0])):
                sentences[-1].append(_Clause(tuple(self.words.pieces(words)), token.span()))
        return sentences


def _plain_units(sentences: Sequence[list[_Clause]]) -> Iterator[_Unit]:
    """The stretches of a text that wish for something, if they name a language."""
    clauses = [clause for sentence in sentences for clause in sentence]
    if all(clause.known for clause in clauses):
        yield _apart(clauses)
        return
    for sentence in sentences:
        told = takewhile(lambda clause: not clause.reports, sentence)
        for known, group in groupby(told, key=lambda clause: clause.known):
            if known:
                unit = _apart(list(group))
                if unit.kinds & {WishPart.PLEASE, WishPart.ASK} or unit.kinds >= {
                    WishPart.SELF,
                    WishPart.KNOW,
                }:
                    yield unit
            else:
                yield from (unit for clause in group for unit in _within(clause))


def _within(clause: _Clause) -> Iterator[_Unit]:
    """The stretches among other words that say for themselves that they are a wish, whatever stands around them."""
    runs = [(known, tuple(group)) for known, group in groupby(clause.pieces, key=lambda piece: piece.known)]
    for place, (known, run) in enumerate(runs):
        unit = _unit([run] if known else [])
        asks = WishPart.PLEASE in unit.kinds and bool(unit.kinds & {WishPart.ASK, WishPart.KNOW})
        # "Hindi please salary nahi mila": so much at the beginning stands alone, though no sign says so.
        opens = known and place == 0 and _opens(run)
        if not opens and not asks and not unit.kinds >= {WishPart.SELF, WishPart.KNOW, WishPart.ONLY}:
            continue
        # "Please use the English name" goes on with what the name belongs to.
        if (
            opens
            or place == len(runs) - 1
            or any(
                one.phrase.codes and other.phrase.kinds & {WishPart.INTO, WishPart.KNOW}
                for pair in pairwise(run)
                for one, other in (pair, pair[::-1])
            )
        ):
            yield unit


def _opens(run: Sequence[Piece]) -> bool:
    """Whether a stretch is a language and one word of asking beside it, and no more."""
    pleas = [piece for piece in run if WishPart.PLEASE in piece.phrase.kinds and " " not in piece.words]
    return len(run) == len(pleas) + 1 == 2 and sum(bool(piece.phrase.codes) for piece in run) == 1


def _apart(clauses: Sequence[_Clause]) -> _Unit:
    unit = _unit([clause.pieces for clause in clauses])
    return replace(unit, spans=tuple(clause.span for clause in clauses))


def _unit(clauses: Sequence[tuple[Piece, ...]]) -> _Unit:
    pieces = tuple(piece for clause in clauses for piece in clause)
    denied = [piece for clause in clauses for piece in _denied(clause)]
    kinds = frozenset[WishPart]().union(*(piece.phrase.kinds for piece in pieces))
    return _Unit(pieces, kinds, tuple(each for each in pieces if each.phrase.codes and each not in denied))


def _denied(clause: tuple[Piece, ...]) -> Iterator[Piece]:
    """The languages that are said not to be meant: the next one behind such a word, else those before it."""
    for place, piece in enumerate(clause):
        if not piece.phrase.kinds & {WishPart.DENY, WishPart.DENY_BEFORE}:
            continue
        upto = takewhile(lambda each: WishPart.ONLY not in each.phrase.kinds, clause[place + 1 :])
        behind = next((each for each in upto if each.phrase.codes), None)
        if behind is not None and WishPart.DENY in piece.phrase.kinds:
            yield behind
        else:
            yield from (each for each in clause[:place] if each.phrase.codes)


def _wished(unit: _Unit, *, filipino: bool) -> list[Piece]:
    """The names of languages that a unit wishes for. "Bahasa" before another one only says that it is a language."""
    named = list(unit.named)
    if len(named) > 1:
        named = [piece for piece in named if WishPart.LANG not in piece.phrase.kinds]
    says_so = bool(unit.kinds & _SAYS_A_LANGUAGE)
    if any(piece.phrase.filipino for piece in unit.pieces) or (
        filipino and not says_so and not any(piece.words == _IN for piece in unit.pieces)
    ):
        named = [piece for piece in named if piece.words != _NO_IN_FILIPINO]
    return [piece for piece in named if says_so or not piece.phrase.shared]


def _may_speak_filipino(page: str, country: str | None) -> bool:
    return page == "fil" or "fil" in _official(country)


def _settled(codes: tuple[str, ...], likely: Iterable[str | None]) -> str:
    """The one language that a name means to somebody who likely speaks these."""
    possible = tuple(each for code in codes for each in _WRITINGS.get(code, (code,)))
    return next((code for code in likely if code in possible), possible[0])


def _official(country: str | None) -> tuple[str, ...]:
    codes: tuple[str, ...] = get_official_languages(country) if country else ()
    return tuple(code.replace("_", "-") for code in codes)


def read_language_wishes(folder: Path, mistakes: list[str]) -> LanguageWishes:
    """The wishes of the config folder; mistakes are noted."""
    return LanguageWishes(read_wish_words(folder, mistakes))
