"""The table of languages' names: `python -m app.cases.words.language_names write|check`.

`write` makes config/language_names.txt from the CLDR's names of the product's languages in each of them; `check` fails when the
file lags behind. The service reads the finished file, for the reason that `place_names.py` gives.
"""

import re
import sys
from collections import defaultdict

from babel import Locale

from app.cases.words.finished_table import write_or_check
from app.cases.words.folding import folded_words
from app.cases.words.place_names import LOCALES
from app.cases.words.wish_words import TABLE

# What the CLDR calls the product's languages: Chinese without saying which writing, and Filipino under its older code too.
_CODES = {**{locale: locale.replace("_", "-") for locale in LOCALES}, "zh": "zh", "tl": "fil"}
_BRACKET = re.compile("[()（）]")
# Latin words this short are words of other languages too.
_SHORTEST = 4
_HEADER = """\
# Made by: python -m app.cases.words.language_names write. Do not edit; other names stand in language_wishes.toml. One name a line,
# folded, then the languages that it may mean, then ? where it is the name of a country too.
"""


def make_table() -> str:
    """The text of the table."""
    names: dict[str, set[str]] = defaultdict(set)
    countries: set[str] = set()
    for locale in map(Locale.parse, LOCALES):
        # "Myanmar (Burma)" has two names.
        countries |= {_folded(name) for each in locale.territories.values() for name in _BRACKET.split(each)}
        for code, language in _CODES.items():
            name = _folded(locale.languages.get(code, ""))
            if len(name) >= _SHORTEST or (name and not name.isascii()):
                names[name].add(language)
    lines = (
        f"{name}\t{' '.join(sorted(codes))}\t{'?' if name in countries else ''}\n"
        for name, codes in sorted(names.items(), key=lambda each: each[0].encode())
    )
    return _HEADER + "".join(lines)


def main(words: list[str]) -> int:
    """Write the table or check it; gives the exit status."""
    return write_or_check(words, "app.cases.words.language_names", TABLE, make_table)


def _folded(name: str) -> str:
    return " ".join(folded_words(name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
