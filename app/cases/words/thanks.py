"""Whether somebody only says thanks or hello (config/thanks_words.toml): such words do not open what is closed.

Whatever may say more is not taken for thanks.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.cases.config_file import Table
from app.cases.words.danger_words import SPOKEN
from app.cases.words.folding import folded_words
from app.language import UNSPACED

# Longer thanks tell something too.
_LONGEST = 160
# Who greets again and again calls for somebody.
_MOST_GREETINGS = 2
_KIND_PICTURES = frozenset("🙏😊🙂😀😃😄😁☺❤♥💕💖💗💙💚💛💜🧡👍🌹🌸💐🌺🌻🤗😍😇🤝🙌✨⭐🌟🤲🏻🏼🏽🏾🏿")
_ASKING = frozenset("?？؟՞፧")
# Drawn with signs that are else none: ":(" and ":'(", as a sad picture is.
_SAD = re.compile(r"[:;=]['’]?-?[(\[/\\|<{]|[)\]]-?['’]?[:;=]|[DT][:;_.]?[DT]\b|;_;")


@dataclass(frozen=True)
class ThanksWords:
    """The words of every language together, in folded form; built by `read_thanks_words` only."""

    thanks: frozenset[str]
    greetings: frozenset[str]
    beside: frozenset[str]
    reasons: frozenset[str]  # what thanks are for
    _lengths: Mapping[str, tuple[int, ...]] = field(repr=False)

    def is_all(self, text: str) -> bool:
        """Whether a text consists of thanks or one greeting, and what may stand around them."""
        return any(
            thanked or (0 < greeted <= _MOST_GREETINGS and not reason)
            for thanked, greeted, reason in self._taken_apart(text)
        )

    def says_thanks(self, text: str, *, greeting: bool = True) -> bool:
        """Whether a text consists of such words and there are thanks among them; `greeting` says whether a hello may be too."""
        return any(
            thanked and (greeting or not greeted) for thanked, greeted, _reason in self._taken_apart(text)
        )

    def _taken_apart(self, text: str) -> set[tuple[bool, int, bool]]:
        """Each way to take a text apart into such words alone: whether it thanks, how often it greets, and if for something."""
        if len(text) > _LONGEST or _SAD.search(text) or any(_says_more(sign) for sign in text):
            return set()
        plain = " ".join(word for word in folded_words(text) if word != ".")
        return self._ways(plain) if plain else set()

    def _ways(self, plain: str) -> set[tuple[bool, int, bool]]:
        """The ways that lead to the end of a folded text, found place by place."""
        ways: defaultdict[int, set[tuple[bool, int, bool]]] = defaultdict(set)
        ways[0] = {(False, 0, False)}
        for at in range(len(plain)):
            if at not in ways:
                continue
            for end, phrase in self._steps(plain, at):
                thanked, greeted, reason = (
                    phrase in self.thanks,
                    phrase in self.greetings,
                    phrase in self.reasons,
                )
                ways[end] |= {
                    (before or thanked, min(count + greeted, _MOST_GREETINGS + 1), asked or reason)
                    for before, count, asked in ways[at]
                }
        return ways[len(plain)]

    def _steps(self, plain: str, at: int) -> Iterator[tuple[int, str]]:
        """Each known phrase that stands here, and where the next one begins."""
        for length in self._lengths.get(plain[at], ()):
            end = at + length
            phrase = plain[at:end]
            if len(phrase) < length or not any(phrase in known for known in self._known()):
                continue
            if end == len(plain) or plain[end] == " ":
                yield min(end + 1, len(plain)), phrase
            elif UNSPACED.match(plain[end - 1]) or UNSPACED.match(plain[end]):
                yield end, phrase

    def _known(self) -> tuple[frozenset[str], ...]:
        return self.thanks, self.greetings, self.beside, self.reasons


def read_thanks_words(file: Table) -> ThanksWords:
    """The words from their file; mistakes are noted on its table."""
    thanks, greetings, beside = (_phrases(file.table(name)) for name in ("thanks", "greeting", "beside"))
    reasons = _phrases(file.table("for"), every=False)
    file.done()
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in thanks | greetings | beside | reasons:
        lengths[phrase[0]].add(len(phrase))
    by_letter = {letter: tuple(sorted(each)) for letter, each in lengths.items()}
    return ThanksWords(thanks, greetings, beside, reasons, by_letter)


def _phrases(table: Table, *, every: bool = True) -> frozenset[str]:
    """The phrases of a table; each language has some where `every` says so."""
    found: set[str] = set()
    for language in SPOKEN:
        if language not in table.names():
            if every:
                table.wrong(f"{language} has no words.")
            continue
        for phrase in table.texts(language):
            plain = " ".join(word for word in folded_words(phrase) if word != ".")
            if plain:
                found.add(plain)
            else:
                table.wrong(f"{phrase!r} holds no letter.")
    table.done()
    return frozenset(found)


def _says_more(sign: str) -> bool:
    """Whether a sign tells something by itself: a question, a number, a picture that is no kind one."""
    if sign in _ASKING or sign.isdecimal():
        return True
    return unicodedata.category(sign) in ("So", "Cs") and sign not in _KIND_PICTURES
