"""Whoever opens SQLite's file plants rows whose ids are none: they stop no job, shut no case, and nobody waits for them."""

import sqlite3
from uuid import UUID

import pytest

from app import clock
from app.attachments import give_up_files
from app.cases.case import Case, Clock
from app.cases.clocks import clocks_of
from app.cases.enums import ClockKind, ClockState
from app.cases.escalation import climb_ladders, climbing, waiting_for_rungs
from app.database import Base, CaseId, Id
from tests.support.desk import Desk
from tests.support.desk_jobs import DAY, everything_due, states, tick
from tests.support.planting import only_sqlite, plant_copy, run_past_us


def test_a_planted_case_stops_no_ladder(desk: Desk) -> None:
    only_sqlite(desk.database)
    case_id = desk.accepted()
    clock.set_offset(5 * DAY)
    plant_copy(desk.database, Clock, {"case_id": case_id, "kind": "read"}, case_id="zzz", state="missed")
    own = {"reference": "zzz", "submission_id": ["randomblob(16)"], "body_tag": ["randomblob(32)"]}
    plant_copy(desk.database, Case, {"id": case_id}, id="zzz", **own)
    assert tick(desk) > 0
    assert "case.escalated" in desk.acts(case_id)


def test_where_much_fails_the_others_have_a_turn_and_the_lock_is_let_go_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {desk.accepted() for _ in range(6)}
    clock.set_offset(5 * DAY)
    seen: list[UUID] = []

    def fail(_session: object, _vault: object, _rules: object, case: Case) -> bool:
        seen.append(case.id)
        raise LookupError

    monkeypatch.setattr(climbing, "climb", fail)
    monkeypatch.setattr(waiting_for_rungs, "_TRIED_IN_ORDER", 1)
    monkeypatch.setattr(waiting_for_rungs, "_TRIED_AT_ALL", 3)
    assert tick(desk) == 0
    # Three of those whose helpers are late, and at most one of all.
    assert len(seen) == len(set(seen))
    assert 3 <= len(cases & set(seen)) <= 4
    monkeypatch.setattr(waiting_for_rungs, "_TRIED_AT_ALL", 2)
    for _ in range(80):
        with desk.database.writing() as session:
            climb_ladders(session, desk.world.vault, desk.world.rules, 1)
    assert cases <= set(seen)


def with_spoilt_clocks(desk: Desk) -> CaseId:
    """A case that was accepted, with two of its clocks under ids that are none."""
    case_id = desk.accepted()
    for number, kind in enumerate((ClockKind.READ, ClockKind.ACKNOWLEDGE)):
        changed = "update clocks set id = ? where case_id = ? and kind = ?"
        assert run_past_us(desk.database, changed, f"zzz{number}", case_id, kind.value) == 1
    return case_id


def test_deadlines_whose_ids_were_spoilt_are_late_each_and_shut_nobody_out(desk: Desk) -> None:
    only_sqlite(desk.database)
    case_id = with_spoilt_clocks(desk)
    with desk.database.reading() as session:
        rows = clocks_of(session, session.get_one(Case, case_id))
        late = {row.kind for row in rows if row.state is ClockState.MISSED}
    assert late >= {ClockKind.READ, ClockKind.ACKNOWLEDGE}
    page = desk.open(desk.lead, case_id)
    assert {ClockKind.READ, ClockKind.ACKNOWLEDGE} <= {date.kind for date in page.dates}
    clock.set_offset(5 * DAY)
    tick(desk)
    assert "case.escalated" in desk.acts(case_id)
    assert desk.acts(case_id).count("clock.missed") >= 2
    assert states(desk, case_id, ClockKind.ACKNOWLEDGE) == [ClockState.MISSED]


def ids() -> list[tuple[str, str]]:
    """Every column of ids, each with its table."""
    tables = Base.metadata.sorted_tables
    return [
        (table.name, each.name) for table in tables for each in table.columns if isinstance(each.type, Id)
    ]


def test_no_job_stops_at_an_id_that_is_none(lived_in: Desk) -> None:
    only_sqlite(lived_in.database)
    clock.set_offset(5 * DAY)
    tried = 0
    for table, column in ids():
        newest = f"(select max(rowid) from {table})"  # noqa: S608 - names of our own
        before = f"select {column} from {table} where rowid = {newest}"  # noqa: S608
        with lived_in.database.engine.connect() as connection:
            kept = connection.exec_driver_sql(before).scalar()
        put = f"update {table} set {column} = ? where rowid = {newest}"  # noqa: S608
        try:
            tried += run_past_us(lived_in.database, put, "zzz")
        except sqlite3.IntegrityError:
            continue
        everything_due(lived_in)
        with lived_in.database.writing() as session:
            give_up_files(session, lived_in.world.vault)
        run_past_us(lived_in.database, put, kept)
    assert tried > 100
