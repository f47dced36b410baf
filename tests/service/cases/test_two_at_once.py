"""An urgent case is before two partners at once: one of them has it alone in the end, and the other one has nothing of it left."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.cases.case.access import NoAccess
from app.cases.enums import ClockState, OfferState, State
from app.cases.routing.offers import OfferTaken, TakenElsewhere
from app.database import CaseId
from app.network import SignedIn
from app.vault import read_journal
from tests.support.desk import Desk
from tests.support.two_asked import (
    accept,
    dates,
    decline,
    has_nothing,
    is_whole,
    offers,
    sees,
    urgent,
    wrapped,
)


def test_both_see_the_card_with_one_date_and_neither_can_read(desk: Desk, third: SignedIn) -> None:
    _, case_id = urgent(desk)
    near, far = desk.lead.organisation, desk.far.organisation

    assert offers(desk, case_id) == [
        (near.name, OfferState.OFFERED),
        (far.name, OfferState.OFFERED),
        ("third", OfferState.STANDBY),
    ]
    assert desk.case(case_id).partners == (near.id, far.id)
    states, answer_by = dates(desk, case_id)
    assert (states, len(answer_by)) == ([ClockState.RUNNING], 1)
    assert [sees(desk, by, case_id) for by in (desk.lead, desk.far, third, desk.other)] == [
        True,
        True,
        False,
        False,
    ]
    for by in (desk.lead, desk.far):
        with pytest.raises(NoAccess):
            desk.open(by, case_id)
    assert desk.acts(case_id).count("case.offered") == 2
    is_whole(desk)


def test_a_standard_case_and_one_for_which_only_one_may_be_asked_go_to_one(desk: Desk) -> None:
    plain = desk.offered()
    _, alone = urgent(desk, exclude_other="Distant Line")

    for case_id in (plain, alone):
        assert desk.case(case_id).partners == (desk.lead.organisation.id,)
    assert not sees(desk, desk.far, alone)
    is_whole(desk)


@pytest.mark.parametrize("second", (False, True), ids=("the first choice", "the second choice"))
def test_who_accepts_first_has_it_alone(desk: Desk, third: SignedIn, second: bool) -> None:
    filed, case_id = urgent(desk)
    _, beside = urgent(desk, words="Another urgent one.")
    winner, loser = (desk.far, desk.lead) if second else (desk.lead, desk.far)

    assert accept(desk, winner, case_id)
    case = desk.case(case_id)
    assert (case.state, case.partners) == (State.ACCEPTED, (winner.organisation.id,))
    assert dict(offers(desk, case_id)) == {
        winner.organisation.name: OfferState.ACCEPTED,
        loser.organisation.name: OfferState.TAKEN_ELSEWHERE,
        "third": OfferState.STANDBY,
    }
    assert dates(desk, case_id) == ([ClockState.MET], set())
    assert wrapped(desk, case_id) == ["third"]
    assert desk.open(winner, case_id).entries[0].body is not None
    assert has_nothing(desk, loser, case_id)
    for act in (accept, decline):
        with pytest.raises(TakenElsewhere):
            act(desk, loser, case_id)
    with pytest.raises(OfferTaken):
        accept(desk, winner, case_id)
    # It answers for nothing else that both were asked for.
    assert desk.case(beside).partners == (desk.lead.organisation.id, desk.far.organisation.id)
    with desk.database.reading() as session:
        acts = [
            (entry.act, entry.detail.get("organisation"))
            for entry in read_journal(session, desk.world.vault, case_id)
        ]
    assert ("case.taken_elsewhere", str(loser.organisation.id)) in acts
    assert acts.count(("case.accepted", str(winner.organisation.id))) == 1
    is_whole(desk)
    desk.world.enter(filed)


def test_of_two_organisations_that_accept_at_the_same_moment_exactly_one_has_it(desk: Desk) -> None:
    cases = [urgent(desk)[1] for _ in range(4)]

    def attempt(of: tuple[SignedIn, CaseId]) -> str:
        try:
            return "taken" if accept(desk, *of) else "passed on"
        except TakenElsewhere:
            return "elsewhere"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, [(by, each) for each in cases for by in (desk.lead, desk.far)]))
    assert [sorted(outcomes[at : at + 2]) for at in range(0, 8, 2)] == [["elsewhere", "taken"]] * 4
    for case_id in cases:
        held = desk.case(case_id).organisation_id
        winner, loser = (desk.lead, desk.far) if held == desk.lead.organisation.id else (desk.far, desk.lead)
        assert desk.open(winner, case_id).entries[0].body is not None
        assert has_nothing(desk, loser, case_id)
        assert desk.acts(case_id).count("case.accepted") == 1
        assert dates(desk, case_id)[0] == [ClockState.MET]
    is_whole(desk)
