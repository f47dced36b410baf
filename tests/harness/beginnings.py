"""What the tests of a folder begin with, such as a network with people in it: made once a worker, copied for each test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Generic, Protocol, Self, TypeVar

from sqlalchemy import make_url

from app import clock
from app.database import Database
from tests.harness.databases import Databases, Kept

# Log-ins end when nobody uses them for twenty minutes, so nothing old is handed out.
_FRESH_FOR = timedelta(minutes=5)
# A clock that starts over at the same moment for each test may be this much before the moment of the making.
_SAME_MOMENT = timedelta(seconds=5)


class Copied(Protocol):
    """What a test knows of its database: who is in it, and how they get in."""

    def over(self, database: Database) -> Self:
        """The same, in a copy of the database; nothing that a test changes may be shared with another's."""


Beginning = TypeVar("Beginning", bound=Copied)


@dataclass(frozen=True)
class _Original(Generic[Beginning]):
    """One that was made: never handed out itself. The moments are the clock's, before and after the making."""

    value: Beginning
    kept: Kept
    began: datetime
    ended: datetime
    offset: timedelta

    def still_good(self) -> bool:
        """Whether a test that begins now may as well have made this: rows hold the hour, and log-ins end."""
        now = clock.now()
        return -_SAME_MOMENT < now - self.began < _FRESH_FOR and now.hour == self.began.hour

    def set_clock(self) -> None:
        """As the making left it, or later: what stands in a database is never later than now."""
        seconds = round(self.offset.total_seconds())
        clock.set_offset(seconds)
        late = max(timedelta(), self.ended - clock.now())
        clock.set_offset(seconds + ceil(late.total_seconds()))


class Beginnings(Generic[Beginning]):
    """Makes the beginning of a folder's tests when the first of them asks, and puts a copy in each one's own database."""

    def __init__(self, databases: Databases, make: Callable[[Database], Beginning]) -> None:
        self._databases = databases
        self._make = make
        self._originals: dict[str, _Original[Beginning]] = {}

    def copy_into(self, database: Database) -> Beginning:
        """Replace all that is in a test's database by a copy; the clock is left as the making left it."""
        kind = make_url(database.url).get_backend_name()
        original = self._originals.get(kind)
        if original is None or not original.still_good():
            original = self._originals[kind] = self._made(kind)
        else:
            original.set_clock()
        self._databases.copy_kept(original.kept, database)
        return original.value.over(database)

    def _made(self, kind: str) -> _Original[Beginning]:
        began = clock.now()
        with self._databases.keeping(kind) as (database, kept):
            value = self._make(database)
        return _Original(value, kept, began, clock.now(), clock._offset)
