"""Reading the words that mean something by themselves: config/topic_words.toml, checked and made into `TopicWords`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from app.cases.config_file import Table, open_config
from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.machine.day_words import DayWords
from app.intake.conversation.machine.hands_words import HandsWords
from app.intake.conversation.machine.how_words import HowWords
from app.intake.conversation.machine.sentences import Sentences
from app.intake.conversation.machine.told_words import ToldWords
from app.intake.conversation.machine.topic_words import Keyword, Sayings, TopicWords
from app.intake.conversation.machine.whose_words import WhoseWords
from app.language import UNSPACED
from app.network.matching import plain_text

_PHRASES = (
    *("polite", "yes_first", "uncounted", "stranger", "unsure", "worse", "heard", "beside", "others"),
    *("condition", "negation", "no_first", "signature", "times"),
)
_TOLD = (
    *("text", "no_text", "nobody", "nobody_too", "correction", "my_phone", "around"),
    *("reported", "reads", "read_things", "often"),
)
_DAY_WORDS = ("all", "only", "after", "am", "pm", "until", "beside", "asked_only")
_DAYS = (*"0123456", *_DAY_WORDS)
_HOW_IT_IS = (
    *("beside", "still", "more", "bad", "good", "fixed", "negation", "it", "who", "verb", "past", "doubt"),
    *("demand", "payer", "state", "weak", "ended", "sirs"),
)
_WHOSE = (
    *("me", "my", "alone", "sole", "shared", "others", "company", "bosses", "uses", "beside"),
    *("goes_on", "unsure", "only", "only_one", "am", "lonely", "between"),
)
_HANDS = (
    *(
        "who",
        "reads",
        "has",
        "took",
        "phone",
        "bare_phone",
        "texts",
        "bare_texts",
        "beside",
        "now",
        "negation",
    ),
    *(
        "unsafe",
        "to_text",
        "lost",
        "of",
        "by",
        "it_is",
        "mine",
        "near",
        "things",
        "between",
        "time",
        "no_text",
    ),
)
# The questions whose options have words of their own, beside those that the question itself prints; `open` is after all questions.
_QUESTIONS = (
    *("whose_phone", "danger", "reach", "reach_in_danger", "topic", "consent", "locked", "contact", "hurt"),
    *("open", "how_is_it", "text_hours"),
)


class TopicWordsRefused(Exception):
    """The file is incomplete or wrong; `lines` holds one line for each mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


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
    orders = {Keyword(name): words for name, words in _plain_in(file, "orders", Keyword).items()}
    answers = _plain_in(file, "answers", ["yes", "no", *"0123456789"])
    phrases = {name: _words(table) for name, table in _tables(file.table("phrases"), _PHRASES).items()}
    options = {
        question: _options(file, question, table)
        for question, table in _tables(file.table("options"), _QUESTIONS).items()
    }
    told, days = _plain_in(file, "told", _TOLD), _plain_in(file, "days", _DAYS)
    how, whose = _plain_in(file, "how", _HOW_IT_IS), _plain_in(file, "whose", _WHOSE)
    hands = _plain_in(file, "hands", _HANDS)
    file.done()
    _refuse_doubles(file, {name: told[name] for name in ("text", "no_text", "nobody", "nobody_too")})
    _refuse_doubles(file, {f"hands {name}": words for name, words in hands.items()})
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
            **told,
            asked_whose=WhoseWords(**whose),
            asked_how=HowWords(**how),
            asked_days=_day_words(days),
            hands=HandsWords(hands),
        ),
    )


def _day_words(tables: Mapping[str, frozenset[str]]) -> DayWords:
    named = {word: int(name) for name, words in tables.items() if name.isdigit() for word in words}
    return DayWords(MappingProxyType(named), **{name: tables[name] for name in _DAY_WORDS})


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


def _plain_in(file: Table, kind: str, names: Iterable[str]) -> dict[str, frozenset[str]]:
    return {name: _plain(_words(table)) for name, table in _tables(file.table(kind), names).items()}


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
    if UNSPACED.search(plain):
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
