"""Finding phrases in scripts that put no space between words: by the signs themselves, wherever they stand."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import NamedTuple

GAP_OF_SIGNS = 10
"""How many other signs may stand in a gap."""

KEY = 2
"""A phrase is looked up by so many signs, or by the only one."""

_SEVERAL = re.compile(r"1[0-9]|[2-9]|[二两兩三四五六七八九十几幾数數半]")


@dataclass(frozen=True, slots=True)
class PhrasePlace:
    """One place of a phrase, in each of its forms; `#` among them is a number. `gap`: other signs may stand before it."""

    gap: bool
    forms: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        """Whether any of its forms stands anywhere in the text."""
        return any(form == "#" or form in text for form in self.forms)

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
    found = text.find(form, at, at + len(form) + (GAP_OF_SIGNS if gap else 0))
    return None if found < 0 else (found, found + len(form))


def _number_at(text: str, at: int, gap: bool) -> tuple[int, int] | None:
    found = _SEVERAL.search(text, at, at + 2 + (GAP_OF_SIGNS if gap else 0))
    return None if found is None or (not gap and found.start() != at) else (found.start(), found.end())


def _form_before(text: str, at: int, form: str, gap: bool) -> int | None:
    found = text.rfind(form, max(0, at - len(form) - (GAP_OF_SIGNS if gap else 0)), at)
    return None if found < 0 else found


def _number_before(text: str, at: int, gap: bool) -> int | None:
    last = None
    for found in _SEVERAL.finditer(text, max(0, at - 2 - (GAP_OF_SIGNS if gap else 0)), at):
        last = found
    return None if last is None or (not gap and last.end() != at) else last.start()


@dataclass(frozen=True, slots=True)
class SignedPhrase:
    """What stands around a form of the most telling place: `before` runs back from there, `after` on."""

    means: int
    gap: bool
    before: tuple[PhrasePlace, ...]
    after: tuple[PhrasePlace, ...]

    def may_be_in(self, text: str) -> bool:
        """Whether every other place stands anywhere in the text."""
        return all(place.is_in(text) for place in (*self.before, *self.after))

    def around(self, text: str, form: str, at: int) -> tuple[int, int] | None:
        """From where to where the phrase stands, if its form stands at this place."""
        start, gap = at, self.gap
        for place in self.before:
            found = place.ahead(text, start, gap)
            if found is None:
                return None
            start, gap = found, place.gap
        end = at + len(form)
        for place in self.after:
            found = place.behind(text, end)
            if found is None:
                return None
            end = found
        return start, end


class SignedTry(NamedTuple):
    """A phrase that may stand in a text: how often it has to be tried, by which form, and the phrase."""

    cost: int
    form: str
    phrase: SignedPhrase


@dataclass(frozen=True, slots=True)
class SignedPhrases:
    """Phrases with the form each is told by, looked up by the first signs of that form."""

    by_key: Mapping[str, Sequence[tuple[str, SignedPhrase]]]

    def look_at(self, text: str) -> "SignedText":
        """A text without spaces, with what may stand in it."""
        keys = {*text, *map(add, text, text[1:])}
        tries: defaultdict[int, list[SignedTry]] = defaultdict(list)
        for key in self.by_key.keys() & keys:
            for form, phrase in self.by_key[key]:
                if form in text and phrase.may_be_in(text):
                    tries[phrase.means].append(SignedTry(text.count(form), form, phrase))
        return SignedText(text, tries)


@dataclass(frozen=True, slots=True)
class SignedText:
    """A text without spaces, and the phrases that may stand in it by what they mean."""

    text: str
    tries: Mapping[int, list[SignedTry]]

    def places(self, form: str) -> Iterator[int]:
        """Where a form stands."""
        at = self.text.find(form)
        while at >= 0:
            yield at
            at = self.text.find(form, at + 1)
