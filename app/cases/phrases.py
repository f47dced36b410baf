"""Finding phrases in what people write: in any script, without marks, in chat spelling, and in time that grows with the text only.

A phrase is words with these signs: `*` at either end of a word stands for any letters there, `_` for up to four other words (ten
signs in scripts without spaces), `(a|b|)` for one of these or nothing, `#` for a number of two or more. `=` before a phrase says
that its marks must be written just so. Everything is pure; nothing here knows what a phrase means.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Generic, TypeVar

T = TypeVar("T")

UNSPACED = re.compile(r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF]")
"""Scripts that put no space between words: a word in them may stand anywhere."""

_GAP = 4
_GAP_OF_SIGNS = 10
# A word that may begin or end in any way is looked up by three of its letters.
_KEY = 3
_LEAST = 2
# More beginnings than this are in no honest text; what comes after them is not looked at, so that nobody can make us work.
_MOST_TRIES = 5_000
_LONGEST_WORD = 60
_MOST_REMEMBERED = 8_192
_LONGEST_RUN_OF_MARKS = re.compile(r"([\u0300-\u036F]{3})[\u0300-\u036F]+")

_STOPS = frozenset(".!?…‽。！？．।॥؟۔။។፡።")
_APOSTROPHES = frozenset("'’‘`´ʼʻ′＇")
# Letters that Unicode does not take apart though readers see the plain one, and Arabic letters that keyboards mix up.
_PLAIN = {
    "đ": "d",
    "ł": "l",
    "ø": "o",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ß": "s",
    "ی": "ي",
    "ى": "ي",
    "ے": "ي",
    "ک": "ك",
    "ہ": "ه",
    "ھ": "ه",
    "ۃ": "ه",
    "ة": "ه",
    "ۂ": "ه",
    "ٹ": "ت",
    "ڈ": "د",
    "ڑ": "ر",
    "ں": "ن",
    "ٱ": "ا",
    "ँ": "ं",
}
# Accents of Latin and Cyrillic, Arabic vowel signs and hamza, the stroke that stretches a word, the dots under Indian letters.
_DROPPED = frozenset(
    chr(code)
    for code in (*range(0x300, 0x370), 0x640, *range(0x64B, 0x660), 0x670, 0x93C, 0x9BC, 0xFE0E, 0xFE0F)
)
_DOUBLED = re.compile(r"([a-z])\1+")
_DIGITS = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
_SEVERAL = re.compile(r"1[0-9]|[2-9]|[二两兩三四五六七八九十几幾数數半]")


class _Signs(dict[int, str]):
    """What each sign becomes: worked out when it is first met, and remembered for as many as any writing needs."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, code: int) -> str:
        plain = self._become(chr(code))
        if len(self) < _MOST_REMEMBERED:
            self[code] = plain
        return plain


def _plain_sign(sign: str) -> str:
    if sign in _STOPS:
        return " . "
    if sign in _APOSTROPHES or sign in _DROPPED or unicodedata.category(sign) == "Cf":
        return ""
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    # Sign by sign: normalising a whole text would take long where thousands of marks stand on one letter.
    apart = (_PLAIN.get(part, part) for part in unicodedata.normalize("NFKD", sign.casefold()))
    return "".join(
        part if unicodedata.category(part)[0] in "LMN" else " " for part in apart if part not in _DROPPED
    )


def _marked_sign(sign: str) -> str:
    """As `_plain_sign`, but a letter keeps its marks."""
    plain = _plain_sign(sign)
    return sign.casefold() if plain.isalpha() or sign in _DROPPED else plain


_SIGNS = _Signs(_plain_sign)
_MARKED_SIGNS = _Signs(_marked_sign)


def fold(text: str) -> str:
    """The words as they are compared: no case, accents, punctuation, invisible signs or doubled letters; a stop is a dot alone."""
    return _DIGITS.sub(" ", _DOUBLED.sub(r"\1", text.translate(_SIGNS)))


def _marked(text: str) -> list[str]:
    """The words of `fold` with their marks; runs of marks are cut first, since composing them takes long."""
    composed = unicodedata.normalize("NFC", _LONGEST_RUN_OF_MARKS.sub(r"\1", text))
    return _DIGITS.sub(" ", _DOUBLED.sub(r"\1", composed.translate(_MARKED_SIGNS))).split()


def _is_several(word: str) -> bool:
    """Whether the word is a number of two or more."""
    return word.isdigit() and word.lstrip("0") not in ("", "1")


