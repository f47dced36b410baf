"""The table of place names: `python -m app.cases.words.place_names write|check`.

`write` makes config/place_names.txt from config/places.toml and the names of countries in the CLDR, in every language of the
product; `check` fails when the file lags behind. The service reads the finished file: two dozen of Babel's locales in its memory
would cost more than everything else it holds.
"""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global

from app.cases.words.finished_table import CONFIG, write_or_check
from app.cases.words.places import NOTHING, TABLE
from app.network import is_country
from app.network.matching import plain_text

SOURCE = "places.toml"

# The languages of the product, as the CLDR calls them.
LOCALES = (
    *("en", "zh_Hans", "zh_Hant", "vi", "ms", "id", "fil", "th", "my", "ne", "bn", "hi"),
    *("ta", "km", "es", "fr", "sw", "ar", "ur", "hu", "cs", "pl", "uk", "tr"),
)
# Named by hand: the CLDR's names for them hold the name of another country.
_BY_HAND = frozenset({"HK", "MO"})
# Two countries are told apart by what stands in brackets.
_TOLD_BY_BRACKETS = frozenset({"CD", "CG"})
_BRACKETS = re.compile(r"[(（]([^)）]*)[)）]")
# Latin words this short are words of other languages too: "Ý", "Áo", "Fas", "Çin".
_SHORTEST = 4
_LATIN = re.compile(r"[a-z ]+")
_FINAL = "\N{TAMIL SIGN VIRAMA}\N{TAMIL VOWEL SIGN U}"
_HEADER = """\
# Made by: python -m app.cases.words.place_names write. Do not edit; see places.toml. One name a line, in its plain form and in the
# order of its bytes, then the countries it may mean (- for none), then ? where it is unclear and ! where only alone it is clear.
"""


def make_table(config: Path) -> str:
    """The text of the table."""
    source = tomllib.loads((config / SOURCE).read_text(encoding="utf-8"))
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in (*_countries(), *_cities(source["towns"])):
        if len(plain := _plain(name)) >= _SHORTEST or not _LATIN.fullmatch(plain):
            names[plain].add(code)
    for code, name in _by_hand(source):
        names[_plain(name)].add(code)
    for name in _split(source["nothing"]["names"]):
        names[_plain(name)] = {NOTHING}
    unclear, alone = (
        {_plain(name) for name in _split(source[kind]["names"])} for kind in ("unclear", "alone")
    )
    lines = []
    for name in sorted(names, key=str.encode):
        mark = "!" if name in alone else "?" if name in unclear else ""
        lines.append(f"{name}\t{' '.join(sorted(names[name]))}\t{mark}\n")
    return _HEADER + "".join(_around(source)) + "".join(lines)


def main(words: list[str]) -> int:
    """Write the table or check it; gives the exit status."""
    return write_or_check(words, "app.cases.words.place_names", TABLE, partial(make_table, CONFIG))


def _countries() -> Iterator[tuple[str, str]]:
    """Every name that the CLDR gives a country in a language of the product."""
    for locale in map(Locale.parse, LOCALES):
        whole = set(locale.territories.values())
        for code, name in locale.territories.items():
            if not is_country(code) or code in _BY_HAND:
                continue
            if code in _TOLD_BY_BRACKETS:
                yield code, name
                continue
            yield code, _BRACKETS.sub(" ", name)
            # "Myanmar (Burma)" has two names; what stands behind "Saint Martin" is whose it is.
            yield from ((code, other) for other in _BRACKETS.findall(name) if other not in whole)


def _cities(towns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The towns after which the CLDR names the time zones of these countries, in each language."""
    territories = {zone: code for zone, code in get_global("zone_territories").items() if code in set(towns)}
    for locale in map(Locale.parse, LOCALES):
        for zone, code in territories.items():
            city = locale.time_zones.get(zone, {}).get("city")
            if city and code not in (
                "US",
                "BR",
                "AR",
                "CL",
                "ES",
            ):  # far too many, and many share their names
                yield code, city


def _by_hand(source: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in ("towns", "countries"):
        for code, listed in source[kind].items():
            if not is_country(code):
                raise ValueError(f"{SOURCE}: {code} is no country")
            yield from ((code, name) for name in _split(listed))
    for name, codes in source["several"].items():
        yield from ((code, name) for code in codes.split())


def _around(source: dict[str, Any]) -> Iterator[str]:
    """What may hang on a name, stand behind it or before it."""
    for script, suffixes in source["suffixes"].items():
        yield f"@{script}\t{suffixes}\n"
    for kind in ("followers", "leaders"):
        yield f"@{kind}\t{' '.join(map(plain_text, _split(source['nothing'][kind])))}\n"


def _split(listed: str) -> list[str]:
    return [name for part in listed.split(",") if (name := part.strip())]


def _plain(name: str) -> str:
    # A Tamil ending takes the place of the sign that a name ends with.
    return plain_text(name).rstrip(_FINAL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
