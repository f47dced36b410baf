"""What words tell, in the languages of the product: danger, a complaint about a helper, the kind of problem, place, language."""

from app.cases.words.danger_words import (
    DangerKind,
    DangerWords,
    codes_of,
    harms,
    read_danger_words,
    urgency_of_kinds,
)
from app.cases.words.helper_words import HelperWords, read_helper_words
from app.cases.words.language_wishes import LanguageWishes, Wish, read_language_wishes
from app.cases.words.places import Places, open_places
from app.cases.words.thanks import ThanksWords, read_thanks_words
from app.cases.words.urgency import lowers, profile_for, queue_rank, raise_urgency, urgency_of
from app.cases.words.written_language import WrittenLanguages, read_written_languages

__all__ = [
    "DangerKind",
    "DangerWords",
    "HelperWords",
    "LanguageWishes",
    "Places",
    "ThanksWords",
    "Wish",
    "WrittenLanguages",
    "codes_of",
    "harms",
    "lowers",
    "open_places",
    "profile_for",
    "queue_rank",
    "raise_urgency",
    "read_danger_words",
    "read_helper_words",
    "read_language_wishes",
    "read_thanks_words",
    "read_written_languages",
    "urgency_of",
    "urgency_of_kinds",
]
