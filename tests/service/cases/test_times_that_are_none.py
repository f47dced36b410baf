"""A time that is none stops no job, no queue and no check, on either database; it is named, and a deadline of it is missed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select, text, update

from app import clock
from app.cases.case import Case, Clock, Offer
from app.cases.clocks import put_off
from app.cases.enums import ClockKind, ClockState, OfferState, State
from app.cases.escalation import climb_ladders, without_next_step
from app.cases.routing import expire_offers
from app.database import Base, CaseId, Database, UtcDateTime
from app.vault import forged_rows, unreadable_times
from tests.support.desk import Desk
from tests.support.desk_jobs import everything_due
from tests.support.past_us import write_past_us

NONE_AT_ALL = {
    "postgresql": ("-infinity", "infinity", "0044-03-15 00:00:00+00 BC", "294276-01-01 00:00:00+00"),
    "sqlite": ("no such time", "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00.000000"),
}


def tables() -> list[tuple[Table, list[str]]]:
    """Every table with times, and which columns they are."""
    found = {
        rows: [column.name for column in rows.columns if isinstance(column.type, UtcDateTime)]
        for rows in Base.metadata.sorted_tables
    }
    return [(rows, columns) for rows, columns in found.items() if columns]


def as_text(engine: Engine, cell: str) -> Any:
    return text(f"CAST('{cell}' AS timestamptz)" if engine.dialect.name == "postgresql" else f"'{cell}'")


@contextmanager
def spoilt(database: Database, rows: Table, columns: list[str], cell: str) -> Iterator[bool]:
    """Every row with this in the cells that hold a time, until the block ends."""
    with database.engine.begin() as connection:
        before = connection.execute(select(rows)).mappings().all()
        connection.execute(update(rows).values(dict.fromkeys(columns, as_text(database.engine, cell))))
    yield bool(before)
    with database.engine.begin() as connection:
        for row in before:
            this = [key == row[key.name] for key in rows.primary_key]
            connection.execute(update(rows).where(*this).values({name: row[name] for name in columns}))


def test_no_job_and_no_page_stops_at_a_time_that_is_none(lived_in: Desk) -> None:
    clock.set_offset(5 * 86_400)
    cells = NONE_AT_ALL[lived_in.database.engine.dialect.name]
    tried = 0
    for number, (rows, columns) in enumerate(tables()):
        with spoilt(lived_in.database, rows, columns, cells[number % len(cells)]) as taken:
            tried += taken
            everything_due(lived_in)
    for cell in cells:
        with ExitStack() as everywhere:
            for rows, columns in tables():
                everywhere.enter_context(spoilt(lived_in.database, rows, columns, cell))
            everything_due(lived_in)
            with lived_in.database.reading() as session:
                put_off(session, lived_in.world.rules.deadlines)
                assert list(forged_rows(session, lived_in.world.vault))
    assert tried > 15


@pytest.mark.parametrize("number", (0, 1))
def test_what_is_no_time_is_named_and_a_deadline_without_one_counts_as_missed(
    desk: Desk, number: int
) -> None:
    cells = NONE_AT_ALL[desk.database.engine.dialect.name]
    cell = as_text(desk.database.engine, cells[number % len(cells)])
    accepted, offered, right = desk.accepted(), desk.offered(), desk.accepted()
    write_past_us(desk.database, Clock, {"case_id": accepted}, due_at=cell)
    write_past_us(desk.database, Offer, {"case_id": offered, "state": "offered"}, expires_at=cell)
    clock.set_offset(2 * 86_400 + 7200)
    everything_due(desk)
    # No order leads to a date that is none: a tick looks at one case more, by chance, so that each has its turn.
    for _ in range(60):
        with desk.database.writing() as session:
            climb_ladders(session, desk.world.vault, desk.world.rules, 5)
    with desk.database.reading() as session:
        named = {each.ids[0] for each in unreadable_times(session)}
        clocks = session.scalars(select(Clock).where(Clock.case_id == accepted)).all()
        missed = session.scalars(select(Clock.kind).where(Clock.case_id == right, Clock.state == "missed"))
        offer = session.scalars(select(Offer).where(Offer.case_id == offered, Offer.position == 0)).one()
        forgotten = without_next_step(session, desk.world.vault)
        assert ClockKind.READ in set(missed)
        assert (offer.state, desk.case(offered).state) == (OfferState.OFFERED, State.OFFERED)
    # What it asks for is not silently done: it is asked for now, by a date that is one.
    assert {row.state for row in clocks} == {ClockState.MISSED}
    assert desk.case(accepted).next_due_at == clock.hour_of(clock.now())
    assert str(offered) in named
    assert {str(accepted), str(right)} & named == set()
    assert desk.case(offered).reference in forgotten
    assert desk.case(accepted).reference not in forgotten


def test_an_offer_without_a_date_is_over_and_one_that_others_wrote_sends_nobody_away(desk: Desk) -> None:
    dateless, planted = desk.offered(), desk.offered()
    put_off_by_others = desk.offered()
    write_past_us(desk.database, Offer, {"case_id": dateless, "state": "offered"}, expires_at=None)
    far = clock.now() + timedelta(days=400)
    write_past_us(desk.database, Offer, {"case_id": put_off_by_others, "state": "offered"}, expires_at=far)
    standby = {"case_id": planted, "organisation_id": desk.world.far.id}
    write_past_us(desk.database, Offer, standby, state="offered", expires_at=clock.now() - timedelta(days=1))
    with desk.database.writing() as session:
        expire_offers(session, desk.world.vault, desk.world.rules, 50)
    assert desk.case(dateless).organisation_id == desk.world.far.id
    assert desk.case(planted).organisation_id == desk.world.near.id
    with desk.database.reading() as session:
        assert put_off(session, desk.world.rules.deadlines) == [reference(desk, put_off_by_others)]
        states = session.execute(select(Offer.position, Offer.state).where(Offer.case_id == planted)).all()
    assert (0, OfferState.OFFERED) in [tuple(each) for each in states]


def reference(desk: Desk, case_id: CaseId) -> str:
    with desk.database.reading() as session:
        return session.scalars(select(Case.reference).where(Case.id == case_id)).one()
