"""Whole hours as people type them into a form: 19, 19:00, 19h, 7 pm. Pure."""

import re
import unicodedata

_HOUR = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:\s?[:.h：]\s?00|00(?<=[0-9]{4}))?"
    r"\s?(?:(?P<half>[ap])\.?\s?m\.?|h|hrs?\.?|hours?|o['’]?clock)?",
)
_MIDDAY = 12
_HOURS_OF_A_DAY = 24


class NoWholeHour(ValueError):
    """What was typed is no whole hour of a day, or says more than one; it stands in `typed`."""

    def __init__(self, typed: str) -> None:
        super().__init__("no whole hour")
        self.typed = typed


def read_hour(typed: str) -> int:
    """The hour from 0 to 24 that somebody typed, in the digits of any script; raises `NoWholeHour` for all else."""
    # Digits that count alone: of a small raised two nobody can tell what was meant. Unseen marks come with what is pasted.
    seen = (sign for sign in typed.lower() if unicodedata.category(sign) != "Cf")
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in seen).strip()
    found = _HOUR.fullmatch(plain)
    if found is None:
        raise NoWholeHour(typed)
    hour, half = int(found["hour"]), found["half"]
    if half is None:
        if hour > _HOURS_OF_A_DAY:
            raise NoWholeHour(typed)
        return hour
    if not 1 <= hour <= _MIDDAY:
        raise NoWholeHour(typed)
    return hour % _MIDDAY + (_MIDDAY if half == "p" else 0)
