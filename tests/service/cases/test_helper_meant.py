"""Words about a helper without a tick: at filing, and in what a worker writes later, before and after a helper has the case."""

from uuid import uuid4

import pytest

from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.cases.custody.deciding import place_case, waiting_case
from app.cases.enums import ConsentLevel, State, Urgency
from app.cases.routing.helpers_meant import means_holder
from app.cases.routing.offers import DeclineReason, OfferGone, accept_offer, decline_offer
from app.cases.rules.routing import RoutingOutcome
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import change_consent
from app.database import CaseId, OrganisationId
from app.intake import Filed
from app.network import Organisation
from tests.support.custody import reasons
from tests.support.desk import Desk

UNNAMED = "Your staff told my boss what I said."
NEAR = "Mawar Workers Aid told my boss my name."
FAR = "The people of DISTANT LINE shouted at me."


def id_of(organisation: Organisation) -> OrganisationId:
    return OrganisationId(organisation.id)


def writes(desk: Desk, filed: Filed, words: str) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, words, uuid4())


def facts(desk: Desk, case_id: CaseId) -> CaseFacts:
    return facts_of(desk.world.vault, desk.case(case_id))


def why_held(desk: Desk, case_id: CaseId) -> RoutingOutcome:
    with desk.database.reading() as session:
        card = waiting_case(session, desk.world.vault, desk.world.rules, desk.custodian, case_id)
    return card.why


def meant(desk: Desk, case_id: CaseId, words: str) -> bool:
    with desk.database.reading() as session:
        return means_holder(session, desk.world.rules, desk.case(case_id), words)


def take(desk: Desk, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        assert accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id).taken


def test_the_words_alone_make_custody_the_first_to_look_and_raise_nothing(desk: Desk) -> None:
    plain = desk.case(desk.offered())
    case_id = desk.offered(words=UNNAMED)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.RECEIVED, None)
    assert (case.urgency, case.queue_rank) == (plain.urgency, plain.queue_rank)
    now, usual = facts(desk, case_id), facts(desk, CaseId(plain.id))
    assert (now.found, now.handling, now.profile) == (usual.found, usual.handling, usual.profile)
    assert why_held(desk, case_id) is RoutingOutcome.HELPER_IN_WORDS
    # A person has to look, and may find that it was a helper in a kitchen: no helper is forbidden by it.
    assert reasons(desk, case_id)[desk.world.near.name] is None


@pytest.mark.parametrize(
    "words", ("Please send a helper.", "I am a domestic helper and my madam shouted at me.")
)
def test_a_helper_that_is_asked_for_or_one_by_trade_changes_nothing(desk: Desk, words: str) -> None:
    assert desk.case(desk.offered(words=words)).organisation_id == desk.world.near.id


def test_whom_later_words_name_loses_the_offer_and_the_next_one_is_asked(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    writes(desk, filed, NEAR)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.OFFERED, desk.world.far.id)
    assert id_of(desk.world.near) in facts(desk, case_id).excluded
    assert {"case.helper_meant", "case.routed_again"} <= set(desk.acts(case_id))
    with desk.database.writing() as session, pytest.raises(OfferGone):
        accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id)
    assert meant(desk, case_id, FAR) is False  # nobody has it yet
    before = len(desk.acts(case_id))
    writes(desk, filed, NEAR)
    assert desk.acts(case_id)[before:] == ["case.worker_wrote"]


def test_whom_later_words_name_is_not_asked_when_the_first_one_declines(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, FAR, False, uuid4())
    assert desk.case(case_id).organisation_id == desk.world.near.id
    with desk.database.writing() as session:
        decline_offer(
            session, desk.world.vault, desk.world.rules, desk.lead, case_id, DeclineReason.NO_CAPACITY
        )
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.RECEIVED, None)


def test_whoever_has_the_case_keeps_it_and_is_known_to_be_meant(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    for words in (NEAR, UNNAMED):
        before = len(desk.acts(case_id))
        writes(desk, filed, words)
        assert desk.acts(case_id)[before:] == ["case.worker_wrote"]
        assert meant(desk, case_id, words)
    case, known = desk.case(case_id), facts(desk, case_id)
    assert (case.state, case.organisation_id) == (State.ACCEPTED, desk.world.near.id)
    assert (known.excluded, known.helper_in_words) == (frozenset(), False)
    assert not meant(desk, case_id, "Thank you for the helper.")
    writes(desk, filed, FAR)
    assert not meant(desk, case_id, FAR)
    assert facts(desk, case_id).excluded == {id_of(desk.world.far)}
    assert desk.case(case_id).organisation_id == desk.world.near.id


def test_later_words_without_a_name_bring_an_offered_case_to_custody_once(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    writes(desk, filed, UNNAMED)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.RECEIVED, None)
    assert why_held(desk, case_id) is RoutingOutcome.HELPER_IN_WORDS
    with desk.database.writing() as session, pytest.raises(OfferGone):
        accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id)
    with desk.database.writing() as session:
        place_case(
            session, desk.world.vault, desk.world.rules, desk.custodian, case_id, id_of(desk.world.near)
        )
    # Custody has decided: the same words again do not take that back, and a name still does.
    writes(desk, filed, UNNAMED)
    assert desk.case(case_id).organisation_id == desk.world.near.id
    writes(desk, filed, NEAR)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.RECEIVED, None)


def test_whom_the_words_of_a_locked_case_name_is_not_asked_once_it_is_open(desk: Desk) -> None:
    world = desk.world
    filed = world.file(consent=ConsentLevel.NOBODY)
    writes(desk, filed, NEAR)
    worker = world.enter(filed)
    with desk.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, ConsentLevel.HELPER)
    assert desk.case(world.case_of(filed)).organisation_id == world.far.id


def test_the_coordinator_is_not_left_out_by_later_words(desk: Desk) -> None:
    filed = desk.world.file()
    writes(desk, filed, "Keel Coordination told my boss.")
    assert facts(desk, desk.world.case_of(filed)).excluded == frozenset()


def test_in_a_closed_case_that_opens_again_whoever_had_it_still_has_it(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    with desk.database.writing() as session:
        case = session.get_one(Case, case_id)
        case.state, case.is_open = State.CLOSED, False
    writes(desk, filed, NEAR)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.ACCEPTED, desk.world.near.id)
    assert facts(desk, case_id).excluded == frozenset()


def test_a_case_placed_although_words_spoke_of_a_helper_can_be_taken(desk: Desk) -> None:
    case_id = desk.offered(words=UNNAMED)
    with desk.database.writing() as session:
        place_case(
            session, desk.world.vault, desk.world.rules, desk.custodian, case_id, id_of(desk.world.near)
        )
    take(desk, case_id)
    assert desk.case(case_id).state is State.ACCEPTED


@pytest.mark.parametrize("words", (f"{NEAR} He said he will kill me.", f"{UNNAMED} He said he will kill me."))
def test_danger_in_the_same_words_takes_nothing_of_it_away(desk: Desk, words: str) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    writes(desk, filed, words)
    case = desk.case(case_id)
    assert case.urgency is Urgency.URGENT
    assert case.organisation_id == (desk.world.far.id if NEAR in words else None)
