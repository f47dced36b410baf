"""What happens has its row in the table, and what was noted is carried out once, or the unit of work fails."""

from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from app import consequences
from app.cases.case import Case, Event, Happened
from app.consequences import CONSEQUENCES, carry_out
from app.database.events import carry_out_events, note_event
from app.vault import Vault


def an_event(what: Happened, case_id: UUID) -> Event:
    """One that nobody looks into."""
    return Event(what, Case(id=case_id), cast(Vault, None))


@pytest.mark.parametrize("what", Happened)
def test_whatever_can_happen_has_a_row(what: Happened) -> None:
    assert CONSEQUENCES[what]


def test_each_consequence_is_carried_out_once_for_each_case(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[UUID, list[Happened]]] = []

    def note_down(_session: Session, events: tuple[Event, ...]) -> None:
        done.append((events[0].case.id, [event.what for event in events]))

    table = dict.fromkeys(Happened, (note_down,)) | {Happened.FILED: ()}
    monkeypatch.setattr(consequences, "CONSEQUENCES", table)
    first, second = sorted((uuid4(), uuid4()))
    carry_out(
        cast(Session, None),
        [
            an_event(Happened.CALLED, second),
            an_event(Happened.OFFERED, first),
            an_event(Happened.FILED, first),
            an_event(Happened.CALLED, first),
        ],
    )
    assert done == [(first, [Happened.OFFERED, Happened.CALLED]), (second, [Happened.CALLED])]


def test_nothing_that_was_noted_is_committed_without_its_consequences() -> None:
    with Session() as session:
        note_event(session, "anything")
        with pytest.raises(RuntimeError, match="before_commit"):
            carry_out_events(session, None)


def test_what_was_noted_is_handed_over_once() -> None:
    told: list[Any] = []
    with Session() as session:
        note_event(session, "anything")
        carry_out_events(session, lambda _session, events: told.extend(events))
        carry_out_events(session, lambda _session, events: told.extend(events))
    assert told == ["anything"]
