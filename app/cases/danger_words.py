"""Words by which somebody tells of danger without ticking it (config/danger_words.toml): what they are about, and how urgent.

They only ever raise. A word too many makes somebody read sooner; a word too few leaves a worker waiting.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from app.cases.config_file import Table
from app.cases.enums import Urgency
from app.cases.phrases import Phrases, Stretch, read_phrases
from app.cases.taxonomy import Taxonomy
from app.cases.urgency import raise_urgency

SPOKEN = (
    *(
        "en",
        "zh-Hans",
        "zh-Hant",
        "vi",
        "ms",
        "id",
        "fil",
        "th",
        "my",
        "ne",
        "bn",
        "hi",
        "ta",
        "km",
        "es",
        "fr",
    ),
    *("sw", "ar", "ur", "hu", "cs", "pl", "uk", "tr"),
)
"""The languages of the product: each has words for every kind."""

KINDS = (
    "self_harm",
    "killed",
    "locked_in",
    "fire_or_gas",
    "beaten",
    "raped",
    "touched",
    "child",
    "papers_kept",
    "cannot_leave",
    "unpaid_for_months",
    "collapse",
    "building",
)
"""What the words may tell of, the gravest first."""


@dataclass(frozen=True)
class DangerKind:
    """One thing that words may tell of: its name in the file, the kind of problem it is, and how urgent it makes a case."""

    name: str
    code: str
    urgency: Urgency


@dataclass(frozen=True)
class _Meaning:
    """What a phrase says: that the text tells of a kind, or `denies` that it does; `exact` phrases say so wherever they stand."""

    kind: DangerKind
    denies: bool
    exact: bool


@dataclass(frozen=True)
class DangerWords:
    """The words of every language together; built by `read_danger_words` only."""

    _phrases: Phrases[_Meaning] = field(repr=False)

    def found_in(self, text: str) -> tuple[DangerKind, ...]:
        """What the text tells of, each once and the gravest first; nothing for what only sounds like it ("the fire drill")."""
        stretches = self._phrases.find(text)
        denied = [each for each in stretches if each.means.denies]
        found = {
            each.means.kind
            for each in stretches
            if not each.means.denies
            and not any(_denies(no, each) for no in denied if no.means.kind is each.means.kind)
        }
        return tuple(sorted(found, key=lambda kind: KINDS.index(kind.name)))


def _denies(no: Stretch[_Meaning], yes: Stretch[_Meaning]) -> bool:
    """Whether what only sounds like danger takes the words away; not when they say more around it ("no fire exit")."""
    inside = yes.start <= no.start and no.end <= yes.end and yes.end - yes.start > no.end - no.start
    return yes.touches(no) and (no.means.exact or not inside)


def urgency_of_kinds(kinds: Iterable[DangerKind], current: Urgency) -> Urgency:
    """The urgency that these kinds raise a present one to."""
    for kind in kinds:
        current = raise_urgency(current, kind.urgency)
    return current


def codes_of(kinds: Iterable[DangerKind]) -> tuple[str, ...]:
    """The codes of the taxonomy that stand for these kinds, each once."""
    return tuple(dict.fromkeys(kind.code for kind in kinds))


def read_danger_words(file: Table, taxonomy: Taxonomy) -> DangerWords:
    """The words from their file; mistakes are noted on the table."""
    lines: list[tuple[str, _Meaning]] = []
    kinds = file.table("kind")
    for name in KINDS:
        if name not in kinds.names():
            kinds.wrong(f"{name} is missing.")
            continue
        lines += _read_kind(name, kinds.table(name), taxonomy)
    kinds.done()
    file.done()
    phrases, faults = _read_all(tuple(lines))
    for fault in faults:
        file.wrong(fault)
    return DangerWords(phrases)


# The same file may be read several times in a process: working its phrases out is what takes long.
@lru_cache(maxsize=1)
def _read_all(lines: tuple[tuple[str, _Meaning], ...]) -> tuple[Phrases[_Meaning], tuple[str, ...]]:
    faults: list[str] = []
    phrases = read_phrases(lines, lambda line, fault: faults.append(f"{line!r} {fault}."))
    return phrases, tuple(faults)


def _read_kind(name: str, table: Table, taxonomy: Taxonomy) -> Iterator[tuple[str, _Meaning]]:
    kind = DangerKind(name, table.text("taxonomy"), table.word("urgency", Urgency))
    if kind.code and kind.code not in taxonomy.kinds:
        table.wrong(f"taxonomy names {kind.code}, which taxonomy.toml does not have.")
    if kind.urgency is Urgency.LOW:
        table.wrong("urgency must be more than low: words only ever raise it.")
    words, denials = table.table("words"), table.table("not")
    for language in SPOKEN:
        told = words.texts(language) if language in words.names() else ()
        if not told:
            words.wrong(f"{language} has no words.")
        yield from ((line, _Meaning(kind, denies=False, exact=False)) for line in told)
        if language in denials.names():
            yield from (
                (line, _Meaning(kind, denies=True, exact=line.startswith("=")))
                for line in denials.texts(language)
            )
    for part in (words, denials, table):
        part.done()
