"""Which country a worker's words about the workplace tell, in any language: names of countries and of big towns. Pure.

A wrong country sends a case to people who cannot help and shows numbers that ring elsewhere, so names that may mean two countries,
a person or a thing tell nothing by themselves, and words that tell two different countries tell none. What comes out is a guess
from words and is shown as one.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from app.language import UNSPACED
from app.network.matching import plain_text

NOTHING = "-"
TABLE = "place_names.txt"
# Enough for a place; the field of the form holds more.
_READ_FROM = 200
_PARTS = re.compile(r"[,;/|\n()（）。、،،؛·]+|\s[-–—]\s")
# The signs that cannot begin a word of a script without spaces.
_HANGS_ON = re.compile(r"[\u0E31\u0E34-\u0E3A\u0E47-\u0E4E\u102B-\u103E\u17B6-\u17D3]")
_SCRIPT_OF = MappingProxyType(
    {"Latn": re.compile(r"[a-z]"), "Beng": re.compile(r"[\u0980-\u09FF]")}
    | {"Taml": re.compile(r"[\u0B80-\u0BFF]"), "Deva": re.compile(r"[\u0900-\u097F]")}
)
# What Arabic writes together with the name behind it: and, in, to, the.
_LEADS = ("ب", "ل", "و", "ف", "ك", "ال", "بال", "وال", "وب", "فب")
# Words after which a place follows, in the languages that put one there.
_BEFORE_A_PLACE = frozenset(
    (
        "in",
        "at",
        "from",
        "en",
        "em",
        "di",
        "dari",
        "sa",
        "au",
        "w",
        "we",
        "z",
        "v",
        "ve",
        "kwa",
        "nchini",
        "у",
        "в",
        "із",
    )
)

# A shorter name takes no ending: too many words begin with it.
_BEARS_ENDINGS = 4


@dataclass(frozen=True)
class _Mention:
    """A name found in the words, with the countries it may mean; `clear` where it cannot mean anything else there."""

    codes: frozenset[str]
    clear: bool


@dataclass(frozen=True)
class _Found:
    """How much of the rest of the words a name takes, its own length, and what the table says of it."""

    taken: int
    codes: str
    mark: str


@dataclass(frozen=True)
class Places:
    """The table of names; built by `read_places` only.

    It stays the bytes of its file, searched by halves: as a dictionary it would take ten times the memory. `starts` is where each
    line begins, and `ranges` which lines begin with a letter.
    """

    table: bytes = field(repr=False)
    starts: "array[int]" = field(repr=False)
    ranges: Mapping[str, tuple[int, int]] = field(repr=False)
    suffixes: Mapping[str, frozenset[str]]
    followers: frozenset[str]
    leaders: frozenset[str]

    def country_of(self, words: str) -> str | None:
        """The one country that these words tell, else None."""
        parts = [plain for part in _PARTS.split(words[:_READ_FROM]) if (plain := plain_text(part))]
        told: frozenset[str] | None = None
        for number, part in enumerate(parts):
            last = number > 0 and number == len(parts) - 1
            for mention in self._mentions(part, last=last, alone=len(parts) == 1):
                if mention.clear:
                    told = mention.codes if told is None else told & mention.codes
        return next(iter(told)) if told is not None and len(told) == 1 else None

    def _mentions(self, part: str, *, last: bool, alone: bool) -> Iterator[_Mention]:
        """The names in one part of the words, between commas."""
        at = 0
        while at < len(part):
            begins, found = self._found_at(part, at)
            if found is None:
                at = _next_start(part, at)
                continue
            end = begins + found.taken
            if found.codes != NOTHING and not self._part_of_a_name(part, at, end):
                whole = at == 0 and end == len(part)
                behind_in = (
                    part[:at].split()[-1:] != [] and part[:at].rsplit(maxsplit=1)[-1] in _BEFORE_A_PLACE
                )
                clear = not found.mark or behind_in or (whole and (last or (alone and found.mark == "!")))
                yield _Mention(frozenset(found.codes.split()), clear)
            at = max(end, at + 1)
            at += part[at : at + 1] == " "  # the next name may begin right behind this one

    def _found_at(self, part: str, at: int) -> tuple[int, _Found | None]:
        """The longest name that begins here, also behind what Arabic writes together with it."""
        found = self._longest(part[at:])
        if found is None:
            for lead in _LEADS:
                if part.startswith(lead, at) and (behind := self._longest(part[at + len(lead) :])):
                    return at + len(lead), behind
        return at, found

    def _part_of_a_name(self, part: str, begin: int, end: int) -> bool:
        """Whether it is a street, a shop or a person of that name: "China Town", "Jalan Ipoh", "Mr England"."""
        before, behind = part[:begin].split(), part[end:].split()
        return bool(before and before[-1] in self.leaders) or bool(behind and behind[0] in self.followers)

    def _longest(self, rest: str) -> _Found | None:
        """The longest name of the table that the rest begins with and that ends where a word ends."""
        first, behind = self.ranges.get(rest[:1], (0, 0))
        written = rest.encode() if behind else b""
        while written:
            place = first + bisect_right(range(first, behind), written, key=self._name) - 1
            if place < first:
                return None
            name = self._name(place)
            if not written.startswith(name):
                written = written[: _common(written, name)]
                continue
            taken = self._ends(rest, name.decode())
            if taken:
                _, codes, mark = self._line(place).split(b"\t")
                return _Found(taken, codes.decode(), mark.decode())
            written = name[:-1]
        return None

    def _ends(self, rest: str, name: str) -> int:
        """How far the name reaches with what hangs on it, 0 where a longer word only begins like it."""
        if UNSPACED.match(name):
            follows = rest[len(name) : len(name) + 1]
            return 0 if follows and _HANGS_ON.match(follows) else len(name)
        hanging = rest[len(name) :].partition(" ")[0]
        if not hanging:
            return len(name)
        script = next((script for script, letters in _SCRIPT_OF.items() if letters.match(name)), "")
        bears = len(name) >= _BEARS_ENDINGS or script in ("Beng", "Deva", "Taml")
        return len(name) + len(hanging) if bears and hanging in self.suffixes.get(script, ()) else 0

    def _line(self, place: int) -> bytes:
        return self.table[self.starts[place] : self.starts[place + 1] - 1]

    def _name(self, place: int) -> bytes:
        start = self.starts[place]
        return self.table[start : self.table.index(b"\t", start)]


def open_places(folder: Path, mistakes: list[str]) -> Places:
    """The places of the config folder; a file that is missing or broken is noted and read as empty."""
    try:
        return read_places((folder / TABLE).read_bytes())
    except OSError as error:
        mistakes.append(f"{TABLE}: cannot be read ({type(error).__name__}).")
    except ValueError:
        mistakes.append(f"{TABLE}: broken; run: python -m app.cases.words.place_names write.")
    return read_places(b"")


@lru_cache(maxsize=1)  # one running Redress has one table, and it never changes
def read_places(file: bytes) -> Places:
    """The places of a finished table (see `app.cases.words.place_names`); raises `ValueError` for anything else."""
    body = file.index(b"\n", file.rindex(b"\n@") + 1) + 1 if file else 0
    around = dict(line[1:].split("\t") for line in file[:body].decode().splitlines() if line.startswith("@"))
    starts, ranges = array("I", [body]), dict[str, tuple[int, int]]()
    while starts[-1] < len(file):
        start, number = starts[-1], len(starts) - 1
        head = file[start : start + 4].decode(errors="ignore")[0]
        ranges[head] = (ranges.get(head, (number, 0))[0], number + 1)
        starts.append(file.index(b"\n", start) + 1)
    return Places(
        table=file,
        starts=starts,
        ranges=MappingProxyType(ranges),
        suffixes=MappingProxyType(
            {
                script: frozenset(plain_text(each) for each in listed.split()) | _bare_signs(script)
                for script, listed in around.items()
                if script in _SCRIPT_OF
            }
        ),
        followers=frozenset(around.get("followers", "").split()),
        leaders=frozenset(around.get("leaders", "").split()),
    )


def _bare_signs(script: str) -> frozenset[str]:
    # The table keeps Tamil names without the sign that an ending takes the place of.
    return frozenset({"\N{TAMIL SIGN VIRAMA}"}) if script == "Taml" else frozenset()


def _next_start(part: str, at: int) -> int:
    """Where the next name may begin: at the next word, or at the next sign where words have no spaces between them."""
    if UNSPACED.match(part, at):
        at += 1
        while at < len(part) and _HANGS_ON.match(part, at):
            at += 1
        return at
    found = re.compile(r"\s|" + UNSPACED.pattern).search(part, at + 1)
    if found is None:
        return len(part)
    return found.start() + (found[0] == " ")


def _common(one: bytes, other: bytes) -> int:
    length = min(len(one), len(other))
    return next((place for place in range(length) if one[place] != other[place]), length)
