"""Does what somebody wrote name this thing? Pure comparisons in any script, by rapidfuzz; nothing here reads the database.

A wrong "certain" would send a case to the very people it is about, so a match is certain only when a name (and a town, where there
is one) accounts for what was written and nothing else comes near. Everything else is a guess for a person to look at.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Generic, TypeVar

from app.language import UNSPACED, SignTable, folded, to_ascii

T = TypeVar("T")

# One wrong letter in a name of seven still fits, one in a name of six no longer does.
SURE = 88.0
_PLAUSIBLE = 75.0
# How far behind every other thing has to stay.
_CLEAR = 8.0
_TOWN = 12.0
# A name among other words counts less than a name alone; a part of a name counts enough to stand in the way of certainty.
_AMONG_WORDS = 0.9
_PART_OF_NAME = 93.0
_LONGEST = 300
# For names that are only looked up letter by letter.
_LONGEST_LIST = 2000

# Letters that Unicode does not take apart though readers see the plain one.
_PLAIN = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
# Legal forms say nothing about which company it is, and workers leave them out.
_SILENT = frozenset(
    re.findall(
        r"\w+",
        """
        ag bhd co company corp corporation cv de gmbh inc kft limited llc llp ltd ltda nv oo oyj pcl plc private pt pte pty pvt
        rt sa sac sapi sdn sp spa sro srl tbk the zoo zrt
        """,
    )
)
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}")
# Accents of Latin, Greek and Cyrillic, Arabic vowel signs, the stroke that stretches a word. Signs of other scripts are letters.
_ACCENTS = frozenset(chr(code) for code in (*range(0x300, 0x370), 0x640, *range(0x64B, 0x653)))


@dataclass(frozen=True)
class Named(Generic[T]):
    """A thing with the names it goes by and, for a place, its town in every known spelling; all in plain form."""

    thing: T
    names: tuple[str, ...]
    towns: tuple[str, ...] = ()


@dataclass(frozen=True)
class BestMatch(Generic[T]):
    """The one thing that fits best, whether that is certain, and everything that could be meant, best first."""

    best: T | None
    certain: bool
    possible: tuple[T, ...]


@dataclass(frozen=True)
class _Fit(Generic[T]):
    thing: T
    score: float
    accounted: float
    name: str


def named(thing: T, names: Iterable[str], towns: Iterable[str] = ()) -> Named[T]:
    """Make a thing's names comparable, once for any number of comparisons."""
    return Named(
        thing, _distinct(plain_name(name) for name in names), _distinct(plain_text(town) for town in towns)
    )


def best_match(text: str, things: Iterable[Named[T]], *, sure: float = SURE) -> BestMatch[T]:
    """Which thing the words name; `sure` is how much of what was written its name has to account for (0 to 100)."""
    # Cut again: some signs become eight when they are folded, and every site is compared.
    words = plain_name(text[:_LONGEST])[:_LONGEST]
    fits = [fit for thing in things if words and (fit := _fit(words, thing)).score >= _PLAUSIBLE]
    if not fits:
        return BestMatch(None, False, ())
    fits.sort(key=lambda fit: (fit.score, len(fit.name)), reverse=True)
    best = fits[0]
    # A shorter name inside the best one ("Foxway" in "Foxway Precision") is found with it and is no rival.
    alone = all(
        other.score <= best.score - _CLEAR or (other.name != best.name and _part_of(other.name, best.name))
        for other in fits[1:]
    )
    possible = tuple(fit.thing for fit in fits)
    return BestMatch(best.thing if alone else None, alone and best.accounted >= sure, possible)


def plain_text(text: str) -> str:
    """The words as they are compared: without case, accents, punctuation and invisible signs, digits as 0 to 9."""
    plain = folded(to_ascii(text), "NFKD").casefold().translate(_PLAIN)
    plain = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), plain)
    return " ".join(folded(plain.translate(_PLAIN_SIGNS), "NFKC").split())


def plain_name(text: str) -> str:
    """As `plain_text`, and without legal forms such as Ltd, unless nothing else is there."""
    words = plain_text(text).split()
    return " ".join([word for word in words if word not in _SILENT] or words)


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if sign in _ACCENTS or category == "Cf":
        return ""
    return sign if category[0] in "LMN" else " "


_PLAIN_SIGNS = SignTable(_plain_sign)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _fit(words: str, thing: Named[T]) -> _Fit[T]:
    """How well the words fit the thing's best name, and how much of them that name and the town account for."""
    rest = _without_town(words, thing.towns)
    best = _Fit(thing.thing, 0.0, 0.0, "")
    for name in thing.names:
        inside = _inside(name, words)
        whole = max(_alike(words, name), 0.0 if rest is None else _alike(rest, name))
        part = _PART_OF_NAME if _part_of(words if rest is None else rest, name) else 0.0
        score = max(whole, _AMONG_WORDS * inside, part)
        if score > best.score:
            best = _Fit(thing.thing, score, whole if rest is None else max(whole, inside), name)
    if rest is None or best.score < _PLAUSIBLE:
        return best
    return _Fit(best.thing, best.score + _TOWN, best.accounted, best.name)


@cache
def _fuzz() -> ModuleType:
    # Only where somebody types a name: with the library of C++ it is four megabytes, and many reports come from a poster.
    from rapidfuzz import fuzz

    return fuzz


def _without_town(words: str, towns: Iterable[str]) -> str | None:
    """The words without the first of these towns that stands in them; nothing when none does."""
    for town in towns:
        if len(town) <= len(words) and _inside(town, words) >= SURE:
            found = _fuzz().partial_ratio_alignment(town, words)
            if found is not None:
                return " ".join((words[: found.dest_start] + " " + words[found.dest_end :]).split())
    return None


def _inside(name: str, words: str) -> float:
    """How well the name stands somewhere in the words, at the edges of words where the script has them."""
    if len(name) < 2:
        return 0.0
    if not UNSPACED.search(name):
        name, words = f" {name} ", f" {words} "
    compare = _fuzz().partial_ratio if len(name) <= len(words) else _fuzz().ratio
    return float(compare(name, words, score_cutoff=_PLAUSIBLE))


def _part_of(words: str, name: str) -> bool:
    if UNSPACED.search(words):
        return len(words) > 1 and words in name
    return len(words) > 2 and f" {words} " in f" {name} "


def _alike(words: str, name: str) -> float:
    """How alike the two are in all, in any order of words; 0 when their lengths alone keep them apart."""
    if 200 * min(len(words), len(name)) < _PLAUSIBLE * (len(words) + len(name)):
        return 0.0
    in_order = _fuzz().ratio(words, name, score_cutoff=_PLAUSIBLE)
    return float(max(in_order, _fuzz().token_sort_ratio(words, name, score_cutoff=_PLAUSIBLE)))


def stands_in(thing: Named[T], text: str) -> bool:
    """Whether one of its names stands in the words, whole and letter for letter, whatever else is written around it."""
    return _stands(thing, plain_name(text[:_LONGEST_LIST]))


def named_by(text: str, things: Iterable[Named[T]]) -> list[T]:
    """The things of which a name stands so in a text of any length, which is folded once."""
    words = plain_name(text)
    return [thing.thing for thing in things if _stands(thing, words)]


def _stands(thing: Named[T], words: str) -> bool:
    return any(
        name in words if UNSPACED.search(name) else f" {name} " in f" {words} "
        for name in thing.names
        if len(name) > 2
    )