@dataclass(frozen=True, slots=True)
class _Word:
    """One place of a phrase, in each of its forms; `gap` says that other words may stand before it."""

    gap: bool
    whole: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    number: bool = False

    def fits(self, word: str) -> bool:
        return (
            word in self.whole
            or word.startswith(self.begins)
            or word.endswith(self.ends)
            or any(part in word for part in self.holds)
            or (self.number and _is_several(word))
        )

    @property
    def telling(self) -> int:
        """How much it tells that this place fits: the letters of its shortest form. Short words stand in every text."""
        if self.number:
            return 0
        return min(len(form) for form in (*self.whole, *self.begins, *self.ends, *self.holds))


def _nearest(wanted: _Word, words: list[str], places: range) -> int:
    """The first of these places whose word fits, or -1."""
    for place in places:
        if wanted.fits(words[place]):
            return place
    return -1


@dataclass(frozen=True, slots=True)
class _Phrase(Generic[T]):
    """A phrase by its most telling place, the `anchor`, by which it is looked up; `before` runs back from there, `after` on."""

    means: T
    anchor: _Word
    before: tuple[_Word, ...]
    after: tuple[_Word, ...]
    exact: tuple[str, ...] | None = None

    def around(self, words: list[str], at: int) -> tuple[int, int] | None:
        """From where to where the phrase stands, if the word at this place is its anchor."""
        start, gap = at, self.anchor.gap
        for wanted in self.before:
            start = _nearest(wanted, words, range(start - 1, max(-1, start - 2 - gap * _GAP), -1))
            if start < 0:
                return None
            gap = wanted.gap
        end = at + 1
        for wanted in self.after:
            end = 1 + _nearest(wanted, words, range(end, min(len(words), end + 1 + wanted.gap * _GAP)))
            if not end:
                return None
        return start, end


@dataclass(frozen=True, slots=True)
class _Place:
    """One place of a phrase in a script without spaces, in each of its forms; `#` among them is a number."""

    gap: bool
    forms: tuple[str, ...]

    def behind(self, text: str, at: int) -> int | None:
        """The end of the nearest form at or behind this place."""
        places = [
            _number_at(text, at, self.gap) if form == "#" else _form_at(text, at, form, self.gap)
            for form in self.forms
        ]
        # Of two that begin together the longer one is meant.
        best = min(
            (place for place in places if place), key=lambda place: (place[0], -place[1]), default=None
        )
        return None if best is None else best[1]

    def ahead(self, text: str, at: int, gap: bool) -> int | None:
        """The start of the nearest form that ends at or before this place."""
        starts = [
            _number_before(text, at, gap) if form == "#" else _form_before(text, at, form, gap)
            for form in self.forms
        ]
        known = [start for start in starts if start is not None]
        if not known:
            return None
        return max(known) if gap else min(known)


def _form_at(text: str, at: int, form: str, gap: bool) -> tuple[int, int] | None:
    found = text.find(form, at, at + len(form) + (_GAP_OF_SIGNS if gap else 0))
    return None if found < 0 else (found, found + len(form))


def _number_at(text: str, at: int, gap: bool) -> tuple[int, int] | None:
    found = _SEVERAL.search(text, at, at + 2 + (_GAP_OF_SIGNS if gap else 0))
    return None if found is None or (not gap and found.start() != at) else (found.start(), found.end())


def _form_before(text: str, at: int, form: str, gap: bool) -> int | None:
    found = text.rfind(form, max(0, at - len(form) - (_GAP_OF_SIGNS if gap else 0)), at)
    return None if found < 0 else found


def _number_before(text: str, at: int, gap: bool) -> int | None:
    last = None
    for found in _SEVERAL.finditer(text, max(0, at - 2 - (_GAP_OF_SIGNS if gap else 0)), at):
        last = found
    return None if last is None or (not gap and last.end() != at) else last.start()


