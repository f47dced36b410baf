"""What happened in a unit of work: noted by the verb that did it, and what follows from it carried out before the commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

_NOTED = "events"

CarryOut = Callable[[Session, list[Any]], None]


def note_event(session: Session, event: object) -> None:
    """Note that something happened in this unit of work; what follows from it is carried out at its end."""
    session.info.setdefault(_NOTED, []).append(event)


@contextmanager
def apart(session: Session) -> Iterator[None]:
    """A piece of a unit of work: where it fails, nothing of it was done, nothing follows from it, and the rest can go on."""
    before = len(session.info.get(_NOTED, ()))
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del session.info.get(_NOTED, [])[before:]
        raise


def carry_out_events(session: Session, carry_out: CarryOut | None) -> None:
    """Carry out what follows from the events of a unit of work; without anybody who does, it may not be committed."""
    events = session.info.pop(_NOTED, [])
    if not events:
        return
    if carry_out is None:
        # Failing closed: a worker in danger would be told that a helper hears of it, and none would.
        raise RuntimeError(
            "give Database its before_commit: something happened, and nothing would follow from it"
        )
    session.flush()
    carry_out(session, events)
