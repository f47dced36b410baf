"""Words by which somebody tells of danger without ticking it (config/danger_words.toml): what they are about, and how urgent.

They only ever raise. A word too many makes somebody read sooner; a word too few leaves a worker waiting.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType

from app.cases.config_file import Table
from app.cases.enums import Urgency
from app.cases.taxonomy import Taxonomy
from app.cases.words.folding import folded_words
from app.cases.words.moments import Moment
from app.cases.words.phrase_lines import read_phrases
from app.cases.words.phrases import Phrases, Stretch, TextLookedAt
from app.cases.words.urgency import raise_urgency

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
    "in_danger",
    "killed",
    "locked_in",
    "fire_or_gas",
    "beaten",
    "raped",
    "touched",
    "child",
    "papers_kept",
    "cannot_leave",
    "permit_cancelled",
    "reported_runaway",
    "unpaid_for_months",
    "collapse",
    "building",
)
"""What the words may tell of, the gravest first."""

_BODILY = frozenset(
    {
        "self_harm",
        "in_danger",
        "killed",
        "locked_in",
        "fire_or_gas",
        "beaten",
        "raped",
        "collapse",
        "building",
    }
)
_AT_THIS_MOMENT = _BODILY | {"touched"}
_SHORTEST_SPELT = 4
# "No, I am in danger": where a "no" also denies the verb behind it, only the comma tells that it answers something else.
_ANSWERED_NO = re.compile(r"((?:\A|[.!?])\s{0,2}(?:no|nie|nem)) ?,", re.IGNORECASE)


@dataclass(frozen=True)
class DangerKind:
    """One thing that words may tell of: its name in the file, the kind of problem it is, and how urgent it makes a case."""

    name: str
    code: str
    urgency: Urgency

    @property
    def may_be_now(self) -> bool:
        """Whether it makes a case more urgent that it happens at this moment: it harms somebody in their body."""
        return self.name in _AT_THIS_MOMENT and self.urgency is not Urgency.DANGER


@dataclass(frozen=True)
class _Meaning:
    """What a phrase says: that the text tells of a kind, or `denies` that it does; `exact` phrases say so wherever they stand.

    `now` says that it happens at this moment, or denies only that; without a kind it says so of whatever stands near, and `exact`
    that it has ended or does not happen.
    """

    kind: DangerKind | None
    denies: bool = False
    exact: bool = False
    now: bool = False


_NOW, _NOT_NOW = _Meaning(None, now=True), _Meaning(None, denies=True, now=True)
_OVER = _Meaning(None, denies=True, exact=True, now=True)


@dataclass(frozen=True)
class DangerWords:
    """The words of every language together; built by `read_danger_words` only."""

    _phrases: Phrases[_Meaning] = field(repr=False)
    _spelt: Mapping[str, str] = field(repr=False)

    def found_in(self, text: str) -> tuple[DangerKind, ...]:
        """What the text tells of, each once and the gravest first; nothing for what only sounds like it ("the fire drill").

        What harms somebody in their body at this very moment is danger, whatever the kind is otherwise.
        """
        # A full stop at both ends, so that a phrase can say that it begins or is the whole of what was said.
        said = _ANSWERED_NO.sub(r"\1. ", text)
        looked_at = self._phrases.look_at(f".{said}.", self._spelt)
        moment = Moment(looked_at, _NOW, _NOT_NOW, _OVER)
        found: dict[str, DangerKind] = {}
        for means in looked_at.means():
            kind = means.kind
            if kind is None or means.denies:
                continue
            for stretch in _standing(kind, looked_at.stretches(means), looked_at):
                found.setdefault(kind.name, kind)
                if not kind.may_be_now or not (means.now or moment.is_told):
                    break
                if moment.holds(stretch, itself=means.now):
                    found[kind.name] = replace(kind, urgency=Urgency.DANGER)
                    break
        return tuple(sorted(found.values(), key=lambda kind: KINDS.index(kind.name)))


def _standing(
    kind: DangerKind, told: Iterable[Stretch], looked_at: TextLookedAt[_Meaning]
) -> Iterator[Stretch]:
    """Those of these stretches that tell of the kind, and are not taken away by what only sounds like it."""
    denials: dict[tuple[bool, int], list[tuple[Stretch, bool]]] | None = None
    for stretch in told:
        if denials is None:  # most texts tell of nothing that could be denied
            denials = _denials(kind, looked_at)
        touching = (denials.get((stretch.signs, at), ()) for at in range(stretch.start, stretch.end))
        if not any(_denies(no, stretch, exact) for here in touching for no, exact in here):
            yield stretch


def _denials(
    kind: DangerKind, looked_at: TextLookedAt[_Meaning]
) -> dict[tuple[bool, int], list[tuple[Stretch, bool]]]:
    """What only sounds like this kind, and whether that is certain, by each place that it covers."""
    covered: dict[tuple[bool, int], list[tuple[Stretch, bool]]] = defaultdict(list)
    for means in looked_at.means():
        if means.denies and means.kind is kind:
            for no in looked_at.stretches(means):
                for at in range(no.start, no.end):
                    covered[no.signs, at].append((no, means.exact))
    return covered


def _denies(no: Stretch, yes: Stretch, exact: bool) -> bool:
    """Whether what only sounds like danger takes away the words it touches; not when they say more around it ("no fire exit")."""
    inside = yes.start <= no.start and no.end <= yes.end and yes.end - yes.start > no.end - no.start
    return exact or not inside


def urgency_of_kinds(kinds: Iterable[DangerKind], current: Urgency) -> Urgency:
    """The urgency that these kinds raise a present one to."""
    for kind in kinds:
        current = raise_urgency(current, kind.urgency)
    return current


def harms(kinds: Iterable[DangerKind]) -> bool:
    """Whether any of these kinds may harm somebody in their body now; wages and papers can wait for an answer."""
    return any(kind.name in _BODILY for kind in kinds)


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
    lines += _read_moment(file.table("now"))
    spelt = _read_spelt(file.table("spelt"))
    file.done()
    phrases, faults = _read_all(lines)
    for fault in faults:
        file.wrong(fault)
    return DangerWords(phrases, spelt)


# The same file may be read several times in a process: working its phrases out is what takes long. Its lines are not kept.
_READ: dict[bytes, tuple[Phrases[_Meaning], tuple[str, ...]]] = {}


def _read_all(lines: list[tuple[str, _Meaning]]) -> tuple[Phrases[_Meaning], tuple[str, ...]]:
    digest = sha256()
    written = {means: f"\0{means}\n" for means in dict(lines).values()}
    for line, means in lines:
        digest.update(f"{line}{written.get(means) or means}".encode())
    key = digest.digest()
    if key not in _READ:
        faults: list[str] = []
        phrases = read_phrases(lines, lambda line, fault: faults.append(f"{line!r} {fault}."))
        _READ.clear()
        _READ[key] = phrases, tuple(faults)
    return _READ[key]


def _read_kind(name: str, table: Table, taxonomy: Taxonomy) -> Iterator[tuple[str, _Meaning]]:
    kind = DangerKind(name, table.text("taxonomy"), table.word("urgency", Urgency))
    if kind.code and kind.code not in taxonomy.kinds:
        table.wrong(f"taxonomy names {kind.code}, which taxonomy.toml does not have.")
    if kind.urgency is Urgency.LOW:
        table.wrong("urgency must be more than low: words only ever raise it.")
    words, denials = table.table("words"), table.table("not")
    says, denies = _Meaning(kind), _Meaning(kind, denies=True)
    surely = replace(denies, exact=True)
    if "now" in table.names():
        if not kind.may_be_now:
            table.wrong("now is only for what is not danger by itself and harms somebody in their body.")
        moment = table.table("now")
        yield from _lines(moment, replace(says, now=True))
        moment.done()
    for language in SPOKEN:
        told = words.texts(language) if language in words.names() else ()
        if not told:
            words.wrong(f"{language} has no words.")
        yield from ((line, says) for line in told)
        if language in denials.names():
            yield from (
                (line, surely if line.startswith("=") else denies) for line in denials.texts(language)
            )
    for part in (words, denials, table):
        part.done()


def _read_moment(table: Table) -> Iterator[tuple[str, _Meaning]]:
    """What says of any kind that it happens at this moment, what says that it happens at another, and that it has ended."""
    words, denials, ends = table.table("words"), table.table("not"), table.table("over")
    for language in SPOKEN:
        if language not in words.names():
            words.wrong(f"{language} has no words.")
    yield from _lines(words, _NOW)
    yield from _lines(denials, _NOT_NOW)
    yield from _lines(ends, _OVER)
    for part in (words, denials, ends, table):
        part.done()


def _read_spelt(table: Table) -> Mapping[str, str]:
    """Words as they are often written wrong, each with the right one."""
    spelt: dict[str, str] = {}
    for right in table.names():
        for wrong in table.text(right).split():
            folded = "".join(folded_words(wrong))
            if len(wrong) < _SHORTEST_SPELT or spelt.setdefault(folded, right) != right:
                table.wrong(f"{right}: {wrong} is too short, or stands for two words.")
    table.done()
    return MappingProxyType({wrong: "".join(folded_words(right)) for wrong, right in spelt.items()})


def _lines(table: Table, means: _Meaning) -> Iterator[tuple[str, _Meaning]]:
    for language in SPOKEN:
        if language in table.names():
            yield from ((line, means) for line in table.texts(language))