@dataclass(frozen=True, slots=True)
class _Signed(Generic[T]):
    """A phrase in a script without spaces, by the form of its most telling place."""

    means: T
    form: str
    gap: bool
    before: tuple[_Place, ...]
    after: tuple[_Place, ...]

    def around(self, text: str, at: int) -> tuple[int, int] | None:
        """From where to where the phrase stands, if its form stands at this place."""
        if not text.startswith(self.form, at):
            return None
        start, gap = at, self.gap
        for place in self.before:
            found = place.ahead(text, start, gap)
            if found is None:
                return None
            start, gap = found, place.gap
        end = at + len(self.form)
        for place in self.after:
            found = place.behind(text, end)
            if found is None:
                return None
            end = found
        return start, end


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """A phrase that was found, and from where to where; only stretches of the same `signs` can be compared."""

    means: T
    start: int
    end: int
    signs: bool

    def touches(self, other: "Stretch[T]") -> bool:
        """Whether the two share any of the text."""
        return self.signs == other.signs and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Phrases(Generic[T]):
    """Any number of phrases with what each means, to be found all at once; built by `read_phrases` only."""

    _whole: dict[str, list[_Phrase[T]]] = field(default_factory=dict, repr=False)
    _begins: dict[str, list[tuple[str, _Phrase[T]]]] = field(default_factory=dict, repr=False)
    _ends: dict[str, list[tuple[str, _Phrase[T]]]] = field(default_factory=dict, repr=False)
    _holds: dict[str, list[tuple[str, _Phrase[T]]]] = field(default_factory=dict, repr=False)
    _signed: dict[str, list[_Signed[T]]] = field(default_factory=dict, repr=False)
    # The first letters of what may stand within a word: a word with none of them is not looked through.
    _held: set[str] = field(default_factory=set, repr=False)

    def find(self, text: str) -> list[Stretch[T]]:
        """Every phrase that stands in the text."""
        folded = fold(text)
        found = list(self._in_words(folded.split(), text))
        if UNSPACED.search(folded):
            found += self._in_signs("".join(folded.split()))
        return found

    def _in_words(self, words: list[str], text: str) -> Iterator[Stretch[T]]:
        known: dict[str, list[_Phrase[T]]] = {}
        marked: list[str] | None = None
        tries = 0
        for at, word in enumerate(words):
            phrases = known.get(word)
            if phrases is None:
                phrases = known[word] = list(self._anchored_at(word))
            tries += len(phrases)
            if tries > _MOST_TRIES:
                return
            for phrase in phrases:
                place = phrase.around(words, at)
                if place is None:
                    continue
                if phrase.exact is not None:
                    marked = _marked(text) if marked is None else marked
                    if tuple(marked[slice(*place)]) != phrase.exact:
                        continue
                yield Stretch(phrase.means, *place, signs=False)

    def _anchored_at(self, word: str) -> Iterator[_Phrase[T]]:
        yield from self._whole.get(word, ())
        if _is_several(word):
            yield from self._whole.get("#", ())
        for start, phrase in (*self._begins.get(word[:_KEY], ()), *self._begins.get(word[:_LEAST], ())):
            if word.startswith(start):
                yield phrase
        for ending, phrase in self._ends.get(word[-_KEY:], ()):
            if word.endswith(ending):
                yield phrase
        if self._held.isdisjoint(word):
            return
        for at in range(min(len(word), _LONGEST_WORD) - _KEY + 1):
            for part, phrase in self._holds.get(word[at : at + _KEY], ()):
                if word.startswith(part, at):
                    yield phrase

    def _in_signs(self, text: str) -> Iterator[Stretch[T]]:
        tries = 0
        for at in range(len(text)):
            for key in (text[at], text[at : at + 2]):
                phrases = self._signed.get(key)
                if phrases is None:
                    continue
                tries += len(phrases)
                if tries > _MOST_TRIES:
                    return
                for phrase in phrases:
                    place = phrase.around(text, at)
                    if place is not None:
                        yield Stretch(phrase.means, *place, signs=True)


def read_phrases(lines: Iterable[tuple[str, T]], wrong: Callable[[str, str], None]) -> Phrases[T]:
    """Phrases as they are written in a file, each with what it means; `wrong` is told of each that cannot be read, and why."""
    phrases: Phrases[T] = Phrases()
    for line, means in lines:
        try:
            _read_line(phrases, line, means)
        except _Unreadable as fault:
            wrong(line, str(fault))
    _letters.cache_clear()
    _word.cache_clear()
    return phrases


class _Unreadable(Exception):
    """A phrase that says nothing, or is not written as phrases are."""


_PIECE = re.compile(r"\([^()]*\)|[^\s()]+")


def _read_line(phrases: Phrases[T], line: str, means: T) -> None:
    exact = line.startswith("=")
    pieces = _PIECE.findall(line.removeprefix("="))
    if not pieces or "".join(pieces).replace(" ", "") != line.removeprefix("=").replace(" ", ""):
        raise _Unreadable("has a bracket that does not close")
    if UNSPACED.search(line):
        for signed in product(*(_signed_options(_forms(piece)) for piece in pieces)):
            _add_signed(phrases, [form for form in signed if form], means)
        return
    pattern = tuple(_marked(line[1:])) if exact else None
    for chosen in product(*(_options(_forms(piece)) for piece in pieces)):
        _add_spaced(phrases, list(_words(chosen)), means, pattern)


