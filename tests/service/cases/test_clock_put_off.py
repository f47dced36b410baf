"""A deadline that somebody who can write the database moved out is named by the doctor, and no other."""

from datetime import timedelta

from app.cases.case.models import Clock
from app.cases.clocks import put_off
from app.cases.enums import ClockState
from tests.support.desk import Desk
from tests.support.past_us import copy_of, write_past_us


def test_a_date_later_than_any_deadline_is_told(desk: Desk) -> None:
    case_id, deadlines = desk.offered(), desk.world.rules.deadlines
    with desk.database.reading() as session:
        assert put_off(session, deadlines) == []
    clock = copy_of(desk.database, Clock, case_id=case_id, kind="accept")
    assert clock["state"] == ClockState.RUNNING
    write_past_us(desk.database, Clock, {"id": clock["id"]}, due_at=clock["due_at"] + timedelta(days=60))
    with desk.database.reading() as session:
        assert put_off(session, deadlines) == [desk.case(case_id).reference]
