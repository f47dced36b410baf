"""Dates that the world sets: added once, shown where the case is, reminded of in time; who writes the database makes none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, insert, literal_column, select, update

from app import clock
from app.cases.case import KnownDate, NotYours, OutsideDate, ReadOnly, known_dates
from app.cases.clocks import remind_of_dates
from app.cases.desk import (
    MOST_DATES,
    DateIsPast,
    DateTooFar,
    DateWasRemoved,
    Move,
    QueueFilters,
    TooManyDates,
    add_outside_date,
    change_stage,
    end_outside_date,
    queue_page,
)
from app.cases.enums import ClosingReason, OutsideDateKind, State
from app.database import Base, CaseId, new_id
from app.vault import verify_journal
from tests.support.desk import Desk

_DATES: Table = Base.metadata.tables["outside_dates"]


def in_days(days: int) -> date:
    return (clock.now() + timedelta(days=days)).date()


def add(
    desk: Desk, case_id: CaseId, on: date, kind: OutsideDateKind = OutsideDateKind.FLIGHT, **options: Any
) -> UUID:
    sent, by = options.get("sent") or new_id(), options.get("by") or desk.lead
    with desk.database.writing() as session:
        add_outside_date(session, desk.world.vault, by, case_id, kind, on, sent)
    return sent


def dates(desk: Desk, case_id: CaseId) -> list[KnownDate]:
    with desk.database.reading() as session:
        return known_dates(session, desk.world.vault, [case_id]).get(case_id, [])


def remind(desk: Desk, limit: int = 50) -> int:
    with desk.database.writing() as session:
        return remind_of_dates(session, desk.world.vault, limit)


def in_queue(desk: Desk) -> dict[CaseId, KnownDate | None]:
    with desk.database.reading() as session:
        page = queue_page(session, desk.world.vault, desk.world.rules, desk.lead, QueueFilters(), None)
        return {row.id: row.outside for row in page.rows}


@pytest.fixture
def case_id(desk: Desk) -> CaseId:
    """A case of the lead's beside another one with a date of its own."""
    add(desk, desk.accepted(words="Noise about a hearing."), in_days(3), OutsideDateKind.HEARING)
    return desk.accepted()


def test_a_date_is_added_once_however_often_it_is_sent_and_removed_once(desk: Desk, case_id: CaseId) -> None:
    sent = add(desk, case_id, in_days(40))
    add(desk, case_id, in_days(40), sent=sent)
    hearing = add(desk, case_id, in_days(12), OutsideDateKind.HEARING)
    assert [(each.kind, each.on) for each in dates(desk, case_id)] == [
        (OutsideDateKind.HEARING, in_days(12)),
        (OutsideDateKind.FLIGHT, in_days(40)),
    ]
    for _ in range(2):
        with desk.database.writing() as session:
            end_outside_date(session, desk.world.vault, desk.lead, case_id, hearing)
    assert [each.id for each in dates(desk, case_id)] == [sent]
    acts = desk.acts(case_id)
    assert (acts.count("case.date_added"), acts.count("case.date_removed")) == (2, 1)
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound


def test_the_same_form_brings_no_date_back_that_was_removed(desk: Desk, case_id: CaseId) -> None:
    sent = add(desk, case_id, in_days(40))
    with desk.database.writing() as session:
        end_outside_date(session, desk.world.vault, desk.lead, case_id, sent)
    with pytest.raises(DateWasRemoved):
        add(desk, case_id, in_days(40), sent=sent)
    assert dates(desk, case_id) == []
    assert desk.acts(case_id).count("case.date_added") == 1


def test_a_case_has_so_many_dates_and_no_more(desk: Desk, case_id: CaseId) -> None:
    first, *_ = [add(desk, case_id, in_days(number)) for number in range(MOST_DATES)]
    with pytest.raises(TooManyDates):
        add(desk, case_id, in_days(5))
    add(desk, case_id, in_days(0), sent=first)  # the same again is the same
    assert len(dates(desk, case_id)) == MOST_DATES
    with desk.database.writing() as session:
        end_outside_date(session, desk.world.vault, desk.lead, case_id, first)
    add(desk, case_id, in_days(5))


def test_what_can_not_be_a_date_of_the_case_is_refused(desk: Desk, case_id: CaseId) -> None:
    add(desk, case_id, in_days(0))
    refused: tuple[tuple[type[Exception], Callable[[], object]], ...] = (
        (DateIsPast, lambda: add(desk, case_id, in_days(-2))),
        (DateTooFar, lambda: add(desk, case_id, in_days(3655))),
        (ReadOnly, lambda: add(desk, case_id, in_days(9), by=desk.viewer)),
    )
    for error, act in refused:
        with pytest.raises(error):
            act()
    assert len(dates(desk, case_id)) == 1


def test_the_queue_shows_the_next_date_from_thirty_days_before(desk: Desk, case_id: CaseId) -> None:
    add(desk, case_id, in_days(31))
    assert in_queue(desk)[case_id] is None
    clock.set_offset(2 * 86_400)
    shown = in_queue(desk)[case_id]
    assert shown is not None
    assert shown.on == in_days(29)
    assert sum(each is not None for each in in_queue(desk).values()) == 2


