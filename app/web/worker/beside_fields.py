"""What a tablet's form carries beside the worker's own answers: who helped, and how (docs/outbox.md). No Flask in here."""

from collections.abc import Iterable

from app.cases.case import OTHER_LANGUAGE, HowAllowed
from app.intake import SaidByTablet

AUTHORITY, HOW, LANGUAGE, WITHOUT_THEM = "beside", "beside_how", "beside_language", "beside_without"
"""The fields' names."""

# Longer than any that a tablet is given, and than any tag of a language.
_LONGEST_AUTHORITY = 200
_LONGEST_LANGUAGE = 35


def read_beside(fields: Iterable[tuple[str, str]]) -> SaidByTablet | None:
    """The helper of a report, None where there was none; what is unknown tells least."""
    told = dict(fields)
    if AUTHORITY not in told:
        return None
    how, language = told.get(HOW, ""), told.get(LANGUAGE, "")
    return SaidByTablet(
        authority=told[AUTHORITY][:_LONGEST_AUTHORITY],
        how=HowAllowed(how) if how in set(HowAllowed) else HowAllowed.NOT,
        language=language if language and len(language) <= _LONGEST_LANGUAGE else OTHER_LANGUAGE,
        without_them=bool(told.get(WITHOUT_THEM)),
    )
