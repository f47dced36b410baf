"""A worker's words may restrict a case that a helper has: through each door it stays with whom may read it, and somebody has it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from app.cases.case.access import NoAccess
from app.cases.case.assignment import assign
from app.cases.case.models import Case
from app.cases.custody.deciding import place_case, waiting_case
from app.cases.desk.reading import open_case
from app.cases.enums import OfferState, State, Urgency
from app.cases.routing.offers import DeclineReason, accept_offer, decline_offer
from app.cases.rules.routing import RoutingOutcome
from app.cases.taxonomy import Handling
from app.cases.worker import open_inbox
from app.cases.worker.messages import write
from app.database import CaseId, MemberId, OrganisationId
from app.intake import Filed
from app.vault import CircleMemberRow, CircleName, CircleRow, GrantRow, GrantState, circle_name
from tests.support.text_wishes import accepted, filed
from tests.support.texting import Texting, id_of
from tests.support.texting_back import AGREED, answer

PASSPORT = "they also take my passport"


@dataclass(frozen=True)
class Told:
    """A report from the web that wants texts, taken by a helper who texted its worker."""

    texting: Texting
    report: Filed
    case_id: CaseId


Door = Callable[[Told], None]


def by_text(told: Told) -> None:
    told.texting.say(PASSPORT)


def in_the_inbox(told: Told) -> None:
    world = told.texting.world
    worker = world.enter(told.report)
    with told.texting.database.writing() as session:
        write(session, world.vault, world.rules, worker, PASSPORT, uuid4())


EVERY_DOOR = pytest.mark.parametrize("door", (by_text, in_the_inbox))


def taken_by(texting: Texting, login: str) -> Told:
    """The same report, which this helper of the near partner has and by text asked more about."""
    report = filed(texting)
    case_id = accepted(texting, report)
    helper, lead = texting.member(login), texting.member("near.lead")
    with texting.database.writing() as session:
        assign(session, texting.world.vault, lead, case_id, MemberId(helper.member.id))
    answer(texting, case_id, "Hello, since when?", by=helper)
    return Told(texting, report, case_id)


def case_of(told: Told) -> Case:
    with told.texting.database.reading() as session:
        return session.get_one(Case, told.case_id)


def words_read_by(told: Told, login: str) -> list[str]:
    member = told.texting.member(login)
    with told.texting.database.writing() as session:
        page = open_case(session, told.texting.world.vault, member, told.case_id)
    return [str(entry.body["text"]) for entry in page.entries if entry.body and "text" in entry.body]


def near_holds(told: Told) -> set[tuple[str, str]]:
    near: UUID = id_of(told.texting.world.near)
    held = told.texting.grants(case_of(told))
    return {(circle, state) for owner, circle, state in held if owner == near}


@EVERY_DOOR
def test_the_helper_who_has_the_case_keeps_it(texting: Texting, door: Door) -> None:
    told = taken_by(texting, "near.lead")
    assert "live" in {state for _, state in near_holds(told)}

    door(told)

    case = case_of(told)
    assert case.organisation_id == id_of(texting.world.near)
    assert case.assignee_id == texting.member("near.lead").member.id
    assert (case.urgency, case.state in (State.RECEIVED, State.OFFERED)) == (Urgency.URGENT, False)
    assert Handling.RESTRICTED in texting.facts(case).handling
    assert near_holds(told) == {("restricted", "live")}
    assert words_read_by(told, "near.lead")[-1] == PASSPORT
    assert "case.held" not in texting.journal(case)


@EVERY_DOOR
def test_a_helper_outside_the_trained_circle_loses_it_to_those_inside(texting: Texting, door: Door) -> None:
    texting.world.admit("near.lead", "near.caseworker", (CircleName.EVERYONE,))
    told = taken_by(texting, "near.caseworker")

    door(told)

    case = case_of(told)
    assert (case.organisation_id, case.assignee_id) == (id_of(texting.world.near), None)
    assert words_read_by(told, "near.lead")[-1] == PASSPORT
    with pytest.raises(NoAccess):
        words_read_by(told, "near.caseworker")


@EVERY_DOOR
def test_where_nobody_there_may_read_it_the_next_one_is_asked(texting: Texting, door: Door) -> None:
    told = taken_by(texting, "near.lead")
    with texting.database.writing() as session:
        near = id_of(texting.world.near)
        circles = session.scalars(select(CircleRow).where(CircleRow.organisation_id == near)).all()
        (narrow,) = (row for row in circles if circle_name(texting.world.vault, row) is CircleName.RESTRICTED)
        session.execute(delete(CircleMemberRow).where(CircleMemberRow.circle_id == narrow.id))

    door(told)

    case = case_of(told)
    assert (case.organisation_id, case.state) == (id_of(texting.world.far), State.OFFERED)
    assert near_holds(told) == set()
    assert texting.offers(case)[near] is OfferState.WITHDRAWN
    far = texting.member("far.lead")
    with texting.database.writing() as session:
        assert accept_offer(session, texting.world.vault, texting.world.rules, far, told.case_id).taken
    assert words_read_by(told, "far.lead")[-1] == PASSPORT


def test_where_nothing_was_kept_ready_custody_has_it_and_reads_why(texting: Texting) -> None:
    """A case that was texted before anything was kept ready for the trained circle."""
    told = taken_by(texting, "near.lead")
    with texting.database.writing() as session:
        session.execute(
            delete(GrantRow).where(GrantRow.case_id == told.case_id, GrantRow.state == GrantState.OFFERED)
        )

    by_text(told)

    case = case_of(told)
    assert (case.organisation_id, near_holds(told)) == (None, set())
    with texting.database.reading() as session:
        custodian = texting.member("custodian.one")
        world = texting.world
        mine = waiting_case(session, world.vault, world.rules, custodian, told.case_id)
    assert mine.why is RoutingOutcome.MAY_NOT_KEEP


def test_a_case_that_a_custodian_placed_stays_with_whom_it_was_placed(texting: Texting) -> None:
    texting.say(*AGREED)
    texting.fall_silent()
    case_id, world = CaseId(texting.case().id), texting.world
    for login in ("near.lead", "far.lead"):
        by = texting.member(login)
        with texting.database.writing() as session:
            decline_offer(session, world.vault, world.rules, by, case_id, DeclineReason.NO_CAPACITY)
    assert texting.case().organisation_id is None
    custodian, far = texting.member("custodian.one"), texting.member("far.lead")
    with texting.database.writing() as session:
        place_case(session, world.vault, world.rules, custodian, case_id, OrganisationId(world.far.id))
    with texting.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, far, case_id).taken

    texting.say(PASSPORT)

    assert texting.case().organisation_id == world.far.id
    assert Handling.RESTRICTED in texting.facts().handling


def test_words_with_whose_phone_open_reach_the_helper_who_texted_since(texting: Texting) -> None:
    """Nobody can tell whether they answer the helper or go on with the new report: in neither are they missing."""
    report = filed(texting)
    case_id = accepted(texting, report)
    assert "Whose phone is this?" in texting.say("They owe me money")[0]
    (new,) = texting.cases()
    helper = texting.member("near.lead")
    with texting.database.writing() as session:
        assign(session, texting.world.vault, helper, case_id, MemberId(helper.member.id))
    answer(texting, case_id, "Hello, since when?", by=helper)
    told = Told(texting, report, case_id)

    answered = texting.say("hello it is since 2024", apart=20)
    assert "Whose phone is this?" in answered[-1]
    assert texting.say(PASSPORT)

    assert words_read_by(told, "near.lead")[-2:] == ["hello it is since 2024", PASSPORT]
    assert case_of(told).assignee_id == helper.member.id
    assert texting.words(new)[-2:] == ["hello it is since 2024", PASSPORT]
    # Whoever filed the form with somebody's number reads none of it.
    worker = texting.world.enter(report)
    with texting.database.writing() as session:
        assert "2024" not in str(open_inbox(session, texting.world.vault, worker).messages)
