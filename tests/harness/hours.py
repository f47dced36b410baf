"""The hour of a test: one that does not end while it runs, since limits count in windows that end with it, and time that passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app import clock


@contextmanager
def five_past_ten() -> Iterator[None]:
    """Time goes on from five past ten of today: no window may end between two lines of a test, whenever it runs."""
    real = clock.now
    shift = real().replace(hour=10, minute=5, second=0, microsecond=0) - real()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + shift)
        yield


def pass_by(**time: float) -> None:
    """Let time pass from where the clock stands, wherever the making of a world left it."""
    clock.set_offset(round((clock._offset + timedelta(**time)).total_seconds()))
