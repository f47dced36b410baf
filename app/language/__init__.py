"""Languages of the product: their catalogues, dates and digits. Knows no Flask, because texts to phones need it too."""

from app.language.digits import to_ascii
from app.language.languages import Language, Languages, LanguagesRefused, load_languages

__all__ = ["Language", "Languages", "LanguagesRefused", "load_languages", "to_ascii"]
