"""Whether somebody only says thanks or hello (config/thanks_words.toml): such words do not open what is closed.

Whatever may say more is not taken for thanks.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.cases.config_file import Table
from app.cases.words.danger_words import SPOKEN
from app.cases.words.folding import UNSPACED, folded_words

# Longer thanks tell something too.
_LONGEST = 160
# Who greets again and again calls for somebody.
_MOST_GREETINGS = 2
_KIND_PICTURES = frozenset("🙏😊🙂😀😃😄😁☺❤♥💕💖💗💙💚💛💜🧡👍🌹🌸💐🌺🌻🤗😍😇🤝🙌✨⭐🌟🤲🏻🏼🏽🏾🏿")
_ASKING = frozenset("?？؟՞፧")


@dataclass(frozen=True)
class ThanksWords:
    """The words of every language together, in folded form; built by `read_thanks_words` only."""

    thanks: frozenset[str]
    greetings: frozenset[str]
    beside: frozenset[str]
    _lengths: Mapping[str, tuple[int, ...]] = field(repr=False)

    def is_all(self, text: str) -> bool:
        """Whether a text consists of thanks or one greeting, and what may stand around them."""
        if len(text) > _LONGEST or any(_says_more(sign) for sign in text):
            return False
        plain = " ".join(word for word in folded_words(text) if word != ".")
        return bool(plain) and self._consists(plain)

    def _consists(self, plain: str) -> bool:
        """Whether some way to take the text apart has no other words: by place, the ways that lead there, thanked or not."""
        ways: defaultdict[int, set[tuple[bool, int]]] = defaultdict(set)
        ways[0] = {(False, 0)}
        for at in range(len(plain)):
            if at not in ways:
                continue
            for end, thanked, greeted in self._steps(plain, at):
                ways[end] |= {
                    (before or thanked, min(count + greeted, _MOST_GREETINGS + 1))
                    for before, count in ways[at]
                }
        return any(thanked or 0 < greeted <= _MOST_GREETINGS for thanked, greeted in ways[len(plain)])

    def _steps(self, plain: str, at: int) -> Iterator[tuple[int, bool, int]]:
        """Each known phrase that stands here: where the next one begins, whether it thanks, and whether it greets."""
        for length in self._lengths.get(plain[at], ()):
            end = at + length
            phrase = plain[at:end]
            thanked, greeted = phrase in self.thanks, phrase in self.greetings
            if len(phrase) < length or not (thanked or greeted or phrase in self.beside):
                continue
            if end == len(plain) or plain[end] == " ":
                yield min(end + 1, len(plain)), thanked, int(greeted)
            elif UNSPACED.match(plain[end - 1]) or UNSPACED.match(plain[end]):
                yield end, thanked, int(greeted)


def read_thanks_words(file: Table) -> ThanksWords:
    """The words from their file; mistakes are noted on its table."""
    thanks, greetings, beside = (_phrases(file.table(name)) for name in ("thanks", "greeting", "beside"))
    file.done()
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in thanks | greetings | beside:
        lengths[phrase[0]].add(len(phrase))
    by_letter = {letter: tuple(sorted(each)) for letter, each in lengths.items()}
    return ThanksWords(thanks, greetings, beside, by_letter)


def _phrases(table: Table) -> frozenset[str]:
    found: set[str] = set()
    for language in SPOKEN:
        if language not in table.names():
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
