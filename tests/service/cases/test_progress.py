"""Moving a case on from the desk: what consent allows, what only a worker decides, and what closing ends."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess, NotYours, ReadOnly
from app.cases.case.assignment import claim
from app.cases.case.models import Case, Clock, Offer
from app.cases.clocks import mark_clocks_missed
from app.cases.desk.progress import (
    DESK_CLOSING_REASONS,
    Move,
    MoveRefused,
    NotTickedByHand,
    change_stage,
    mark_done,
)
from app.cases.enums import (
    ClockKind,
    ClockState,
    ClosingReason,
    ConsentLevel,
    EntryKind,
    OfferState,
    Stage,
    State,
)
from app.database import CaseId
from app.network import SignedIn
from app.vault import GrantState, grants_of_case, read_journal
from tests.support.desk import Desk


def move(
    desk: Desk,
    by: SignedIn,
    case_id: CaseId,
    to: State,
    why: str = "",
    closing: ClosingReason | None = None,
) -> None:
    with desk.database.writing() as session:
        wanted = Move(to, why, uuid4(), closing, to_worker="The labour office helps you now.")
        change_stage(session, desk.world.vault, desk.world.rules, by, case_id, wanted)


def states_of(desk: Desk, case_id: CaseId) -> dict[ClockKind, ClockState]:
    with desk.database.reading() as session:
        return {row.kind: row.state for row in session.scalars(select(Clock).where(Clock.case_id == case_id))}


def test_a_case_goes_from_checking_to_the_company_where_consent_reaches_that_far(desk: Desk) -> None:
    far_reaching = desk.accepted(consent=ConsentLevel.BUYERS)
    only_helper = desk.accepted(consent=ConsentLevel.HELPER)
    for case_id in (far_reaching, only_helper):
        move(desk, desk.caseworker, case_id, State.ASSESSING)

    move(desk, desk.caseworker, far_reaching, State.ENGAGING, "Letter sent.")
    with pytest.raises(MoveRefused) as refused:
        move(desk, desk.caseworker, only_helper, State.ENGAGING)
    assert refused.value.why == "consent_does_not_cover"
    page = desk.open(desk.lead, far_reaching)
    assert (page.stage, page.state) == (Stage.COMPANY_ASKED, State.ENGAGING)
    assert page.entries[-1].kind is EntryKind.NOTE
    clocks = states_of(desk, far_reaching)
    assert clocks[ClockKind.ASSESSMENT] is ClockState.MET
    assert clocks[ClockKind.COMPANY_REPLY] is ClockState.RUNNING
    with desk.database.reading() as session:
        moves = [
            entry.detail["after"]
            for entry in read_journal(session, desk.world.vault, far_reaching)
            if entry.act == "case.stage"
        ]
    assert moves == ["assessing", "engaging"]


def test_what_only_the_worker_decides_is_refused_with_its_reason(desk: Desk) -> None:
    case_id = desk.accepted(consent=ConsentLevel.BUYERS)

    for to, closing, why in (
        (State.ENGAGING, None, "not_from_here"),
        (State.OFFERED, None, "not_from_here"),
        (State.RESOLVED, None, "not_from_here"),
        (State.CLOSED, ClosingReason.WITHDRAWN, "worker_decides"),
        (State.CLOSED, ClosingReason.RESOLVED, "worker_decides"),
        (State.CLOSED, ClosingReason.UNVERIFIED, "ask_on"),
        (State.CLOSED, None, "reason_missing"),
    ):
        with pytest.raises(MoveRefused) as refused:
            move(desk, desk.lead, case_id, to, "words", closing)
        assert refused.value.why == why
    with pytest.raises(MoveRefused) as wordless:
        move(desk, desk.lead, case_id, State.CLOSED, "  ", ClosingReason.REFERRED)
    assert wordless.value.why == "reason_missing"
    assert desk.case(case_id).state is State.ACCEPTED
    assert ClosingReason.RESOLVED not in DESK_CLOSING_REASONS


def test_closing_ends_the_clocks_and_deletes_what_waited_for_the_standby(desk: Desk) -> None:
    case_id, other = desk.accepted(), desk.accepted()

    move(desk, desk.lead, case_id, State.CLOSED, "The labour office helps now.", ClosingReason.REFERRED)
    case = desk.case(case_id)
    assert (case.state, case.is_open, case.closing_reason) == (State.CLOSED, False, ClosingReason.REFERRED)
    assert (case.next_due_at, case.next_clock) == (None, None)
    clocks = states_of(desk, case_id)
    assert clocks[ClockKind.OUTCOME_FEEDBACK] is ClockState.MET
    assert ClockState.RUNNING not in clocks.values()
    with desk.database.reading() as session:
        kept = [grant.state for grant in grants_of_case(session, case_id)]
        standby = session.scalars(
            select(Offer.state).where(Offer.case_id == case_id, Offer.position == 1)
        ).one()
        others = [grant.state for grant in grants_of_case(session, other)]
    assert GrantState.OFFERED not in kept
    assert standby is OfferState.WITHDRAWN
    assert GrantState.OFFERED in others
    page = desk.open(desk.lead, case_id)
    assert (page.stage, page.may_write, page.moves) == (Stage.CLOSED, False, ())
    with pytest.raises(NotYours):
        move(desk, desk.lead, case_id, State.ASSESSING)


def test_the_page_says_what_was_done_late_and_what_only_closing_ended(desk: Desk) -> None:
    """Late is what the watch noted, and what was done after its date before the watch came by; nobody checked here."""
    noted, not_yet, in_time = desk.accepted(), desk.accepted(), desk.accepted()
    desk.reply(desk.lead, in_time)
    clock.set_offset(10 * 86400)
    desk.reply(desk.lead, not_yet)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 500)
    desk.reply(desk.lead, noted)

    def shown(case_id: CaseId) -> dict[ClockKind, str]:
        return {each.kind: each.shown for each in desk.open(desk.lead, case_id).dates}

    assert [shown(each)[ClockKind.ACKNOWLEDGE] for each in (noted, not_yet, in_time)] == [
        "met_late",
        "met_late",
        "met",
    ]
    assert shown(in_time)[ClockKind.READ] == "met_late"
    move(desk, desk.lead, in_time, State.CLOSED, "The labour office helps now.", ClosingReason.REFERRED)
    ended = shown(in_time)
    assert ended[ClockKind.ASSESSMENT] == "ended"
    assert ended[ClockKind.OUTCOME_FEEDBACK] == "met"


def test_a_colleague_moves_a_case_but_only_lead_or_assignee_closes_it(desk: Desk) -> None:
    case_id = desk.accepted()

    assert desk.open(desk.caseworker, case_id).moves == (State.ASSESSING,)
    with pytest.raises(MoveRefused) as refused:
        move(desk, desk.caseworker, case_id, State.CLOSED, "words", ClosingReason.UNFOUNDED)
    assert refused.value.why == "not_theirs_to_close"
    with desk.database.writing() as session:
        claim(session, desk.world.vault, desk.caseworker, case_id)
    assert desk.open(desk.caseworker, case_id).moves == (State.ASSESSING, State.CLOSED)
    move(desk, desk.caseworker, case_id, State.CLOSED, "words", ClosingReason.UNFOUNDED)


def test_nothing_closes_while_somebody_is_punished_for_the_report(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        session.get_one(Case, case_id).retaliation = True

    with pytest.raises(MoveRefused) as refused:
        move(desk, desk.lead, case_id, State.CLOSED, "words", ClosingReason.UNRESOLVED)
    assert refused.value.why == "retaliation_open"


def test_what_is_done_outside_is_ticked_by_hand_and_the_rest_proves_itself(desk: Desk) -> None:
    case_id = desk.accepted(danger=True)

    def tick(by: SignedIn, kind: ClockKind) -> None:
        with desk.database.writing() as session:
            mark_done(session, desk.world.vault, by, case_id, kind)

    tick(desk.caseworker, ClockKind.SAFETY_PLAN)
    assert states_of(desk, case_id)[ClockKind.SAFETY_PLAN] is ClockState.MET
    for kind in (ClockKind.SAFETY_PLAN, ClockKind.ACKNOWLEDGE, ClockKind.COMPANY_REPLY):
        with pytest.raises(NotTickedByHand):
            tick(desk.lead, kind)
    assert desk.acts(case_id)[-1] == "clock.met"
    with pytest.raises(ReadOnly):
        tick(desk.viewer, ClockKind.ASSESSMENT)
    with pytest.raises(NoAccess):
        tick(desk.far, ClockKind.ASSESSMENT)
