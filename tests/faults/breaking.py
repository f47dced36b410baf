"""Breaking the service at a chosen commit: just before it, or just after it when the answer is still to be given."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.settings import read_settings
from tests.faults.phones import Lost
from tests.harness.application import application
from tests.harness.world import World


class Break(StrEnum):
    """What happens at the commit. Dying means that no answer is given at all, as when the process is killed."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    FAILS_BEFORE = "fails before"
    FAILS_AFTER = "fails after"

    @property
    def before(self) -> bool:
        """Whether nothing was stored yet."""
        return self in (Break.DIES_BEFORE, Break.FAILS_BEFORE)


class _Died(BaseException):
    """The process is gone: nothing of ours may catch this and answer after all."""


class Breaker:
    """Counts the commits of this process while it is armed, and breaks one of them."""

    def __init__(self, world: World) -> None:
        self._kind: Break | None = None
        self._wait = 0
        self._reads = False
        event.listen(world.database.engine, "commit", self._before)
        event.listen(Session, "after_commit", self._after)

    def close(self) -> None:
        """Listen no more."""
        event.remove(Session, "after_commit", self._after)

    @property
    def spent(self) -> bool:
        """Whether it broke something; else there were fewer commits."""
        return self._kind is None

    @contextmanager
    def armed(self, number: int, kind: Break) -> Iterator[None]:
        """Break the commit of this number, counted from 1; dying becomes an answer that is lost."""
        self._kind, self._wait = kind, number
        try:
            yield
        except _Died as death:
            raise Lost from death
        finally:
            self._wait = 0

    def _before(self, connection: Connection) -> None:
        # What only reads ends by a COMMIT too on PostgreSQL; there is nothing to lose.
        self._reads = bool(connection.get_execution_options().get("postgresql_readonly"))
        if self._kind is not None and self._kind.before and not self._reads:
            self._count()

    def _after(self, session: Session) -> None:
        # A savepoint that ends is no commit.
        stored = not self._reads and not session.in_nested_transaction()
        if self._kind is not None and not self._kind.before and stored:
            self._count()

    def _count(self) -> None:
        if self._wait == 0:
            return
        self._wait -= 1
        if self._wait == 0:
            kind, self._kind = self._kind, None
            if kind in (Break.DIES_BEFORE, Break.DIES_AFTER):
                raise _Died
            raise OperationalError("COMMIT", None, Exception("the line is dead"))


def app_over(world: World, home: Path, **environment: str) -> Flask:
    """The application over a world, in this process."""
    settings = read_settings({"REDRESS_HOME": str(home), **environment})
    return application(world, settings)
