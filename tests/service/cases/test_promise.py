"""The checker of the promise names each open case that has no next step, and no other."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from app import clock
from app.cases.case.models import Case, Clock, Escalation, Offer
from app.cases.clocks import mark_clocks_missed
from app.cases.enums import ClockKind, ConsentLevel
from app.cases.escalation.promise import without_next_step
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId
from tests.harness.statements import reads_of
from tests.support.dates import DAY
from tests.support.desk import Desk
from tests.support.past_us import table


def forgotten(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return without_next_step(session, desk.world.vault)


def reference(desk: Desk, case_id: CaseId) -> str:
    with desk.database.reading() as session:
        return session.scalars(select(Case.reference).where(Case.id == case_id)).one()


def test_each_case_that_nobody_has_to_do_anything_for_is_named_and_no_other(desk: Desk) -> None:
    locked, stopped = desk.world.file(consent=ConsentLevel.NOBODY), desk.world.file()
    worker = desk.world.enter(stopped)
    with desk.database.writing() as session:
        stop_sharing(session, desk.world.vault, worker)
    undated, dateless, nobodys = desk.accepted(), desk.offered(), desk.accepted()
    assert forgotten(desk) == []
    assert desk.case(desk.world.case_of(locked)).is_open

    with desk.database.writing() as session:
        session.execute(delete(Clock).where(Clock.case_id == undated))
        session.execute(update(Offer).where(Offer.case_id == dateless).values(expires_at=None))
        session.execute(update(Case).where(Case.id == nobodys).values(organisation_id=None))
    assert forgotten(desk) == sorted(reference(desk, each) for each in (undated, dateless, nobodys))


def test_whoever_others_wrote_as_asked_was_not_asked(desk: Desk) -> None:
    case_id, late = desk.accepted(), desk.accepted()
    clock.set_offset(5 * DAY)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 500)
        read = session.scalars(
            select(Clock.id).where(Clock.case_id == case_id, Clock.kind == ClockKind.READ)
        ).one()
    assert forgotten(desk) == []
    hour = clock.hour_of(clock.now())
    planted = {"id": uuid4(), "case_id": case_id, "clock_id": read, "kind": "read", "late_since": hour}
    standing = {"rung": "lead", "state": "asked", "asked_hour": hour, "due_at": hour + timedelta(days=999)}
    with desk.database.engine.begin() as connection:
        connection.execute(insert(table(Escalation)).values(**planted, **standing))
    assert forgotten(desk) == [reference(desk, case_id)]
    assert desk.case(late).is_open


def test_it_takes_as_many_statements_for_many_cases_as_for_few(desk: Desk) -> None:
    with reads_of(desk.database) as few:
        forgotten(desk)
    for _ in range(4):
        desk.accepted()
        desk.offered()
    with reads_of(desk.database) as many:
        forgotten(desk)
    assert len(many) == len(few) == 7
