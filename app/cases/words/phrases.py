"""Finding phrases in what people write: any number of them at once, each with what it means; in any script.

How phrases are written in a file says `phrase_lines.py`. Everything is pure; nothing here knows what a phrase means.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from app.cases.words.folding import folded_words, marked_words
from app.cases.words.signed_phrases import SignedPhrases, SignedText
from app.cases.words.spaced_phrases import SpacedPhrases, SpacedText
from app.language import UNSPACED

T = TypeVar("T")

# Phrases begin this often in no honest text; what is left is not looked at, so that nobody can make us work.
_MOST_TRIES = 2_000
_NOTHING_SPELT: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where to where a phrase stands, in words or in `signs`."""

    start: int
    end: int
    signs: bool


class TextLookedAt(Generic[T]):
    """One text, with what its phrases may mean; whether and where they stand is worked out when it is asked for."""

    def __init__(self, text: str, means: Sequence[T], spaced: SpacedText, signed: SignedText | None) -> None:
        self._text = text
        self._spaced, self._signed = spaced, signed
        self._numbers = {
            means[number]: number for number in {*spaced.tries, *(signed.tries if signed else ())}
        }
        self._marked: list[str] | None = None
        self._left = _MOST_TRIES

    def means(self) -> list[T]:
        """What the text may mean."""
        return list(self._numbers)

    def stretches(self, means: T) -> Iterator[Stretch]:
        """Where the phrases that mean this stand; what stands seldom comes first, lest much of one thing hide another."""
        number = self._numbers[means]
        yield from self._in_words(number)
        if self._signed is not None:
            yield from self._in_signs(self._signed, number)

    def _in_words(self, number: int) -> Iterator[Stretch]:
        for _, phrase, places in sorted(self._spaced.tries.get(number, ())):
            exact = self._spaced.phrases.exact.get(phrase)
            for at in places[: self._left]:
                self._left -= 1
                place = self._spaced.around(phrase, at)
                if place is not None and (exact is None or self._marked_words()[slice(*place)] == exact):
                    yield Stretch(*place, signs=False)

    def _in_signs(self, signed: SignedText, number: int) -> Iterator[Stretch]:
        for _, form, phrase in sorted(signed.tries.get(number, ()), key=lambda each: each[:2]):
            for at in signed.places(form):
                if self._left <= 0:
                    return
                self._left -= 1
                place = phrase.around(signed.text, form, at)
                if place is not None:
                    yield Stretch(*place, signs=True)

    def _marked_words(self) -> list[str]:
        if self._marked is None:
            self._marked = marked_words(self._text)
        return self._marked


@dataclass(frozen=True, slots=True)
class Phrases(Generic[T]):
    """Phrases in scripts with spaces and without, and what the numbers mean that they go by; built by `read_phrases` only."""

    _means: tuple[T, ...] = field(repr=False)
    _spaced: SpacedPhrases = field(repr=False)
    _signed: SignedPhrases = field(repr=False)

    def look_at(self, text: str, spelt: Mapping[str, str] = _NOTHING_SPELT) -> TextLookedAt[T]:
        """A text, with what it may mean; `spelt` are words as they are often written wrong, folded, each with the right one."""
        words = folded_words(text)
        together = "".join(words)
        signed = self._signed.look_at(together) if UNSPACED.search(together) else None
        return TextLookedAt(text, self._means, self._spaced.look_at(words, spelt), signed)
