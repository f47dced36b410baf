"""Words that mean something by themselves (config/topic_words.toml): topics, orders such as STOP, and answers in words.

A wrong guess costs more than a question, so a topic counts only when a text speaks of it and of no other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.intake.conversation.machine.sentences import Sentences
from app.intake.conversation.machine.told_words import ToldWords
from app.language import UNSPACED

_HOW = ("reach", "reach_in_danger")

# "s'il vous plaît" has four words.
_LONGEST_POLITE = 4
_FIRST_WORD = re.compile(r"\W+")
_ENDS_ORDER = frozenset(".,;:!\n")


class Keyword(StrEnum):
    """A word that stands alone in a text and is an order, in whichever language."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class Sayings:
    """Words and phrases that all say one thing: whole words, beginnings of words, or in scripts without spaces any part."""

    pieces: tuple[str, ...]

    def search(self, plain: str) -> str | None:
        """The first of them that a plain text holds; each is looked for by itself, which is faster than one pattern of all."""
        padded = f" {plain} "
        return next((piece for piece in self.pieces if piece in padded), None)


@dataclass(frozen=True)
class TopicWords:
    """The words of every language together, in plain form; built by `load_topic_words` only."""

    topics: Mapping[str, Sayings]
    keywords: Mapping[str, Keyword]
    digits: Mapping[str, int]
    yes: frozenset[str]
    no: frozenset[str]
    options: Mapping[str, Mapping[str, int]]
    polite: frozenset[tuple[str, ...]]
    yes_first: frozenset[str]
    uncounted: frozenset[str]
    strangers: frozenset[str]
    unsure: frozenset[str]
    heard: frozenset[str]
    signatures: tuple[str, ...]
    worse: Sayings
    sentences: Sentences
    told: ToldWords

    def clear_topics(self, plain: str) -> tuple[str, ...]:
        """The one topic that a plain text speaks of; nothing when there is none or more than one."""
        found = tuple(topic for topic, words in self.topics.items() if words.search(plain) is not None)
        return found if len(found) == 1 else ()

    def keyword(self, plain: str) -> Keyword | None:
        """The order that a plain text consists of, also a sentence in the midst of politeness; a lone word only as it stands."""
        bare = " ".join(self.without_politeness(plain.split())) if " " in plain else ""
        polite = self.keywords.get(
            bare
        )  # "please stop" may be said to whoever beats them, "please start" only to us
        return self.keywords.get(plain) or (polite if " " in bare or polite is Keyword.START else None)

    def starts(self, plain: str, cleaned: str) -> bool:
        """Whether a text is START with words behind it, and not a sentence that begins so ("Start of May they paid")."""
        first, _, more = plain.partition(" ")
        if not more or self.keywords.get(first) is not Keyword.START:
            return False
        order, *behind = _FIRST_WORD.split(cleaned, maxsplit=1)
        marked = order.isupper() and not "".join(behind).isupper()
        return marked or cleaned[len(order) : len(order) + 1] in _ENDS_ORDER or self.goes_on(more)

    def digit(self, plain: str) -> int | None:
        """The digit that a plain word is or says."""
        return int(plain) if len(plain) == 1 and plain in "0123456789" else self.digits.get(plain)

    def yes_or_no(self, plain: str) -> bool | None:
        """Whether a plain text says yes, says no, or neither; also twice ("yes ok")."""
        if plain in self.yes or plain in self.no:
            return plain in self.yes
        words = plain.split()
        return (
            True
            if words and self.yes.issuperset(words)
            else False
            if words and self.no.issuperset(words)
            else None
        )

    def only_heard(self, plain: str) -> bool:
        """Whether a plain text is "ok" and no more: a yes to most questions, but people say so to whatever they have read."""
        words = plain.split()
        return plain in self.heard or (bool(words) and self.heard.issuperset(words))

    def begins_with_yes(self, plain: str) -> bool:
        """Whether a plain text is a yes and more words, for a question to which no such sentence can mean no."""
        first, _, more = plain.partition(" ")
        return bool(more) and first in self.yes_first and self.no.isdisjoint(more.split())

    def goes_on(self, plain: str) -> bool:
        """Whether these words behind a digit are a sentence of their own, and nothing counted ("he is here", not "month")."""
        return any(
            plain.startswith(word) if UNSPACED.search(word) else f"{plain} ".startswith(f"{word} ")
            for word in self.uncounted
        )

    def opens_with_yes(self, plain: str) -> bool:
        """Whether the first word of several says yes, in whichever language; it may begin other sentences too."""
        first, _, more = plain.partition(" ")
        return bool(more) and first in self.yes

    def named(self, plain: str) -> Mapping[str, int]:
        """What a plain text chooses, by the question that it would answer."""
        return {question: words[plain] for question, words in self.options.items() if plain in words}

    def says_how(self, plain: str) -> bool:
        """Whether a plain text says somewhere how the worker may or may not be reached."""
        return any(f" {phrase} " in f" {plain} " for step in _HOW for phrase in self.options[step])

    def without_politeness(self, tokens: Sequence[str]) -> list[str]:
        """The words of a plain text without "please", "it is" and the like around them."""
        left = list(tokens)
        while left and (phrase := self._polite_at(left)):
            left = left[len(phrase) :] if tuple(left[: len(phrase)]) == phrase else left[: -len(phrase)]
        return left

    def _polite_at(self, tokens: Sequence[str]) -> tuple[str, ...]:
        for length in range(min(_LONGEST_POLITE, len(tokens)), 0, -1):
            for phrase in (tuple(tokens[:length]), tuple(tokens[-length:])):
                if phrase in self.polite:
                    return phrase
        return ()
