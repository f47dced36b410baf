"""Reading phrases as they are written in a file, into the form in which they are found.

A phrase is words with these signs: `*` at either end of a word stands for any letters there, `_` for up to four other words (ten
signs in scripts without spaces), `(a|b|)` for one of these or nothing, `#` for a number of two or more. `=` before a phrase says
that its marks must be written just so.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, product
from sys import intern
from typing import NamedTuple, TypeVar

from app.cases.words.folding import folded_words, marked_words
from app.cases.words.phrases import Phrases
from app.cases.words.signed_phrases import KEY as KEY_OF_SIGNS
from app.cases.words.signed_phrases import PhrasePlace, SignedPhrase, SignedPhrases
from app.cases.words.spaced_phrases import KEY, Forms, Lists, SpacedPhrases
from app.cases.words.word_numbers import WordNumbers
from app.language import UNSPACED

T = TypeVar("T")

_HOW = ("whole", "begins", "ends", "holds")
_PIECE = re.compile(r"\([^()]*\)|[^\s()]+")


class _Unreadable(Exception):
    """A phrase that says nothing, or is not written as phrases are."""


def read_phrases(lines: Iterable[tuple[str, T]], wrong: Callable[[str, str], None]) -> Phrases[T]:
    """Phrases, each with what it means; `wrong` is told of each that cannot be read, and why."""
    numbers: dict[T, int] = {}
    spaced, signed = _Spaced(), _Signed()
    for line, means in lines:
        number = numbers.setdefault(means, len(numbers))
        try:
            (signed if UNSPACED.search(line) else spaced).add(line, _pieces(line), number)
        except _Unreadable as fault:
            wrong(line, str(fault))
    return Phrases(tuple(numbers), spaced.made(), signed.made())


def _pieces(line: str) -> list[str]:
    """The pieces of a line: words, gaps, and what stands in brackets."""
    phrase = line.removeprefix("=")
    pieces = _PIECE.findall(phrase)
    if not pieces or sum(map(len, pieces)) + phrase.count(" ") < len(phrase):
        raise _Unreadable("has a bracket that does not close")
    return pieces


def _forms(piece: str) -> list[str]:
    return piece[1:-1].split("|") if piece.startswith("(") else [piece]


def _letters(form: str) -> list[str]:
    """The words of a form in plain letters."""
    return [form] if form in ("#", "_") else folded_words(form.strip("*"))


class _Word(NamedTuple):
    """One place of a phrase, in each of its forms without their stars."""

    whole: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    number: bool = False

    def telling(self) -> int:
        """How much it tells that this place fits: the letters of its shortest form. Short words stand in every text."""
        return 0 if self.number else min(map(len, (*self.whole, *self.begins, *self.ends, *self.holds)))

    def too_short(self) -> str | None:
        """The form by which no phrase can be looked up, since too much begins or ends so."""
        short = [form for form in self.begins if len(form) < KEY - 1]
        short += [form for form in (*self.ends, *self.holds) if len(form) < KEY]
        return short[0] if short else None


class _Chosen(NamedTuple):
    """A phrase with one choice made in each bracket; a code is twice the number of the place, one more where a gap is before it."""

    means: int
    codes: tuple[int, ...]
    anchor: int
    second: int
    exact: tuple[str, ...] | None


class _Spaced:
    """Gathers the phrases in scripts with spaces."""

    def __init__(self) -> None:
        self._places: dict[_Word, int] = {}
        self._words: list[_Word] = []
        self._telling: list[int] = []
        self._chosen: dict[_Chosen, None] = {}

    def add(self, line: str, pieces: list[str], means: int) -> None:
        """Take in a line, which becomes a phrase for each choice in its brackets."""
        exact = tuple(marked_words(line)) if line.startswith("=") else None
        for options in product(*map(self._options_of, pieces)):
            codes = _with_gaps(options)
            anchor, second = self._two_most_telling(codes)
            short = self._words[codes[anchor] >> 1].too_short()
            if short is not None:
                raise _Unreadable(f"has a star at {short}, which is too short to tell anything")
            self._chosen[_Chosen(means, codes, anchor, second, exact)] = None

    def _options_of(self, piece: str) -> list[list[int | None]]:
        """What a piece may be, as numbers of places and None for a gap."""
        words: list[tuple[str, str]] = []
        options = []
        for form in _forms(piece):
            letters = _letters(form)
            # Single words that may stand for each other are one place; anything else makes phrases of its own.
            if len(letters) == 1 and form != "_":
                words.append((form, letters[0]))
            else:
                options.append(self._places_of(form))
        return [[self._place(words)], *options] if words else options

    def _places_of(self, form: str) -> list[int | None]:
        places: list[int | None] = []
        for piece in form.split():
            letters = _letters(piece)
            if piece == "_":
                places.append(None)
            elif len(letters) == 1:
                places.append(self._place([(piece, letters[0])]))
            else:
                places += [self._place([(each, each)]) for each in letters]
        return places

    def _place(self, forms: list[tuple[str, str]]) -> int:
        word = _word(forms)
        number = self._places.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
            self._telling.append(word.telling())
        return number

    def _two_most_telling(self, codes: Sequence[int]) -> tuple[int, int]:
        """Where the most telling place of a phrase stands, and the next one; the same where there is no other."""
        ordered = sorted(range(len(codes)), key=lambda at: -self._telling[codes[at] >> 1])
        return ordered[0], ordered[min(1, len(ordered) - 1)]

    def made(self) -> SpacedPhrases:
        """All of them, in the form in which they are found."""
        anchors = dict.fromkeys(each.codes[each.anchor] >> 1 for each in self._chosen)
        number = {old: new for new, old in enumerate(dict.fromkeys([*anchors, *range(len(self._words))]))}
        ordered = sorted(self._chosen, key=lambda each: number[each.codes[each.anchor] >> 1])
        phrases_of = Counter(number[each.codes[each.anchor] >> 1] for each in ordered)
        return SpacedPhrases(
            forms=_forms_of([self._words[old] for old in number]),
            codes=Lists((2 * number[code >> 1] + (code & 1) for code in each.codes) for each in ordered),
            means=array("H", (each.means for each in ordered)),
            anchor_at=array("H", (each.anchor for each in ordered)),
            second=array("H", (number[each.codes[each.second] >> 1] for each in ordered)),
            first=array("I", accumulate((phrases_of[place] for place in range(len(anchors))), initial=0)),
            exact={at: list(each.exact) for at, each in enumerate(ordered) if each.exact is not None},
        )


def _word(forms: Iterable[tuple[str, str]]) -> _Word:
    """A place from its forms, each as it is written and in plain letters."""
    whole: set[str] = set()
    begins: list[str] = []
    ends: list[str] = []
    holds: list[str] = []
    number = False
    for form, letters in forms:
        before, after = form.startswith("*"), form.endswith("*")
        if form == "#":
            number = True
        elif before and after:
            if len(letters) < KEY:
                raise _Unreadable(f"has a star at {letters}, which is too short to tell anything")
            holds.append(letters)
        elif before or after:
            (ends if before else begins).append(letters)
        else:
            whole.add(letters)
    return _Word(tuple(sorted(whole)), tuple(begins), tuple(ends), tuple(holds), number)


def _with_gaps(options: Iterable[list[int | None]]) -> tuple[int, ...]:
    codes: list[int] = []
    gap = False
    for place in chain.from_iterable(options):
        if place is not None:
            codes.append(2 * place + gap)
        gap = place is None
    if gap:
        raise _Unreadable("ends with a gap")
    if not codes:
        raise _Unreadable("holds no letter")
    if codes[0] & 1:
        raise _Unreadable("begins with a gap")
    return tuple(codes)


def _forms_of(places: Sequence[_Word]) -> Forms:
    """Each form with the number of a list of places; equal lists are kept once."""
    lists: dict[tuple[int, ...], int] = {}
    whole = _fitted(((place, form) for place, word in enumerate(places) for form in word.whole), lists)
    begins = _fitted(((place, form) for place, word in enumerate(places) for form in word.begins), lists)
    ends = _fitted(((place, form) for place, word in enumerate(places) for form in word.ends), lists)
    held = _fitted(((place, form) for place, word in enumerate(places) for form in word.holds), lists)
    several = tuple(place for place, word in enumerate(places) if word.number)
    holds: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for part, number in held.items():
        holds[part[:KEY]].append((part, number))
    return Forms(
        whole=WordNumbers(whole),
        begins=WordNumbers(begins),
        ends=WordNumbers(ends),
        holds=dict(holds),
        several=lists.setdefault(several, len(lists)) if several else None,
        begin_lengths=_lengths(begins, str.startswith, slice(KEY)),
        end_lengths=_lengths(ends, str.endswith, slice(-KEY, None)),
        first_held=frozenset(part[0] for part in holds),
        places=Lists(lists),
    )


def _fitted(forms: Iterable[tuple[int, str]], lists: dict[tuple[int, ...], int]) -> dict[str, int]:
    places: dict[str, tuple[int, ...]] = {}
    for place, form in forms:
        places[form] = (*places.get(form, ()), place)
    return {form: lists.setdefault(found, len(lists)) for form, found in places.items()}


def _lengths(forms: Iterable[str], fits: Callable[[str, str], bool], key: slice) -> dict[str, bytes]:
    """How long the forms are that may fit a word with these letters at that end, shorter ones than the letters among them."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in forms:
        lengths[form[key]].add(len(form))
    short = [letters for letters in lengths if len(letters) < KEY]
    told = {
        letters: bytes(sorted(found.union(*(lengths[each] for each in short if fits(letters, each)))))
        for letters, found in lengths.items()
    }
    kept: dict[bytes, bytes] = {}  # most are the same few
    return {letters: kept.setdefault(each, each) for letters, each in told.items()}


