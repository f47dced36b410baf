"""A lead hands over for a colleague who cannot: all of it in one step, in few statements, and nobody else may."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app import clock
from app.cases.case import Case, Escalation, open_tasks
from app.cases.case.access import ReadOnly
from app.cases.case.assignment import CannotBeAssigned, claim
from app.cases.desk import hand_over, open_cases_of, plan_task
from app.cases.enums import ClockKind, Rung
from app.database import CaseId, MemberId, new_id
from app.network import LeadsOnly
from app.vault import read_journal, verify_journal
from app.vault.going_on import chains_going_on
from app.vault.journal_rows import JournalRow
from tests.harness.statements import sendings_of
from tests.support.closing import close
from tests.support.desk import Desk
from tests.support.past_us import table


def be_asked(desk: Desk, case_id: CaseId, helper: MemberId) -> None:
    """A rung of the case's ladder on which this helper stands."""
    now = clock.hour_of(clock.now())
    with desk.database.writing() as session:
        session.add(
            Escalation(
                case_id=case_id,
                clock_id=new_id(),
                kind=ClockKind.READ,
                rung=Rung.HELPER,
                organisation_id=desk.world.near.id,
                member_id=helper,
                late_since=now,
                asked_hour=now,
                due_at=now + timedelta(days=1),
            )
        )


def test_a_lead_hands_over_for_who_fell_ill_and_nobody_else_does(desk: Desk) -> None:
    vault, lead, helper = desk.world.vault, desk.lead, desk.caseworker
    own, step, leads, elsewhere = (desk.accepted() for _ in range(4))
    closed, offered = desk.accepted(), desk.offered()
    on = clock.now().date() + timedelta(days=3)
    for by, case_id in ((helper, own), (helper, closed), (lead, leads)):
        with desk.database.writing() as session:
            claim(session, vault, by, case_id)
    for by in (helper, lead):
        with desk.database.writing() as session:
            plan_task(session, vault, by, step, f"Words of {by.name}", on, new_id())
    close(desk, closed)
    be_asked(desk, own, helper.member.id)
    with desk.database.reading() as session:
        found = open_cases_of(session, vault, lead, helper.member.id)
    assert {each.id for each in found} == {own, step}
    everything = (own, step, leads, elsewhere, closed, offered)
    for by, error in ((helper, LeadsOnly), (desk.viewer, ReadOnly)):
        with pytest.raises(error), desk.database.writing() as session:
            hand_over(session, vault, by, lead.member.id, helper.member.id, everything)
    with desk.database.writing() as session:
        # The lead of another partner has nothing to give, and may not give anything there.
        assert open_cases_of(session, vault, desk.far, helper.member.id) == ()
        with pytest.raises(CannotBeAssigned):
            hand_over(session, vault, desk.far, helper.member.id, lead.member.id, everything)
        assert (
            hand_over(session, vault, desk.far, helper.member.id, desk.far.member.id, everything).number == 0
        )

    for number in (2, 0):
        with desk.database.writing() as session:
            given = hand_over(session, vault, lead, helper.member.id, lead.member.id, everything)
        assert (given.number, given.stayed) == (number, ())
    assert desk.case(own).assignee_id == desk.case(leads).assignee_id == lead.member.id
    assert desk.case(closed).assignee_id == helper.member.id
    assert desk.case(step).assignee_id is None
    with desk.database.reading() as session:
        assert {task.member_id for task in open_tasks(session, vault, select(Case.id))} == {lead.member.id}
        asked = select(Escalation.member_id).where(Escalation.case_id == own)
        assert session.scalars(asked).one() == lead.member.id
        [given_away] = [
            entry.detail
            for entry in read_journal(session, vault, own)
            if entry.act == "case.assigned" and entry.actor == lead.actor
        ]
        assert given_away == {"member": str(lead.member.id), "before": str(helper.member.id)}
        assert "task.handed_over" in [entry.act for entry in read_journal(session, vault, step)]
        assert verify_journal(session, vault).sound


def test_handing_over_many_cases_takes_as_many_statements_as_few(desk: Desk) -> None:
    vault, lead, helper = desk.world.vault, desk.lead, desk.caseworker

    def statements(number: int) -> int:
        cases = desk.crowd(number)
        with desk.database.writing() as session:
            for case in session.scalars(select(Case).where(Case.id.in_(cases))):
                case.assignee_id = helper.member.id
        with desk.database.writing() as session, sendings_of(desk.database) as seen:
            assert hand_over(session, vault, lead, helper.member.id, lead.member.id, cases).number == number
        return len(seen)

    assert statements(3) == statements(40)


def test_a_chain_that_others_spoilt_is_handed_over_with_the_rest(desk: Desk) -> None:
    vault, lead, helper = desk.world.vault, desk.lead, desk.caseworker
    cases = [desk.accepted() for _ in range(3)]
    for case_id in cases:
        with desk.database.writing() as session:
            claim(session, vault, helper, case_id)
    entries = table(JournalRow)
    with desk.database.engine.begin() as connection:  # one more stands where the next one belongs
        of_chain = select(entries).where(entries.c.chain_id == cases[1]).order_by(entries.c.seq.desc())
        last = connection.execute(of_chain).mappings().first()
        assert last is not None
        connection.execute(insert(entries).values({**last, "id": new_id(), "seq": last["seq"] + 1}))
    with desk.database.writing() as session:
        given = hand_over(session, vault, lead, helper.member.id, lead.member.id, cases)
    assert given.number == 3
    assert {desk.case(each).assignee_id for each in cases} == {lead.member.id}
    with desk.database.reading() as session:
        goes_on = next(chains_going_on(session, vault, cases[1]))
        acts = [entry.act for entry in read_journal(session, vault, goes_on)]
    assert acts == ["journal.spoilt", "case.assigned"]
    for case_id in (cases[0], cases[2]):
        assert desk.acts(case_id)[-2:] == ["case.assigned", "case.assigned"]
