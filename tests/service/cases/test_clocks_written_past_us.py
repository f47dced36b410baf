"""Whoever can write the database but holds no key makes no date go away: what they write over a clock counts as missed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import String, literal, update

from app import clock
from app.cases.case.models import Case, Clock
from app.cases.clocks import clocks_of, settle_clocks
from app.cases.enums import ClockKind, ClockState, Who
from app.cases.escalation.waiting_for_rungs import standing
from app.database import CaseId
from app.vault import forged_rows
from tests.support.custody import held
from tests.support.desk import Desk
from tests.support.desk_jobs import DAY, states, tick


def written_over(desk: Desk, case_id: CaseId, kind: ClockKind = ClockKind.READ, /, **values: Any) -> None:
    """Somebody writes this over the date by which a helper has to read, or over the one of another kind."""
    # As plain words: one that does not exist is what our own column would refuse.
    words = {name: literal(value, String) for name, value in values.items() if name in ("kind", "who")}
    with desk.database.writing() as session:
        which = Clock.case_id == case_id, Clock.kind == kind
        session.execute(update(Clock).where(*which).values(**values | words))


SILENCED: tuple[dict[str, Any], ...] = (
    {"state": ClockState.MET},
    {"state": ClockState.PAUSED},
    {"state": ClockState.ESCALATED},
    {"state": ClockState.PAUSED, "paused_hour": clock.hour_of(clock.now())},
    {"due_at": clock.hour_of(clock.now()) + timedelta(days=200)},
    {"state": ClockState.MISSED, "due_at": clock.hour_of(clock.now()) + timedelta(days=200)},
    {"who": Who.WORKER},
    {"who": Who.COORDINATOR},
    {"state": ClockState.MET, "row_mac": None},
    {"state": ClockState.MET, "row_mac": b"0" * 36},
)


@pytest.mark.parametrize("values", SILENCED, ids=lambda values: " ".join(map(str, values.values())))
def test_a_date_that_others_call_done_is_late_and_somebody_is_asked(
    desk: Desk, values: dict[str, Any]
) -> None:
    case_id, other = desk.accepted(), desk.accepted()
    written_over(desk, case_id, **values)
    clock.set_offset(5 * DAY)
    tick(desk)
    assert states(desk, case_id, ClockKind.READ) == [ClockState.MISSED]
    assert states(desk, other, ClockKind.READ) == [ClockState.MISSED]
    with desk.database.reading() as session:
        asked = desk.acts(case_id)
        assert list(forged_rows(session, desk.world.vault)) == []  # it stands as ours again
        assert session.get_one(Case, case_id).next_due_at is not None
    assert "clock.missed" in asked
    assert "case.escalated" in asked


def test_a_late_date_that_others_gave_to_whom_nobody_asks_is_among_those_that_are_looked_at(
    desk: Desk,
) -> None:
    case_id = desk.accepted()
    written_over(desk, case_id, state=ClockState.MISSED, who=Who.WORKER)
    clock.set_offset(5 * DAY)
    with desk.database.reading() as session:
        assert case_id in session.scalars(standing().with_only_columns(Case.id)).all()
    desk.open(desk.lead, case_id)
    tick(desk)
    with desk.database.reading() as session:
        assert list(forged_rows(session, desk.world.vault)) == []
    assert "clock.missed" in desk.acts(case_id)


def test_it_shows_on_the_page_at_once_and_what_a_helper_does_then_counts(desk: Desk) -> None:
    case_id = desk.accepted()
    written_over(desk, case_id, state=ClockState.MET)
    page = desk.open(desk.lead, case_id)
    [read] = [date for date in page.dates if date.kind is ClockKind.READ]
    assert read.state in (ClockState.MISSED, ClockState.MET)
    assert "clock.missed" in desk.acts(case_id)


def test_nothing_is_stored_by_who_only_reads(desk: Desk) -> None:
    case_id = desk.accepted()
    written_over(desk, case_id, state=ClockState.MET)
    with desk.database.reading() as session:
        rows = clocks_of(session, session.get_one(Case, case_id))
        assert [row.state for row in rows if row.kind is ClockKind.READ] == [ClockState.MISSED]
    assert states(desk, case_id, ClockKind.READ) == [ClockState.MET]


def test_what_is_done_in_time_stays_done(desk: Desk) -> None:
    case_id = desk.accepted()
    desk.open(desk.lead, case_id)
    clock.set_offset(5 * DAY)
    tick(desk)
    assert states(desk, case_id, ClockKind.READ) == [ClockState.MET]


MADE: tuple[dict[str, Any], ...] = (
    {"kind": ClockKind.ACCEPT},
    {"kind": ClockKind.PLACE},
    {"kind": ClockKind.PLACE, "who": Who.COORDINATOR},
    {"kind": ClockKind.ACCEPT, "state": ClockState.MET},
    {"kind": ClockKind.PLACE, "state": ClockState.MISSED},
    {"kind": ClockKind.ACCEPT, "due_at": clock.hour_of(clock.now()) + timedelta(days=1)},
    {"kind": "nonsense"},
    {"kind": "nonsense", "who": "nobody", "state": ClockState.MET},
)


@pytest.mark.parametrize("values", MADE, ids=lambda values: " ".join(map(str, values.values())))
def test_whatever_kind_others_made_of_a_date_somebody_is_asked(desk: Desk, values: dict[str, Any]) -> None:
    case_id, other = desk.accepted(), desk.accepted()
    # What else is asked in it is done, so that nobody is asked for that.
    desk.open(desk.lead, other)
    with desk.database.writing() as session:
        rest = frozenset(ClockKind) - {ClockKind.READ}
        settle_clocks(session, session.get_one(Case, case_id), rest, ClockState.MET)
    written_over(desk, case_id, **values)
    clock.set_offset(5 * DAY)
    tick(desk)
    tick(desk)
    assert desk.acts(case_id).count("case.escalated") == 1
    assert "case.escalated" not in desk.acts(other)
    whole = set(values) <= {"kind", "state"}
    kind = ClockKind.READ if whole else ClockKind.ACKNOWLEDGE
    assert ClockState.MISSED in states(desk, case_id, kind)
    with desk.database.reading() as session:
        assert list(forged_rows(session, desk.world.vault)) == []
        assert session.get_one(Case, case_id).next_clock is kind


@pytest.mark.parametrize("kind", (ClockKind.READ, ClockKind.ACCEPT, "nonsense"))
def test_of_a_case_that_waits_with_custody_a_custodian_is_asked_whatever_kind_others_made_of_its_date(
    desk: Desk, kind: str
) -> None:
    case_id = desk.world.case_of(held(desk))
    written_over(desk, case_id, ClockKind.PLACE, kind=kind, who=Who.PARTNER)
    clock.set_offset(5 * DAY)
    tick(desk)
    tick(desk)
    assert "case.escalated" in desk.acts(case_id)
    assert states(desk, case_id, ClockKind.PLACE) == [ClockState.MISSED]
