"""The order in which one unit of work locks rows of several kinds, so that two units never wait for each other in a circle.

Phones first, then texts, then cases, and of a kind in the order of their keys. PostgreSQL's detection of deadlocks is no plan: it
ends one of the two, and that may be a worker's *stop*.
"""

import warnings
from enum import IntEnum

from sqlalchemy.orm import Session

_FURTHEST = "furthest lock"


class Lock(IntEnum):
    """What is locked, in the order in which everybody locks it."""

    PHONE = 1
    TEXT = 2
    CASE = 3


class LockedOutOfOrder(UserWarning):
    """A unit of work locks something that it had to lock earlier. A warning, since what a worker sent must be kept all the same."""


def locking(session: Session, what: Lock) -> None:
    """Say what this unit of work waits for next; whoever takes a row without waiting for it need not."""
    furthest = session.info.get(_FURTHEST, what)
    if what < furthest:
        warnings.warn(f"{what.name} after {furthest.name}", LockedOutOfOrder, stacklevel=2)
    session.info[_FURTHEST] = max(what, furthest)
