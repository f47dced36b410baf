"""Before a text is written: how long it gets, at what hours it may arrive, what it would give away."""

from app.messaging.composing.hours import local_times, quiet_until, valid_for, was_put_off
from app.messaging.composing.leak_warnings import LeakWarning, warn_of_leaks
from app.messaging.composing.segments import MOST_SEGMENTS, Segments, count_segments, fits_gsm, looks_cut
from app.messaging.composing.seven_bit import with_plain_signs, without_accents

__all__ = [
    "MOST_SEGMENTS",
    "LeakWarning",
    "Segments",
    "count_segments",
    "fits_gsm",
    "local_times",
    "looks_cut",
    "quiet_until",
    "valid_for",
    "warn_of_leaks",
    "was_put_off",
    "with_plain_signs",
    "without_accents",
]
