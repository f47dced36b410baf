"""Claiming and giving cases: only to colleagues who can open them, and never away from somebody without their knowing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case import Case, open_tasks
from app.cases.case.access import NoAccess, ReadOnly
from app.cases.case.assignment import AlreadyClaimed, AssignableMember, CannotBeAssigned, assign, claim
from app.cases.desk import hand_over, open_cases_of, plan_task
from app.database import CaseId, MemberId, new_id
from app.network import SignedIn
from app.vault import read_journal
from tests.support.desk import Desk


def take(desk: Desk, by: SignedIn, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        claim(session, desk.world.vault, by, case_id)


def give(desk: Desk, by: SignedIn, case_id: CaseId, to: SignedIn) -> None:
    with desk.database.writing() as session:
        assign(session, desk.world.vault, by, case_id, MemberId(to.member.id))


def test_a_claim_is_kept_and_the_second_is_told_by_whom(desk: Desk) -> None:
    case_id, other = desk.accepted(), desk.accepted()

    take(desk, desk.caseworker, case_id)
    take(desk, desk.caseworker, case_id)
    with pytest.raises(AlreadyClaimed) as taken:
        take(desk, desk.lead, case_id)
    assert taken.value.assignee == desk.caseworker.name
    page = desk.open(desk.lead, case_id)
    assert (page.assignee_id, page.assignee) == (desk.caseworker.member.id, desk.caseworker.name)
    assert desk.case(other).assignee_id is None
    assert desk.acts(case_id).count("case.assigned") == 1


def test_of_two_who_claim_at_once_one_has_it(desk: Desk) -> None:
    case_id = desk.accepted()

    def attempt(by: SignedIn) -> bool:
        try:
            take(desk, by, case_id)
        except AlreadyClaimed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(attempt, (desk.lead, desk.caseworker)))
    assert sorted(won) == [False, True]


def test_a_case_is_given_only_to_colleagues_who_can_open_it(desk: Desk) -> None:
    plain, restricted = desk.accepted(), desk.accepted(topics=("gbvh",))

    def able(case_id: CaseId) -> tuple[AssignableMember, ...]:
        return desk.open(desk.lead, case_id).colleagues

    lead = AssignableMember(desk.lead.member.id, desk.lead.name)
    caseworker = AssignableMember(desk.caseworker.member.id, desk.caseworker.name)
    assert able(plain) == (caseworker, lead)
    assert able(restricted) == (lead,)
    give(desk, desk.lead, plain, desk.caseworker)
    for case_id, to in (
        (plain, desk.viewer),
        (plain, desk.far),
        (plain, desk.custodian),
        (restricted, desk.caseworker),
    ):
        with pytest.raises(CannotBeAssigned):
            give(desk, desk.lead, case_id, to)
    assert desk.case(plain).assignee_id == desk.caseworker.member.id
    with desk.database.reading() as session:
        entry = read_journal(session, desk.world.vault, plain)[-1]
    assert (entry.act, entry.actor) == ("case.assigned", desk.lead.actor)
    assert entry.detail == {"member": str(desk.caseworker.member.id), "before": None}


def test_strangers_and_viewers_claim_nothing(desk: Desk) -> None:
    case_id = desk.accepted()

    with pytest.raises(ReadOnly):
        take(desk, desk.viewer, case_id)
    for by in (desk.far, desk.custodian):
        with pytest.raises(NoAccess):
            take(desk, by, case_id)
        with pytest.raises(NoAccess):
            desk.open(by, case_id)


def test_who_is_away_hands_over_own_next_steps_too_and_a_colleague_keeps_theirs(desk: Desk) -> None:
    own, theirs, other = desk.accepted(), desk.accepted(), desk.accepted()
    vault, helper, lead = desk.world.vault, desk.caseworker, desk.lead
    plans = ((lead, own), (lead, theirs), (helper, theirs), (helper, other))
    on = clock.now().date() + timedelta(days=3)
    for by, case_id in plans:
        with desk.database.writing() as session:
            plan_task(session, vault, by, case_id, "Ask for the payslip", on, new_id())
    for by, case_id in ((lead, own), (helper, theirs), (helper, other)):
        with desk.database.writing() as session:
            claim(session, vault, by, case_id)
    with desk.database.reading() as session:
        assert {each.id for each in open_cases_of(session, vault, lead, lead.member.id)} == {own, theirs}
    for number in (2, 0):
        with desk.database.writing() as session:
            given = hand_over(session, vault, lead, lead.member.id, helper.member.id, (other, theirs, own))
        assert (given.number, given.stayed) == (number, ())
    assert [desk.case(each).assignee_id for each in (own, theirs, other)] == [helper.member.id] * 3
    with desk.database.reading() as session:
        tasks = open_tasks(session, vault, select(Case.id))
        assert [task.member_id for task in tasks] == [helper.member.id] * len(plans)
        assert open_cases_of(session, vault, lead, lead.member.id) == ()


def test_who_is_away_hands_over_what_the_colleague_may_read_and_once(desk: Desk) -> None:
    case_id, restricted = desk.accepted(), desk.accepted(topics=("gbvh",))
    theirs = desk.accepted()
    vault, helper = desk.world.vault, desk.caseworker.member.id
    for by, each in ((desk.lead, case_id), (desk.caseworker, theirs)):
        with desk.database.writing() as session:
            claim(session, vault, by, each)
    with desk.database.reading() as session:
        assert [each.id for each in open_cases_of(session, vault, desk.lead, desk.lead.member.id)] == [
            case_id
        ]
    for number in (1, 0):
        with desk.database.writing() as session:
            # Neither what a colleague has is given away by somebody else's absence, nor what the member may not see.
            given = hand_over(
                session, vault, desk.lead, desk.lead.member.id, helper, (case_id, theirs, restricted)
            )
        assert (given.number, given.stayed) == (number, ())
    assert [desk.case(each).assignee_id for each in (case_id, theirs, restricted)] == [helper, helper, None]
    assert desk.acts(case_id).count("case.assigned") == 2  # claimed, and handed over once
    for to in (desk.viewer, desk.far, desk.caseworker):
        with pytest.raises(CannotBeAssigned), desk.database.writing() as session:
            hand_over(session, vault, desk.caseworker, helper, to.member.id, (case_id,))
    assert desk.case(case_id).assignee_id == helper
