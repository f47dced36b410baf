"""Trying again what somebody else was faster at: the one place where a use case is repeated."""

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def retrying(attempt: Callable[[int], _T], *, on: type[Exception], tries: int) -> _T:
    """What `attempt` gives, called with 0, 1, ... until it does not raise `on`; the last one's exception is the caller's."""
    for number in range(tries - 1):
        try:
            return attempt(number)
        except on:
            continue
    return attempt(tries - 1)
