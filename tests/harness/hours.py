"""An hour that does not end while a test runs: limits count in windows that end with the hour."""

from collections.abc import Iterator
from contextlib import contextmanager

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
