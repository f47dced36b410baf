"""Languages: their catalogues, dates, digits, and what people write. Knows no Flask, because texts to phones need it too."""

from app.language.cleaning import clean_line, clean_words, has_words, only_seen, says_something
from app.language.digits import find_codes, only_digits, plain_signs, to_ascii
from app.language.languages import Language, Languages, LanguagesRefused, load_languages
from app.language.marks import MOST_MARKS, few_marks, folded
from app.language.scripts import UNSPACED
from app.language.signs import SignTable

__all__ = [
    "MOST_MARKS",
    "UNSPACED",
    "Language",
    "Languages",
    "LanguagesRefused",
    "SignTable",
    "clean_line",
    "clean_words",
    "few_marks",
    "find_codes",
    "folded",
    "has_words",
    "load_languages",
    "only_digits",
    "only_seen",
    "plain_signs",
    "says_something",
    "to_ascii",
]
