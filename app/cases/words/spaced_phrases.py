"""Finding phrases among words with spaces between them, in time that grows with the text only.

Thousands of phrases stay in every process, so they are kept as numbers in flat arrays. A *place* of a phrase is the set of words
that may stand there. A phrase is looked up by its most telling place, its *anchor*, and tried only if the next telling one is in
the text as well.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.cases.words.folding import is_several
from app.cases.words.word_numbers import WordNumbers

KEY = 3
"""A word that may begin or end in any way is looked up by so many letters."""

GAP = 4
"""How many other words may stand in a gap."""

_LONGEST_WORD = 60


class Lists:
    """Many short lists of small numbers, in few bytes."""

    __slots__ = ("_ends", "_numbers")

    def __init__(self, lists: Iterable[Iterable[int]] = ()) -> None:
        self._ends, self._numbers = array("I", [0]), array("H")
        for each in lists:
            self._numbers.extend(each)
            self._ends.append(len(self._numbers))

    def __getitem__(self, number: int) -> Sequence[int]:
        return self._numbers[self._ends[number] : self._ends[number + 1]]


@dataclass(frozen=True, slots=True)
class Forms:
    """What may stand in the places, by the number of the list in `places` that says in which; `several`: any number above one."""

    whole: WordNumbers
    begins: WordNumbers
    ends: WordNumbers
    # By their first letters, since a word is looked through for any of them.
    holds: Mapping[str, Sequence[tuple[str, int]]]
    several: int | None
    places: Lists
    # How long the beginnings are that a word with these first letters may have, and likewise the ends: most words stop here.
    # A word is looked up by KEY letters; where none stand there, by fewer.
    begin_lengths: Mapping[str, Sequence[int]]
    end_lengths: Mapping[str, Sequence[int]]
    first_held: frozenset[str]

    def fitted_by(self, word: str) -> set[int]:
        """The places that a word fits."""
        places = self.places
        fitted: set[int] = set()
        number = self.whole.get(word)
        if number is not None:
            fitted.update(places[number])
        lengths = self.begin_lengths
        for length in lengths.get(word[:KEY]) or lengths.get(word[:2]) or lengths.get(word[:1]) or ():
            number = self.begins.get(word[:length])
            if number is not None:
                fitted.update(places[number])
        lengths = self.end_lengths
        for length in lengths.get(word[-KEY:]) or lengths.get(word[-2:]) or ():
            number = self.ends.get(word[-length:])
            if number is not None:
                fitted.update(places[number])
        if self.several is not None and word.isdigit() and is_several(word):
            fitted.update(places[self.several])
        if not self.first_held.isdisjoint(word):
            for number in self._held_by(word):
                fitted.update(places[number])
        return fitted

    def _held_by(self, word: str) -> Iterator[int]:
        for at in range(min(len(word), _LONGEST_WORD)):
            for part, number in self.holds.get(word[at : at + KEY], ()):
                if word.startswith(part, at):
                    yield number


class SpacedTry(NamedTuple):
    """A phrase that may stand in a text: how often it has to be tried, its number, and where its anchor stands."""

    cost: int
    phrase: int
    at: Sequence[int]


@dataclass(frozen=True, slots=True)
class SpacedPhrases:
    """Phrases by number, ordered by their anchors; a `code` is twice the place, and one more where a gap may be before it."""

    forms: Forms
    codes: Lists
    means: Sequence[int]
    anchor_at: Sequence[int]
    second: Sequence[int]
    # Anchors have the lowest numbers of all places; the phrases of one go from its entry here to the next one's.
    first: Sequence[int]
    # The words of those that must be written with just these marks.
    exact: Mapping[int, Sequence[str]]

    def look_at(self, words: Sequence[str], spelt: Mapping[str, str]) -> "SpacedText":
        """A text, with what may stand in it; a word that is `spelt` wrong is also the one it stands for."""
        at: defaultdict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(words):
            at[word].append(number)
        fitted = {word: self.forms.fitted_by(word) for word in at}
        for word in spelt.keys() & at.keys():
            fitted[word] |= self.forms.fitted_by(spelt[word])
        tries: defaultdict[int, list[SpacedTry]] = defaultdict(list)
        here = set[int]().union(*fitted.values())
        first, second, anchors = self.first, self.second, len(self.first) - 1
        for word, places in fitted.items():
            for place in places:
                if place >= anchors:
                    continue
                for phrase in range(first[place], first[place + 1]):
                    if second[phrase] in here:
                        tries[self.means[phrase]].append(SpacedTry(len(at[word]), phrase, at[word]))
        return SpacedText(self, [fitted[word] for word in words], tries)


@dataclass(frozen=True, slots=True)
class SpacedText:
    """The words of a text by the places that each fits, and the phrases that may stand in it by what they mean."""

    phrases: SpacedPhrases
    fitted: Sequence[set[int]]
    tries: Mapping[int, list[SpacedTry]]

    def around(self, phrase: int, at: int) -> tuple[int, int] | None:
        """From where to where a phrase stands, if the word at this place is its anchor."""
        codes, anchor = self.phrases.codes[phrase], self.phrases.anchor_at[phrase]
        start = at
        for each in range(anchor, 0, -1):
            reach = 1 + GAP * (codes[each] & 1)
            start = self._nearest(codes[each - 1] >> 1, range(start - 1, max(-1, start - 1 - reach), -1))
            if start < 0:
                return None
        end = at + 1
        for code in codes[anchor + 1 :]:
            end = 1 + self._nearest(code >> 1, range(end, min(len(self.fitted), end + 1 + GAP * (code & 1))))
            if not end:
                return None
        return start, end

    def _nearest(self, wanted: int, places: range) -> int:
        """The first of these places whose word fits, or -1."""
        for place in places:
            if wanted in self.fitted[place]:
                return place
        return -1