def _forms(piece: str) -> list[str]:
    return piece[1:-1].split("|") if piece.startswith("(") else [piece]


def _options(forms: list[str]) -> list[str | list[str]]:
    """Single words that may stand for each other are one place of the phrase; anything else makes phrases of their own."""
    words = [form for form in forms if _is_word(form)]
    others: list[str | list[str]] = [form for form in forms if not _is_word(form)]
    return [words, *others] if words else others


def _is_word(form: str) -> bool:
    return form == "#" or (form != "_" and len(_letters(form)) == 1)


@lru_cache(maxsize=1024)
def _letters(form: str) -> tuple[str, ...]:
    """The words of a form in plain letters; a form is asked for several times in a row."""
    return tuple(fold(form.strip("*")).split())


def _words(chosen: Iterable[str | list[str]]) -> Iterator[_Word]:
    gap = False
    for forms in chosen:
        for piece in [tuple(forms)] if isinstance(forms, list) else forms.split():
            if piece == "_":
                gap = True
            elif isinstance(piece, tuple) or _is_word(piece):
                yield _word(piece if isinstance(piece, tuple) else (piece,), gap)
                gap = False
            else:
                for letters in _letters(piece):
                    yield _Word(gap, frozenset({letters}))
                    gap = False
    if gap:
        raise _Unreadable("ends with a gap")


# The same word stands in many phrases: it is kept once.
@lru_cache(maxsize=1024)
def _word(forms: tuple[str, ...], gap: bool) -> _Word:
    whole: set[str] = set()
    begins: list[str] = []
    ends: list[str] = []
    holds: list[str] = []
    for form in forms:
        if form == "#":
            continue
        letters = _letters(form)[0]
        before, after = form.startswith("*"), form.endswith("*")
        if before and after:
            holds.append(letters)
        elif before or after:
            (ends if before else begins).append(letters)
        else:
            whole.add(letters)
    return _Word(gap, frozenset(whole), tuple(begins), tuple(ends), tuple(holds), "#" in forms)


def _add_spaced(phrases: Phrases[T], words: list[_Word], means: T, exact: tuple[str, ...] | None) -> None:
    if not words:
        raise _Unreadable("holds no letter")
    if words[0].gap:
        raise _Unreadable("begins with a gap")
    place = max(range(len(words)), key=lambda each: words[each].telling)
    anchor = words[place]
    phrase = _Phrase(means, anchor, tuple(reversed(words[:place])), tuple(words[place + 1 :]), exact)
    for word in (*anchor.whole, *("#" if anchor.number else "")):
        phrases._whole.setdefault(word, []).append(phrase)
    for part in anchor.begins:
        phrases._begins.setdefault(_key(part, slice(_KEY), _LEAST), []).append((part, phrase))
    for part in anchor.ends:
        phrases._ends.setdefault(_key(part, slice(-_KEY, None), _KEY), []).append((part, phrase))
    for part in anchor.holds:
        phrases._holds.setdefault(_key(part, slice(_KEY), _KEY), []).append((part, phrase))
        phrases._held.add(part[0])


def _key(part: str, key: slice, least: int) -> str:
    """The letters that a word with a star is looked up by."""
    if len(part) < least:
        raise _Unreadable(f"has a star at {part}, which is too short to tell anything")
    return part[key]


def _signed_options(forms: list[str]) -> list[str | list[str]]:
    """The forms of one place, and nothing at all where that is allowed."""
    if forms == ["_"]:
        return ["_"]
    return [[form for form in forms if form], *("" for form in forms if not form)]


def _add_signed(phrases: Phrases[T], pieces: list[str | list[str]], means: T) -> None:
    gap, places = False, []
    for piece in pieces:
        if piece == "_":
            gap = True
            continue
        forms = [piece] if isinstance(piece, str) else piece
        letters = tuple(form if form == "#" else "".join(fold(form).split()) for form in forms)
        if not all(letters):
            raise _Unreadable("holds no letter")
        places.append(_Place(gap, letters))
        gap = False
    if gap:
        raise _Unreadable("ends with a gap")
    if not places or places[0].gap:
        raise _Unreadable("begins with a gap")
    at = max(range(len(places)), key=lambda each: min(len(form.strip("#")) for form in places[each].forms))
    before, after = tuple(reversed(places[:at])), tuple(places[at + 1 :])
    for form in places[at].forms:
        if form == "#":
            raise _Unreadable("tells nothing but a number")
        phrase = _Signed(means, form, places[at].gap, before, after)
        phrases._signed.setdefault(form[:2], []).append(phrase)
