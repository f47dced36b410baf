"""Words that mean something by themselves (config/topic_words.toml): topics, orders such as STOP, and answers in words.

A wrong guess costs more than a question, so a topic counts only when a text speaks of it and of no other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from app.cases.config_file import Table, open_config
from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.machine.day_words import DayWords
from app.intake.conversation.machine.how_words import HowWords
from app.intake.conversation.machine.sentences import Sentences
from app.intake.conversation.machine.told_words import ToldWords
from app.intake.conversation.machine.whose_words import WhoseWords
from app.network.matching import plain_text

_HOW = ("reach", "reach_in_danger")
_PHRASES = (
    *(
        "polite",
        "yes_first",
        "uncounted",
        "stranger",
        "unsure",
        "worse",
        "heard",
        "beside",
        "others",
        "condition",
        "negation",
        "no_first",
        "signature",
        "times",
    ),
)
_TOLD = (
    *("text", "no_text", "nobody", "nobody_too", "correction", "my_phone", "around"),
    *("reported", "reads", "read_things", "often"),
)
_DAYS = (*"0123456", "until", "beside")
_HOW_IT_IS = (
    *("beside", "still", "more", "bad", "good", "fixed", "negation", "it", "who", "verb", "past", "doubt"),
    *("demand", "payer", "state", "weak", "ended", "sirs"),
)
_WHOSE = (
    *("me", "my", "alone", "sole", "shared", "others", "company", "bosses", "uses", "beside"),
    *("goes_on", "unsure", "only", "only_one", "am", "lonely", "between"),
)
# The questions whose options have words of their own, beside those that the question itself prints; `open` is after all questions.
_QUESTIONS = (
    *("whose_phone", "danger", "reach", "reach_in_danger", "topic", "consent", "locked", "contact", "hurt"),
    *("open", "how_is_it", "text_hours"),
)

# "s'il vous plaît" has four words.
_LONGEST_POLITE = 4
# Scripts that put no space between words: a word in them may stand anywhere.
_FIRST_WORD = re.compile(r"\W+")
_ENDS_ORDER = frozenset(".,;:!\n")
_UNSPACED = re.compile(r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF]")


class TopicWordsRefused(Exception):
    """The file is incomplete or wrong; `lines` holds one line for each mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


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
            plain.startswith(word) if _UNSPACED.search(word) else f"{plain} ".startswith(f"{word} ")
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


_KNOWN: dict[Path, TopicWords] = {}


def topic_words_in(folder: Path) -> TopicWords:
    """The words, read once in a process; raises `TopicWordsRefused`."""
    if folder not in _KNOWN:
        _KNOWN[folder] = load_topic_words(folder)
    return _KNOWN[folder]


def know_topic_words(folder: Path, words: TopicWords) -> None:
    """Take the words of a folder from whoever has read them before."""
    _KNOWN[folder] = words


