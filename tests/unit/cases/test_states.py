from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.case.states import (
    ALLOWED_FROM,
    HELPERS_CLOSING_REASONS,
    AskOn,
    CaseStanding,
    ChangedBy,
    ChangeRefused,
    Closing,
    ClosingReasonMissing,
    ConsentDoesNotCover,
    DangerOpen,
    NotFromHere,
    NotReachableYet,
    NotTheirsToClose,
    RetaliationOpen,
    WorkerDecides,
    check_change,
    reachable,
    stage_of,
)
from app.cases.enums import ClosingReason, ConsentLevel, Stage, State

CASE = CaseStanding(State.ASSESSING, retaliation=False, consent=ConsentLevel.BUYERS, tell_company=False)
UNRESOLVED = Closing(ClosingReason.UNRESOLVED, "The company closed down.")
OPEN_STATES = [state for state in State if state is not State.CLOSED]

standings = st.builds(
    CaseStanding,
    state=st.sampled_from(State),
    retaliation=st.booleans(),
    consent=st.sampled_from(ConsentLevel),
    tell_company=st.booleans(),
)
closings = st.none() | st.builds(Closing, st.sampled_from(ClosingReason), st.sampled_from(["", " ", "why"]))


def passes(case: CaseStanding, to: State, by: ChangedBy, closing: Closing | None) -> bool:
    try:
        check_change(case, to, by, closing)
    except ChangeRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("state", "to"),
    (
        (State.RECEIVED, State.OFFERED),
        (State.OFFERED, State.ACCEPTED),
        (State.OFFERED, State.RECEIVED),
        (State.ACCEPTED, State.ASSESSING),
        (State.ASSESSING, State.ENGAGING),
        (State.ENGAGING, State.ASSESSING),
        (State.CLOSED, State.ASSESSING),
        (State.CLOSED, State.ACCEPTED),
        (State.CLOSED, State.RECEIVED),
    ),
)
def test_the_way_of_a_case(state: State, to: State) -> None:
    check_change(replace(CASE, state=state), to, ChangedBy.ASSIGNEE)


@pytest.mark.parametrize(
    ("state", "to"),
    (
        (State.RECEIVED, State.ACCEPTED),
        (State.RECEIVED, State.ASSESSING),
        (State.OFFERED, State.ASSESSING),
        (State.ACCEPTED, State.ENGAGING),
        (State.ASSESSING, State.ACCEPTED),
        (State.ASSESSING, State.ASSESSING),
        (State.CLOSED, State.CLOSED),
        (State.CLOSED, State.ENGAGING),
    ),
)
def test_no_step_is_skipped(state: State, to: State) -> None:
    with pytest.raises(NotFromHere):
        check_change(replace(CASE, state=state), to, ChangedBy.LEAD, UNRESOLVED)


@given(case=standings, to=st.sampled_from(State), by=st.sampled_from(ChangedBy), closing=closings)
def test_nothing_becomes_remedied_before_there_are_remedies(
    case: CaseStanding, to: State, by: ChangedBy, closing: Closing | None
) -> None:
    if not passes(case, to, by, closing):
        return
    assert to not in (State.REMEDY_AGREED, State.DELIVERING, State.RESOLVED)
    assert case.state in ALLOWED_FROM[to]
    if to is State.CLOSED:
        assert closing is not None
        assert closing.reason not in (ClosingReason.RESOLVED, ClosingReason.MERGED)
        assert closing.reason is not ClosingReason.UNVERIFIED or case.silent


def test_unverified_is_only_for_a_silent_worker() -> None:
    closing = Closing(ClosingReason.UNVERIFIED, "four tries")
    with pytest.raises(AskOn):
        check_change(CASE, State.CLOSED, ChangedBy.LEAD, closing)
    check_change(replace(CASE, silent=True), State.CLOSED, ChangedBy.LEAD, closing)
    with pytest.raises(RetaliationOpen):
        check_change(replace(CASE, silent=True, retaliation=True), State.CLOSED, ChangedBy.LEAD, closing)


@pytest.mark.parametrize("reason", (ClosingReason.RESOLVED, ClosingReason.MERGED))
def test_closing_reasons_that_nobody_can_know_yet_are_refused(reason: ClosingReason) -> None:
    with pytest.raises(NotReachableYet):
        check_change(CASE, State.CLOSED, ChangedBy.LEAD, Closing(reason, "four tries"))


@pytest.mark.parametrize(
    ("consent", "tell_company", "allowed"),
    (
        (ConsentLevel.NOBODY, True, False),
        (ConsentLevel.HELPER, False, False),
        (ConsentLevel.UNION, False, False),
        (ConsentLevel.BUYERS, False, True),
        (ConsentLevel.HELPER, True, True),
    ),
)
def test_the_company_is_asked_only_when_the_worker_said_so(
    consent: ConsentLevel, tell_company: bool, allowed: bool
) -> None:
    case = replace(CASE, consent=consent, tell_company=tell_company)
    if allowed:
        check_change(case, State.ENGAGING, ChangedBy.ASSIGNEE)
    else:
        with pytest.raises(ConsentDoesNotCover):
            check_change(case, State.ENGAGING, ChangedBy.ASSIGNEE)


