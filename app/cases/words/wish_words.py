"""The words of a wish for a language (config/language_wishes.toml, language_names.txt), and finding them in a clause. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from app.cases.config_file import Table, open_config
from app.cases.words.folding import folded_words
from app.language import UNSPACED

TABLE = "language_names.txt"


class WishPart(StrEnum):
    """What a word of a wish does there; the file says more."""

    PLEASE = "please"
    ASK = "ask"
    KNOW = "know"
    SELF = "self"
    ONLY = "only"
    DENY = "deny"
    DENY_BEFORE = "deny_before"
    INTO = "into"
    LANG = "lang"
    BESIDE = "beside"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a phrase may be: words of a wish, the name of languages (their codes), and that of a country or a people too.

    `filipino` says that it is a word of Filipino too.
    """

    kinds: frozenset[WishPart] = frozenset()
    codes: tuple[str, ...] = ()
    shared: bool = False
    filipino: bool = False


_UNKNOWN = Phrase()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text in folded words, with what it may be."""

    words: str
    phrase: Phrase

    @property
    def known(self) -> bool:
        """Whether it may belong to a wish."""
        return bool(self.phrase.codes) or bool(self.phrase.kinds - {WishPart.REPORTED})


@dataclass(frozen=True)
class WishWords:
    """Every phrase, folded, and how long phrases are by their first sign; built by `read_wish_words` only."""

    phrases: Mapping[str, Phrase] = field(repr=False)
    lengths: Mapping[str, tuple[int, ...]] = field(repr=False)
    # Most texts name no language, and that is seen by these.
    first_words: frozenset[str] = field(repr=False)
    unspaced: tuple[str, ...] = field(repr=False)

    def name_any(self, words: list[str]) -> bool:
        """Whether folded words may hold the name of a language."""
        if not self.first_words.isdisjoint(words):
            return True
        text = " ".join(words)
        return UNSPACED.search(text) is not None and any(name in text for name in self.unspaced)

    def pieces(self, words: list[str]) -> Iterator[Piece]:
        """The longest known phrases of folded words from their beginning on, and the words between them."""
        plain, at = " ".join(words), 0
        while at < len(plain):
            if plain[at] == " ":
                at += 1
                continue
            end = self._longest(plain, at)
            yield Piece(plain[at:end], self.phrases.get(plain[at:end], _UNKNOWN))
            at = end

    def _longest(self, plain: str, at: int) -> int:
        for length in self.lengths.get(plain[at], ()):
            end = at + length
            if end <= len(plain) and _ends_word(plain, end) and plain[at:end] in self.phrases:
                return end
        end = at + 1
        while not _ends_word(plain, end):
            end += 1
        return end


def _ends_word(plain: str, end: int) -> bool:
    """Whether a word may end here: at a space, and anywhere in a script without spaces."""
    if end >= len(plain) or plain[end] == " ":
        return True
    return UNSPACED.match(plain, end - 1) is not None or UNSPACED.match(plain, end) is not None


def read_wish_words(folder: Path, mistakes: list[str]) -> WishWords:
    """The words of the config folder; mistakes are noted."""
    file = open_config(folder / "language_wishes.toml", mistakes)
    codes, shared = _read_names(folder, mistakes)
    for listed, names in _texts(file.table("names")):
        for name in names:
            codes[name] |= set(listed.split())
    kinds: defaultdict[str, set[WishPart]] = defaultdict(set)
    spoken: defaultdict[str, set[str]] = defaultdict(set)
    for kind in WishPart:
        for language, phrases in _texts(file.table(kind.value)):
            for phrase in phrases:
                kinds[phrase].add(kind)
                spoken[phrase].add(language)
    file.done()
    # Of fifteen hundred phrases most are alike in all but their words.
    alike: dict[Phrase, Phrase] = {}
    known: dict[str, Phrase] = {}
    for words in {*codes, *kinds}:
        one = Phrase(
            kinds=frozenset(kinds.get(words, ())),
            codes=tuple(sorted(codes.get(words, ()))),
            shared=words in shared,
            filipino="fil" in spoken.get(words, ()),
        )
        known[words] = alike.setdefault(one, one)
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for words in known:
        lengths[words[0]].add(len(words))
    return WishWords(
        phrases=MappingProxyType(known),
        lengths=MappingProxyType({sign: tuple(sorted(each, reverse=True)) for sign, each in lengths.items()}),
        first_words=frozenset(name.partition(" ")[0] for name in codes),
        unspaced=tuple(sorted(name for name in codes if UNSPACED.search(name))),
    )


def _texts(table: Table) -> Iterator[tuple[str, list[str]]]:
    for key in table.names():
        words = [" ".join(folded_words(each.replace("_", " "))) for each in table.text(key).split()]
        for _ in filter(lambda word: not word, words):
            table.wrong(f"{key} holds something without a letter.")
        yield key, [word for word in words if word]


def _read_names(folder: Path, mistakes: list[str]) -> tuple[defaultdict[str, set[str]], set[str]]:
    """The names of the finished table with their languages, and which of them are shared."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    shared: set[str] = set()
    try:
        lines = (folder / TABLE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{TABLE}: cannot be read ({type(error).__name__}).")
        return codes, shared
    for line in lines:
        if line.startswith("#"):
            continue
        name, listed, mark = line.split("\t") if line.count("\t") == 2 else ("", "", "")
        if not name:
            mistakes.append(f"{TABLE}: broken; run: python -m app.cases.words.language_names write.")
            break
        codes[name] |= set(listed.split())
        shared |= {name} if mark else set()
    return codes, shared