def test_each_reminder_is_given_once_by_three_dispatchers(desk: Desk, case_id: CaseId) -> None:
    for days in (20, 20, 6, 1, 200):
        add(desk, case_id, in_days(days))
    clock.set_offset(
        7 * 86_400
    )  # 20 days became 13, the hearing of the other case and two of these are over: of that nobody is told
    with ThreadPoolExecutor(3) as dispatchers:
        beside_others = sum(
            dispatchers.map(lambda _: remind(desk, limit=2) + remind(desk, limit=2), range(3))
        )
    # Whoever finds a case locked by another dispatcher passes it over: what was left so is given at the next tick.
    assert beside_others + remind(desk) == 5
    assert remind(desk) == 0


def test_an_outage_ends_in_one_reminder_and_not_in_four(desk: Desk, case_id: CaseId) -> None:
    add(desk, case_id, in_days(60))
    clock.set_offset(59 * 86_400)
    reminded = remind(desk)
    assert remind(desk) == 0
    assert reminded == 2  # this one, and that of the other case


def test_a_closed_case_is_not_reminded_of(desk: Desk, case_id: CaseId) -> None:
    add(desk, case_id, in_days(20))
    with desk.database.writing() as session:
        wanted = Move(State.CLOSED, "Done.", new_id(), ClosingReason.OUT_OF_SCOPE, to_worker="Goodbye.")
        change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, wanted)
    clock.set_offset(7 * 86_400)
    assert remind(desk) == 1
    with pytest.raises(NotYours):
        add(desk, case_id, in_days(20))


def test_what_others_wrote_is_no_date_and_stops_no_reminder(desk: Desk, case_id: CaseId) -> None:
    mine, spoilt = add(desk, case_id, in_days(20)), add(desk, case_id, in_days(20))
    with desk.database.reading() as session:
        row = session.scalars(select(OutsideDate).where(OutsideDate.id == mine)).one()
        told = row.date_veil
    assert b"flight" not in told
    with desk.database.writing() as session:
        session.connection().execute(update(_DATES).where(_DATES.c.id == spoilt).values(date_veil=told))
    assert [each.id for each in dates(desk, case_id)] == [mine]
    clock.set_offset(7 * 86_400)
    assert remind(desk) >= 2
    assert remind(desk) == 0


@pytest.mark.parametrize("days", (None, 400), ids=("emptied", "put off"))
def test_a_reminder_that_others_emptied_or_put_off_is_given_now(
    desk: Desk, case_id: CaseId, days: int | None
) -> None:
    sent, long = add(desk, case_id, in_days(20)), add(desk, case_id, in_days(300))
    assert remind(desk) == 0
    when = None if days is None else clock.now() + timedelta(days=days)
    with desk.database.writing() as session:
        session.connection().execute(update(_DATES).where(_DATES.c.id == sent).values(warn_at=when))
    assert [remind(desk) for _ in range(2)] == [1, 0]
    clock.set_offset(6 * 86_400 + 10)
    assert remind(desk) == 2  # this one fourteen days before, and that of the other case
    with desk.database.reading() as session:
        untouched = session.scalars(select(OutsideDate.warn_at).where(OutsideDate.id == long)).one()
    assert untouched is not None
    assert untouched > clock.now()


def test_a_last_reminder_that_others_emptied_before_it_was_given_is_given(
    desk: Desk, case_id: CaseId
) -> None:
    """Nothing ran meanwhile, or nobody had the case: of a date that is not over, an empty column tells of no reminder given."""
    sent = add(desk, case_id, in_days(20))
    clock.set_offset(17 * 86_400)
    remind(desk)
    clock.set_offset(19 * 86_400)
    with desk.database.writing() as session:
        session.connection().execute(update(_DATES).where(_DATES.c.id == sent).values(warn_at=None))
    assert [remind(desk) for _ in range(2)] == [1, 0]
    clock.set_offset(23 * 86_400)
    assert [remind(desk) for _ in range(2)] == [1, 0]  # it is over


def test_a_row_that_nobody_can_handle_holds_up_no_reminder(desk: Desk, case_id: CaseId) -> None:
    """On SQLite its id need not even be one: then no statement that names it finds it again."""
    add(desk, case_id, in_days(20))
    with desk.database.writing() as session:
        row = dict(session.connection().execute(select(_DATES)).mappings().first() or {})
        planted = row | {"case_id": case_id, "id": new_id(), "warn_at": clock.now() - timedelta(days=999)}
        session.connection().execute(insert(_DATES).values(planted))
        if session.connection().dialect.name == "sqlite":
            unnamed = update(_DATES).where(_DATES.c.id == planted["id"]).values(id=literal_column("'zz'"))
            session.connection().execute(unnamed)
    clock.set_offset(7 * 86_400)
    assert [remind(desk, limit=1) for _ in range(3)] == [1, 1, 0]
