"""What members write into fields that need words."""

from app.language import has_words


def worded(typed: str) -> str:
    """The words as they were typed; blank where they hold no letter and no digit.

    A dot is no answer: it would meet the date by which a worker was promised one. A worker's own "..." is kept: it may be all
    that somebody can say.
    """
    return typed if has_words("".join(filter(str.isalnum, typed))) else ""
