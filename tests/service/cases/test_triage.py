"""Category and urgency: beside the worker's own words, never two people over each other, and a case that turns restricted."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.cases.case.access import NoAccess, ReadOnly
from app.cases.case.models import Clock, Offer
from app.cases.case.veils import facts_of
from app.cases.desk.answering import reply
from app.cases.desk.triage import (
    EditConflict,
    LoweringReasonMissing,
    UnknownCategory,
    set_category,
    set_urgency,
)
from app.cases.enums import ClockKind, ClockState, EntryKind, OfferState, Urgency
from app.cases.worker.inbox import open_inbox
from app.database import CaseId
from app.network import SignedIn
from app.vault import CircleName, GrantState, circle_of, grants_of_case, read_journal
from tests.harness.world import everything_stored
from tests.support.desk import Desk


def categorise(desk: Desk, by: SignedIn, case_id: CaseId, category: str, seen: int | None = None) -> None:
    seen = desk.case(case_id).edit_version if seen is None else seen
    with desk.database.writing() as session:
        set_category(session, desk.world.vault, desk.world.rules, by, case_id, category, seen)


def urge(
    desk: Desk, by: SignedIn, case_id: CaseId, urgency: Urgency, reason: str = "", seen: int | None = None
) -> None:
    seen = desk.case(case_id).edit_version if seen is None else seen
    with desk.database.writing() as session:
        set_urgency(session, desk.world.vault, desk.world.rules, by, case_id, urgency, reason, seen)


def test_triages_category_stands_beside_the_workers_own(desk: Desk) -> None:
    case_id = desk.accepted(topics=("hours",))
    other = desk.accepted(topics=("hours",))

    categorise(desk, desk.lead, case_id, "wages.unpaid_two_months")
    page = desk.open(desk.lead, case_id)
    assert (page.topics, page.category) == (("hours",), "wages.unpaid_two_months")
    assert page.urgency is Urgency.HIGH  # the graver kind raises it
    assert desk.open(desk.lead, other).category is None
    with desk.database.reading() as session:
        written = [(entry.act, entry.detail) for entry in read_journal(session, desk.world.vault, case_id)][
            -3:-1
        ]
    assert written == [
        ("case.category", {"category": "wages.unpaid_two_months"}),
        ("case.urgency", {"before": "medium", "after": "high"}),
    ]
    assert b"unpaid_two_months" not in everything_stored(desk.database)


def test_a_milder_category_never_lowers_the_urgency(desk: Desk) -> None:
    case_id = desk.accepted(topics=("ohs",))

    categorise(desk, desk.lead, case_id, "other")
    assert desk.case(case_id).urgency is Urgency.HIGH


def test_of_two_editors_the_second_sees_both_values(desk: Desk) -> None:
    case_id = desk.accepted(topics=("hours",))
    seen = desk.case(case_id).edit_version
    categorise(desk, desk.lead, case_id, "wages", seen)

    with pytest.raises(EditConflict) as category:
        categorise(desk, desk.caseworker, case_id, "housing", seen)
    assert (category.value.theirs, category.value.yours) == ("wages", "housing")
    with pytest.raises(EditConflict) as urgency:
        urge(desk, desk.caseworker, case_id, Urgency.URGENT, "They are locked in.", seen)
    assert (urgency.value.theirs, urgency.value.yours) == ("medium", "urgent")

    categorise(desk, desk.caseworker, case_id, "wages", seen)  # the same wish is no conflict
    categorise(desk, desk.caseworker, case_id, "housing", category.value.version)
    assert facts_of(desk.world.vault, desk.case(case_id)).category == "housing"


def test_only_known_categories_and_only_people_who_may_write(desk: Desk) -> None:
    case_id, offered, restricted = desk.accepted(), desk.offered(), desk.accepted(topics=("gbvh",))

    with pytest.raises(UnknownCategory):
        categorise(desk, desk.lead, case_id, "wages.nothing")
    with pytest.raises(ReadOnly):
        categorise(desk, desk.viewer, case_id, "wages")
    with pytest.raises(ReadOnly):
        urge(desk, desk.viewer, case_id, Urgency.DANGER)
    for by, target in ((desk.far, case_id), (desk.lead, offered), (desk.caseworker, restricted)):
        with pytest.raises(NoAccess):
            categorise(desk, by, target, "wages")
        with pytest.raises(NoAccess):
            urge(desk, by, target, Urgency.DANGER)


def test_lowering_the_urgency_needs_words_which_the_worker_never_sees(desk: Desk) -> None:
    filed = desk.world.file(danger=True)
    case_id, worker = desk.accept(filed), desk.world.enter(filed)

    with pytest.raises(LoweringReasonMissing):
        urge(desk, desk.lead, case_id, Urgency.LOW, "  ")
    assert desk.case(case_id).queue_rank == 0
    urge(desk, desk.lead, case_id, Urgency.LOW, "She is with her sister now.")
    case = desk.case(case_id)
    assert (case.urgency, case.queue_rank) == (Urgency.LOW, 1)
    assert facts_of(desk.world.vault, case).profile == "fast_track"  # what was promised stays promised
    notes = [entry for entry in desk.open(desk.lead, case_id).entries if entry.kind is EntryKind.NOTE]
    assert [note.body and note.body["text"] for note in notes] == ["She is with her sister now."]
    with desk.database.reading() as session:
        inbox = open_inbox(session, desk.world.vault, worker)
    assert all(message.text != "She is with her sister now." for message in inbox.messages)


def test_danger_brings_the_case_to_the_top_and_its_dates_forward(desk: Desk) -> None:
    case_id = desk.accepted()
    before = desk.case(case_id).next_due_at

    urge(desk, desk.lead, case_id, Urgency.DANGER)
    case = desk.case(case_id)
    assert before is not None
    assert case.next_due_at is not None
    assert (case.queue_rank, case.next_due_at < before) == (0, True)
    with desk.database.reading() as session:
        acknowledge = session.scalars(
            select(Clock)
            .where(Clock.case_id == case_id, Clock.kind == ClockKind.ACKNOWLEDGE)
            .order_by(Clock.due_at)
        ).all()
        accept = session.scalars(
            select(Clock.state).where(Clock.case_id == case_id, Clock.kind == ClockKind.ACCEPT)
        ).all()
    assert [row.state for row in acknowledge] == [ClockState.RUNNING, ClockState.ESCALATED]
    assert accept == [ClockState.MET]  # what is over is not asked for again


def test_a_case_that_turns_restricted_leaves_the_sight_of_everyone_else(desk: Desk) -> None:
    filed = desk.world.file(topics=("other",))
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    assert desk.open(desk.caseworker, case_id).may_write

    categorise(desk, desk.lead, case_id, "gbvh")
    for by in (desk.caseworker, desk.viewer, desk.far):
        with pytest.raises(NoAccess):
            desk.open(by, case_id)
    with desk.database.writing() as session:
        reply(session, desk.world.vault, desk.lead, case_id, "Only few read this.", uuid4())
    page = desk.open(desk.lead, case_id)
    assert [entry.body is not None for entry in page.entries] == [True, True]
    with desk.database.reading() as session:
        inbox = open_inbox(session, desk.world.vault, worker)
        grants = grants_of_case(session, case_id)
        standby = session.scalars(
            select(Offer).where(Offer.case_id == case_id, Offer.state == OfferState.STANDBY)
        ).one()
        narrow = circle_of(session, desk.world.vault, desk.far.organisation.id, CircleName.RESTRICTED)
    assert inbox.messages[-1].text == "Only few read this."
    assert narrow is not None
    assert [(grant.id, grant.state) for grant in grants if grant.holder_id == narrow.id] == [
        (standby.grant_id, GrantState.OFFERED)
    ]
    assert "case.restricted" in desk.acts(case_id)


def test_a_second_thought_does_not_open_a_restricted_case_again(desk: Desk) -> None:
    case_id = desk.accepted(topics=("other",))
    categorise(desk, desk.lead, case_id, "child")

    categorise(desk, desk.lead, case_id, "wages")
    with pytest.raises(NoAccess):
        desk.open(desk.caseworker, case_id)
    assert "R" in desk.open(desk.lead, case_id).handling
    assert desk.acts(case_id).count("case.restricted") == 1
