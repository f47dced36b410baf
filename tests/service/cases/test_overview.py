"""The coordinator's numbers: what is late where, how much each partner has, and the last months; forged rows count for nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text, update

from app import clock
from app.cases.case.models import Case, Escalation
from app.cases.custody.deciding import NotACustodian
from app.cases.enums import FirstAnswer, Rung, State
from app.cases.overview import CaseMonth, Overview, late, overview
from app.cases.overview.loads import Load
from app.cases.worker.messages import write
from app.cases.worker.sharing import stop_sharing
from app.database import Base, CaseId, Database, new_id
from app.intake import Filed
from app.network import SignedIn
from tests.harness.beginnings import Beginnings
from tests.support.dates import DAY, dates_pass
from tests.support.desk import Desk

_NEAR, _OTHER = "Mawar Workers Aid", "Palmyra Centre"


def view(desk: Desk, by: SignedIn | None = None) -> Overview:
    with desk.database.reading() as session:
        return overview(session, desk.world.vault, by or desk.custodian)


def late_at(desk: Desk, name: str | None) -> dict[Rung | None, int]:
    found = [partner for partner in view(desk).late if partner.name == name]
    assert len(found) < 2
    return dict(found[0].asked) if found else {}


def load_of(desk: Desk, name: str) -> Load:
    return next(partner.load for partner in view(desk).loads if partner.name == name)


def this_month(desk: Desk) -> CaseMonth:
    return view(desk).months[-1]


def test_each_late_case_counts_once_where_it_is_and_by_who_was_asked_last(desk: Desk) -> None:
    assert view(desk).late == ()
    helped, unclaimed, practice = (desk.accepted() for _ in range(3))
    with desk.database.writing() as session:
        for case_id, values in (
            (helped, {"assignee_id": desk.lead.member.id}),
            (practice, {"practice": True}),
        ):
            case = session.get_one(Case, case_id)
            for name, value in values.items():
                setattr(case, name, value)
    dates_pass(desk.world, 6)
    assert late_at(desk, _NEAR) == {Rung.HELPER: 1, Rung.LEAD: 1}
    assert late_at(desk, _OTHER) == {Rung.LEAD: 1}
    assert view(desk).rungs == (Rung.HELPER, Rung.LEAD, Rung.CUSTODIAN)
    dates_pass(desk.world, 11)
    later = late_at(desk, _NEAR)
    assert later[Rung.COORDINATOR] == 1
    assert sum(later.values()) == 3  # the noise, whose first answer is late by now
    desk.open(desk.lead, unclaimed)
    desk.reply(desk.lead, unclaimed)
    assert sum(late_at(desk, _NEAR).values()) == 2


def test_what_waits_too_long_for_a_helper_is_late_with_the_coordinator(desk: Desk) -> None:
    dates_pass(desk.world, 6)
    assert late_at(desk, None) == {Rung.CUSTODIAN: 1}


def test_where_nobody_was_asked_yet_it_is_late_all_the_same(desk: Desk) -> None:
    desk.accepted()
    dates_pass(desk.world, 6)
    late_before = sum(late_at(desk, _NEAR).values())
    assert late_before
    with desk.database.writing() as session:
        for rung in session.scalars(select(Escalation)):
            session.delete(rung)
    assert late_at(desk, _NEAR) == {None: late_before}


def test_rows_of_others_count_for_nothing_and_break_nothing(desk: Desk) -> None:
    case_id, elsewhere = desk.accepted(), held_by(desk, _OTHER)
    dates_pass(desk.world, 6)
    real, load = late_at(desk, _NEAR), load_of(desk, _NEAR)
    assert real == {Rung.LEAD: 1}
    with desk.database.writing() as session:
        rungs = Base.metadata.tables["escalations"]
        [asked] = session.execute(select(rungs).where(rungs.c.case_id == case_id)).mappings()
        # Another rung for the same clock, and a case at an organisation that is none.
        planted = {
            "id": new_id(),
            "rung": "custodian",
            "state": "last",
            "due_at": clock.now() - timedelta(days=900),
        }
        session.execute(insert(rungs).values({**asked, **planted}))
        session.execute(update(Case).where(Case.id == elsewhere).values(organisation_id=uuid4()))
    assert late_at(desk, _NEAR) == real
    assert load_of(desk, _NEAR) == load
    assert late_at(desk, _OTHER) == {}


@pytest.mark.parametrize("cell", ("received_hour", "organisation_id", "assignee_id", "state", "came_back"))
def test_a_cell_that_nobody_can_read_breaks_no_number(
    sqlite_database: Database, desks: Beginnings[Desk], cell: str
) -> None:
    desk = desks.copy_into(sqlite_database)
    desk.accepted()
    dates_pass(desk.world, 6)
    with desk.database.writing() as session:
        session.execute(text(f"UPDATE cases SET {cell} = 'no such thing' WHERE state = 'accepted'"))  # noqa: S608
    assert len(view(desk).months) == 12


def test_only_the_first_thousands_are_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dates_pass(desk.world, 6)
    assert not view(desk).late_more
    monkeypatch.setattr(late, "_LOOKED_AT", 1)
    assert view(desk).late_more
    assert sum(partner.total for partner in view(desk).late) <= 1


def test_the_load_of_a_partner_is_what_it_has_what_is_urgent_what_it_was_offered_and_what_nobody_works_on(
    desk: Desk,
) -> None:
    before = load_of(desk, _NEAR)
    desk.accepted(danger=True)
    desk.offered()
    taken_back = desk.world.file()
    desk.accept(taken_back)
    worker = desk.world.enter(taken_back)
    with desk.database.writing() as session:
        stop_sharing(session, desk.world.vault, worker)
        case_id = held_by(desk, _NEAR)
        session.execute(update(Case).where(Case.id == case_id).values(assignee_id=desk.lead.member.id))
    after = load_of(desk, _NEAR)
    assert (after.held, after.urgent, after.offered) == (
        before.held + 1,
        before.urgent + 1,
        before.offered + 1,
    )
    assert after.without_helper == before.without_helper
    [row] = [partner for partner in view(desk).loads if partner.name == _NEAR]
    assert row.capacity == desk.world.near.capacity
    assert view(desk).without_helper == sum(partner.load.without_helper for partner in view(desk).loads)


def test_a_partner_without_cases_has_a_line_and_one_that_is_no_partner_has_none(desk: Desk) -> None:
    names = [partner.name for partner in view(desk).loads]
    assert names == ["Distant Line", _NEAR, _OTHER]
    assert load_of(desk, "Distant Line") == Load()


def test_waiting_are_those_that_the_custodian_sees(desk: Desk) -> None:
    before = view(desk).waiting
    desk.world.file(exclude_other="my cousin Zubin")
    assert view(desk).waiting == before + 1


def test_a_month_counts_what_came_was_answered_in_time_and_whose_worker_came_back(desk: Desk) -> None:
    start = this_month(desk)
    filed = [desk.world.file() for _ in range(3)]
    soon, slow, never = (desk.accept(each) for each in filed)
    desk.reply(desk.lead, soon)
    _write(desk, filed[0])
    assert _since(desk, start) == (3, 1, 1, 0)
    clock.set_offset(12 * DAY)
    desk.reply(desk.lead, slow)
    desk.reply(desk.lead, soon, "Once more.")
    _write(desk, filed[2])
    assert [desk.case(each).first_answer for each in (soon, slow, never)] == [
        FirstAnswer.IN_TIME,
        FirstAnswer.LATE,
        None,
    ]
    assert [desk.case(each).came_back for each in (soon, slow, never)] == [False, False, True]
    clock.set_offset(0)
    assert _since(desk, start) == (3, 2, 1, 1)


def test_twelve_months_up_to_this_one_and_practice_in_none(desk: Desk) -> None:
    months = view(desk).months
    assert len(months) == 12
    assert months[-1].first == clock.now().date().replace(day=1)
    assert [month.first for month in months] == sorted({month.first for month in months})
    old, ancient, practice = (desk.offered() for _ in range(3))
    then, first = clock.now() - timedelta(days=100), months[0].first
    with desk.database.writing() as session:
        for case_id, values in (
            (old, {"received_hour": then}),
            (ancient, {"received_hour": clock.now() - timedelta(days=400)}),
            (practice, {"practice": True}),
        ):
            session.execute(update(Case).where(Case.id == case_id).values(values))
    after = view(desk).months
    assert after[-1] == months[-1]
    assert sum(month.received for month in after) == sum(month.received for month in months) + 1
    [of_then] = [month for month in after if (month.first.year, month.first.month) == (then.year, then.month)]
    assert (of_then.received, of_then.return_rate) == (1, 0.0)
    assert after[0].first == first


def test_who_is_no_custodian_is_told_no_number(desk: Desk) -> None:
    for by in (desk.lead, desk.viewer):
        with pytest.raises(NotACustodian):
            view(desk, by)


def _write(desk: Desk, filed: Filed) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "More words.", uuid4())


def _since(desk: Desk, start: CaseMonth) -> tuple[int, int, int, int]:
    now = this_month(desk)
    return (
        now.received - start.received,
        now.answered - start.answered,
        now.in_time - start.in_time,
        now.came_back - start.came_back,
    )


def _cases(desk: Desk) -> list[Case]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Case)))


def held_by(desk: Desk, partner: str) -> CaseId:
    """A case that this partner has taken on."""
    organisation = desk.world.near if partner == _NEAR else desk.world.other
    held = (
        row.id
        for row in _cases(desk)
        if row.organisation_id == organisation.id and row.state is State.ACCEPTED
    )
    return CaseId(next(held))
