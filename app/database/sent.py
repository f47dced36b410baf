"""Who hears of every statement that a unit of work sends: for whoever asks what it costs, and for nobody else."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

Hear = Callable[[tuple[str, ...]], None]
"""Is given the words of statements that go to the database together; most go alone."""

_HEARS = "hears_of_statements"


@contextmanager
def hearing(engine: Engine, info: dict[str, Any], hear: Hear) -> Iterator[None]:
    """Tell of all statements of this engine and of the sessions that are given this `info`, as long as the block lasts."""

    def alone(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        hear((statement,))

    event.listen(engine, "before_cursor_execute", alone)
    info[_HEARS] = hear
    try:
        yield
    finally:
        del info[_HEARS]
        event.remove(engine, "before_cursor_execute", alone)


def tell_of(session: Session, statements: Sequence[str]) -> None:
    """For what is handed to the driver itself: SQLAlchemy's own event does not hear of it."""
    hear: Hear | None = session.info.get(_HEARS)
    if hear is not None:
        hear(tuple(statements))