def load_topic_words(folder: Path) -> TopicWords:
    """Read and check the file, or raise `TopicWordsRefused`."""
    mistakes: list[str] = []
    file = open_config(folder / "topic_words.toml", mistakes)
    topics = {
        topic: _sayings(_words(table))
        for topic, table in _tables(file.table("topics"), FORM_TOPICS[:-1]).items()
    }
    orders = {
        Keyword(name): _plain(_words(table)) for name, table in _tables(file.table("orders"), Keyword).items()
    }
    answers = {
        name: _plain(_words(table))
        for name, table in _tables(file.table("answers"), ["yes", "no", *"0123456789"]).items()
    }
    phrases = {name: _words(table) for name, table in _tables(file.table("phrases"), _PHRASES).items()}
    options = {
        question: _options(file, question, table)
        for question, table in _tables(file.table("options"), _QUESTIONS).items()
    }
    told = {name: _plain(_words(table)) for name, table in _tables(file.table("told"), _TOLD).items()}
    days = {name: _plain(_words(table)) for name, table in _tables(file.table("days"), _DAYS).items()}
    how = {name: _plain(_words(table)) for name, table in _tables(file.table("how"), _HOW_IT_IS).items()}
    whose = {name: _plain(_words(table)) for name, table in _tables(file.table("whose"), _WHOSE).items()}
    file.done()
    _refuse_doubles(file, {name: told[name] for name in ("text", "no_text", "nobody", "nobody_too")})
    _refuse_doubles(file, {f"day {name}": words for name, words in days.items()})
    _refuse_doubles(file, {**{str(name): words for name, words in orders.items()}, **answers})
    if mistakes:
        raise TopicWordsRefused(mistakes)
    plain = {name: _plain(each) for name, each in phrases.items()}
    return TopicWords(
        topics=MappingProxyType(topics),
        keywords=MappingProxyType({word: order for order, words in orders.items() for word in words}),
        digits=MappingProxyType(
            {word: int(name) for name, words in answers.items() if name.isdigit() for word in words}
        ),
        yes=answers["yes"],
        no=answers["no"],
        options=MappingProxyType(options),
        polite=frozenset(tuple(plain_text(phrase).split()) for phrase in phrases["polite"]),
        yes_first=plain["yes_first"],
        uncounted=plain["uncounted"],
        strangers=plain["stranger"],
        unsure=plain["unsure"],
        heard=plain["heard"],
        signatures=tuple(f"{phrase} " for phrase in plain["signature"]),
        worse=_sayings(phrases["worse"]),
        sentences=Sentences(
            polite=plain["polite"],
            beside=plain["beside"],
            others=plain["others"],
            condition=plain["condition"],
            negation=plain["negation"],
            yes=answers["yes"],
            no=answers["no"],
            yes_first=plain["yes_first"],
            no_first=plain["no_first"],
            times=plain["times"],
            options=options,
        ),
        told=ToldWords(
            **told, asked_whose=WhoseWords(**whose), asked_how=HowWords(**how), asked_days=_day_words(days)
        ),
    )


def _day_words(tables: Mapping[str, frozenset[str]]) -> DayWords:
    named = {word: int(name) for name, words in tables.items() if name.isdigit() for word in words}
    return DayWords(MappingProxyType(named), tables["until"], tables["beside"])


def _options(file: Table, question: str, table: Table) -> Mapping[str, int]:
    """The words of a question's options; each belongs to one of them only."""
    chosen = {digit: _plain(_words(table.table(digit))) for digit in table.names()}
    for digit in chosen:
        if len(digit) != 1 or digit not in "0123456789":
            file.wrong(f"options, {question}: {digit!r} is no digit.")
    _refuse_doubles(file, {f"{question} {digit}": words for digit, words in chosen.items()})
    return MappingProxyType(
        {word: int(digit) for digit, words in chosen.items() if digit.isdecimal() for word in words}
    )


def _tables(table: Table, names: Iterable[str]) -> dict[str, Table]:
    taken = {name: table.table(name) for name in names}
    table.done()
    return taken


def _words(table: Table) -> list[str]:
    """The words of every language in a table; a table without any is a mistake."""
    words = [word for language in table.names() for word in table.texts(language)]
    if not words:
        table.wrong("there are no words.")
    for word in words:
        if not plain_text(word):
            table.wrong(f"{word!r} holds no letter.")
    return words


def _plain(words: Iterable[str]) -> frozenset[str]:
    return frozenset(plain_text(word) for word in words)


def _sayings(words: Iterable[str]) -> Sayings:
    return Sayings(tuple(sorted({_piece(word) for word in words})))


def _piece(word: str) -> str:
    """A word as it stands in a text with a space at either end; a star behind it leaves its ending open."""
    plain = plain_text(word)
    if _UNSPACED.search(plain):
        return plain
    return f" {plain}" if word.endswith("*") else f" {plain} "


def _refuse_doubles(file: Table, meanings: Mapping[str, frozenset[str]]) -> None:
    """One word in two languages must not be two answers: nobody can tell which was meant."""
    seen: dict[str, str] = {}
    for name, words in meanings.items():
        for word in sorted(words):
            if word in seen:
                file.wrong(f"{word!r} stands for {seen[word]} and for {name}.")
            seen[word] = name
