"""Languages: their catalogues, dates, digits, and what people write. Knows no Flask, because texts to phones need it too."""

from app.language.cleaning import clean_line, clean_words, has_words
from app.language.digits import find_codes, only_digits, plain_signs, to_ascii
from app.language.languages import Language, Languages, LanguagesRefused, load_languages

__all__ = [
    "Language",
    "Languages",
    "LanguagesRefused",
    "clean_line",
    "clean_words",
    "find_codes",
    "has_words",
    "load_languages",
    "only_digits",
    "plain_signs",
    "to_ascii",
]
