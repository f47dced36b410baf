"""What follows from what happens to a case: one row for each, carried out in the same unit of work, before it commits.

A verb notes what it did (`app.cases.case.note`) and knows nothing of what follows; a door has nothing to remember.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from sqlalchemy.orm import Session

from app.cases.case import Event, Happened
from app.database import new_id
from app.messaging.members import alert_danger

Consequence = Callable[[Session, tuple[Event, ...]], None]


def page(session: Session, events: tuple[Event, ...]) -> None:
    """Page whoever has to act, if the case is in danger: whoever it just came to, and else whoever waits for it or has it already.

    At most once for all that one unit of work did; whoever was paged of this case before only when somebody is called again.
    """
    case, vault = events[0].case, events[0].vault
    calls = [event for event in events if event.what is Happened.CALLED]
    if alert_danger(session, vault, case) or not calls:
        return
    alert_danger(session, vault, case, str(new_id()), but_not=calls[0].by)


CONSEQUENCES: dict[Happened, tuple[Consequence, ...]] = {
    Happened.FILED: (page,),
    Happened.OFFERED: (page,),
    Happened.HELD: (page,),
    Happened.CALLED: (page,),
    Happened.DATE_NEAR: (),
}


def carry_out(session: Session, events: Iterable[Event]) -> None:
    """Do what follows from these events: each consequence once for each case, with all of its events that ask for it."""
    of_case = sorted(events, key=lambda event: event.case.id)  # locks are taken in the order of their keys
    for _, happened in groupby(of_case, key=lambda event: event.case.id):
        asked: dict[Consequence, list[Event]] = {}
        for event in happened:
            for consequence in CONSEQUENCES[event.what]:
                asked.setdefault(consequence, []).append(event)
        for consequence, its_events in asked.items():
            consequence(session, tuple(its_events))
