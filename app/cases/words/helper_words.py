"""Words by which somebody complains about "the helper" without a name and without a tick (config/danger_words.toml, about_helper).

They raise nothing: custody reads such a case first. Only phrases that leave no doubt are there, since a helper is a job too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from app.cases.config_file import Table
from app.cases.words.danger_words import SPOKEN
from app.cases.words.phrase_lines import read_phrases
from app.cases.words.phrases import Phrases, Stretch

# So often nobody says it in an honest text; what comes after is not looked at, so that nobody can make us work.
_MOST = 50


@dataclass(frozen=True)
class HelperWords:
    """The words of every language together, and those that only sound like them; built by `read_helper_words` only."""

    _phrases: Phrases[bool] = field(repr=False)

    def found_in(self, text: str) -> bool:
        """Whether the text complains about a helper of ours; not for what only sounds like it ("if your staff told my boss")."""
        looked_at = self._phrases.look_at(text)
        means = looked_at.means()
        if True not in means:
            return False
        denials = list(looked_at.stretches(False)) if False in means else []
        told = islice(looked_at.stretches(True), _MOST)
        return any(not any(_takes_away(no, yes) for no in denials) for yes in told)


def read_helper_words(file: Table) -> HelperWords:
    """The words from their part of the file; mistakes are noted on its table."""
    if "about_helper" not in file.names():
        file.wrong("about_helper is missing.")
    part = file.table("about_helper")
    words, denials = part.table("words"), part.table("not")
    for language in SPOKEN:
        if language not in words.names():
            words.wrong(f"{language} has no words.")
    lines = [*_lines(words, tells=True), *_lines(denials, tells=False)]
    for each in (words, denials, part):
        each.done()
    return HelperWords(read_phrases(lines, lambda line, fault: part.wrong(f"{line!r} {fault}.")))


def _lines(table: Table, *, tells: bool) -> Iterator[tuple[str, bool]]:
    for language in SPOKEN:
        if language in table.names():
            yield from ((line, tells) for line in table.texts(language))


def _takes_away(no: Stretch, yes: Stretch) -> bool:
    """Whether what only sounds like it touches these words; not when they say more around it."""
    touches = no.signs == yes.signs and no.start < yes.end and yes.start < no.end
    inside = yes.start <= no.start and no.end <= yes.end and yes.end - yes.start > no.end - no.start
    return touches and not inside