@pytest.mark.parametrize(("state", "reason"), list(product(OPEN_STATES, HELPERS_CLOSING_REASONS)))
def test_leads_and_assignees_close_with_a_written_reason(state: State, reason: ClosingReason) -> None:
    case = replace(CASE, state=state)
    for by in (ChangedBy.LEAD, ChangedBy.ASSIGNEE):
        check_change(case, State.CLOSED, by, Closing(reason, "The labour court has it."))
        with pytest.raises(ClosingReasonMissing):
            check_change(case, State.CLOSED, by, Closing(reason, " \n"))
    for by in (ChangedBy.COLLEAGUE, ChangedBy.SYSTEM, ChangedBy.WORKER):
        with pytest.raises(NotTheirsToClose):
            check_change(case, State.CLOSED, by, Closing(reason, "why"))


def test_closing_without_any_reason_is_refused() -> None:
    with pytest.raises(ClosingReasonMissing):
        check_change(CASE, State.CLOSED, ChangedBy.LEAD)


def test_only_the_worker_takes_a_report_back() -> None:
    withdrawn = Closing(ClosingReason.WITHDRAWN, "")
    check_change(CASE, State.CLOSED, ChangedBy.WORKER, withdrawn)
    for by in (ChangedBy.LEAD, ChangedBy.ASSIGNEE, ChangedBy.COLLEAGUE, ChangedBy.SYSTEM):
        with pytest.raises(WorkerDecides):
            check_change(CASE, State.CLOSED, by, withdrawn)


@pytest.mark.parametrize(("state", "by"), list(product(OPEN_STATES, [ChangedBy.LEAD, ChangedBy.ASSIGNEE])))
def test_nobody_closes_a_case_while_retaliation_is_open(state: State, by: ChangedBy) -> None:
    with pytest.raises(RetaliationOpen):
        check_change(replace(CASE, state=state, retaliation=True), State.CLOSED, by, UNRESOLVED)


def test_open_retaliation_does_not_keep_a_worker_in() -> None:
    case = replace(CASE, retaliation=True)
    check_change(case, State.CLOSED, ChangedBy.WORKER, Closing(ClosingReason.WITHDRAWN, ""))


def test_the_desk_is_offered_just_the_moves_that_would_pass() -> None:
    assert reachable(CASE, ChangedBy.LEAD) == (State.ENGAGING, State.CLOSED)
    # Where the level does not reach that far, the worker may have said yes to a helper; where nobody may know, nobody was told.
    assert reachable(replace(CASE, consent=ConsentLevel.HELPER), ChangedBy.COLLEAGUE) == (State.ENGAGING,)
    assert reachable(replace(CASE, consent=ConsentLevel.NOBODY), ChangedBy.COLLEAGUE) == ()
    assert reachable(replace(CASE, state=State.ACCEPTED), ChangedBy.COLLEAGUE) == (State.ASSESSING,)
    assert reachable(replace(CASE, state=State.CLOSED), ChangedBy.ASSIGNEE) == (State.ASSESSING,)
    assert reachable(replace(CASE, retaliation=True), ChangedBy.LEAD) == (State.ENGAGING,)


@pytest.mark.parametrize(
    ("state", "read", "stage"),
    (
        (State.RECEIVED, False, Stage.RECEIVED),
        (State.OFFERED, False, Stage.RECEIVED),
        (State.ACCEPTED, False, Stage.RECEIVED),
        (State.ACCEPTED, True, Stage.READ),
        (State.OFFERED, True, Stage.RECEIVED),
        (State.ASSESSING, True, Stage.CHECKING),
        (State.ENGAGING, True, Stage.COMPANY_ASKED),
        (State.REMEDY_AGREED, True, Stage.CHECKING_REMEDY),
        (State.DELIVERING, True, Stage.CHECKING_REMEDY),
        (State.RESOLVED, True, Stage.CHECKING_REMEDY),
        (State.CLOSED, True, Stage.CLOSED),
    ),
)
def test_the_workers_word_for_each_state(state: State, read: bool, stage: Stage) -> None:
    assert stage_of(state, read) is stage


def test_every_state_has_a_stage() -> None:
    assert {stage_of(state, read) for state in State for read in (True, False)} == set(Stage)


def test_a_case_in_danger_closes_only_with_what_makes_the_worker_safe() -> None:
    in_danger = replace(CASE, in_danger=True)
    with pytest.raises(DangerOpen):
        check_change(in_danger, State.CLOSED, ChangedBy.LEAD, UNRESOLVED)
    with pytest.raises(DangerOpen):
        check_change(in_danger, State.CLOSED, ChangedBy.LEAD, replace(UNRESOLVED, safe=" \n"))
    check_change(in_danger, State.CLOSED, ChangedBy.LEAD, replace(UNRESOLVED, safe="She is with her family."))
    # The worker may always take it back.
    check_change(in_danger, State.CLOSED, ChangedBy.WORKER, Closing(ClosingReason.WITHDRAWN, ""))
    assert State.CLOSED in reachable(in_danger, ChangedBy.LEAD)
