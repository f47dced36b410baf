"""Languages of the product: their catalogues, dates and digits. Knows no Flask, because texts to phones need it too."""

from app.language.digits import to_ascii
from app.language.languages import Language, Languages, LanguagesRefused, load_languages
from app.language.marks import MOST_MARKS, few_marks, folded

__all__ = [
    "MOST_MARKS",
    "Language",
    "Languages",
    "LanguagesRefused",
    "few_marks",
    "folded",
    "load_languages",
    "to_ascii",
]