class _Signed:
    """Gathers the phrases in scripts without spaces."""

    def __init__(self) -> None:
        self._places: dict[PhrasePlace, PhrasePlace] = {}
        self._by_key: dict[str, dict[tuple[str, SignedPhrase], None]] = defaultdict(dict)

    def add(self, line: str, pieces: list[str], means: int) -> None:
        """Take in a line, which becomes a phrase for each bracket that is or is not there."""
        for chosen in product(*(_signed_options(_forms(piece)) for piece in pieces)):
            places = [self._place(gap, forms) for gap, forms in _gapped(forms for forms in chosen if forms)]
            at = max(
                range(len(places)), key=lambda each: min(len(form.strip("#")) for form in places[each].forms)
            )
            phrase = SignedPhrase(
                means, places[at].gap, tuple(reversed(places[:at])), tuple(places[at + 1 :])
            )
            for form in places[at].forms:
                if form == "#":
                    raise _Unreadable("tells nothing but a number")
                self._by_key[form[:KEY_OF_SIGNS]][form, phrase] = None

    def _place(self, gap: bool, forms: list[str]) -> PhrasePlace:
        letters = tuple(intern(form if form == "#" else "".join(folded_words(form))) for form in forms)
        if not all(letters):
            raise _Unreadable("holds no letter")
        place = PhrasePlace(gap, letters)
        return self._places.setdefault(place, place)

    def made(self) -> SignedPhrases:
        """All of them, in the form in which they are found."""
        return SignedPhrases({key: tuple(phrases) for key, phrases in self._by_key.items()})


def _signed_options(forms: list[str]) -> list[list[str]]:
    """The forms of one place, and none at all where that is allowed."""
    return [[form for form in forms if form], *([] for form in forms if not form)]


def _gapped(chosen: Iterable[list[str]]) -> Iterator[tuple[bool, list[str]]]:
    """The places of a phrase, each with whether a gap is before it."""
    gap, first = False, True
    for forms in chosen:
        if forms != ["_"]:
            yield gap, forms
            gap, first = False, False
        elif first:
            raise _Unreadable("begins with a gap")
        else:
            gap = True
    if gap:
        raise _Unreadable("ends with a gap")
    if first:
        raise _Unreadable("holds no letter")
