"""An offered case: the card, who may accept, what a refusal or silence leads to, and that nothing happens twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess, ReadOnly
from app.cases.case.models import Case, Clock, Offer
from app.cases.case.veils import facts_of
from app.cases.desk.queue import QueueFilters, QueuePage, queue_page
from app.cases.enums import ClockKind, ClockState, ConsentLevel, OfferState, State, Urgency
from app.cases.routing.offers import (
    Acceptance,
    DeclineReason,
    OfferGone,
    OfferTaken,
    accept_offer,
    decline_offer,
    expire_offers,
)
from app.cases.rules.routing import Reason
from app.cases.worker.entering import Worker
from app.cases.worker.sharing import change_consent
from app.database import CaseId, OrganisationId, new_id
from app.network import SignedIn, declare_interest
from app.vault import GrantState, HolderKind, grants_of_case, read_journal, verify_journal
from tests.harness.world import site_id
from tests.support.desk import Desk


def accept(desk: Desk, by: SignedIn, case_id: CaseId) -> Acceptance:
    with desk.database.writing() as session:
        return accept_offer(session, desk.world.vault, desk.world.rules, by, case_id)


def decline(
    desk: Desk, by: SignedIn, case_id: CaseId, reason: DeclineReason = DeclineReason.NO_CAPACITY
) -> None:
    with desk.database.writing() as session:
        decline_offer(session, desk.world.vault, desk.world.rules, by, case_id, reason)


def expire(desk: Desk, limit: int = 50) -> int:
    with desk.database.writing() as session:
        return expire_offers(session, desk.world.vault, desk.world.rules, limit)


def queue(desk: Desk, by: SignedIn) -> QueuePage:
    with desk.database.reading() as session:
        return queue_page(session, desk.world.vault, desk.world.rules, by, QueueFilters(), None)


def offers_of(desk: Desk, case_id: CaseId) -> list[tuple[OrganisationId, OfferState]]:
    with desk.database.reading() as session:
        rows = session.scalars(select(Offer).where(Offer.case_id == case_id).order_by(Offer.position))
        return [(OrganisationId(row.organisation_id), row.state) for row in rows]


def clocks_of(desk: Desk, case_id: CaseId) -> dict[ClockKind, list[ClockState]]:
    with desk.database.reading() as session:
        rows = session.scalars(
            select(Clock).where(Clock.case_id == case_id).order_by(Clock.due_at, Clock.id)
        ).all()
    return {kind: [row.state for row in rows if row.kind is kind] for kind in {row.kind for row in rows}}


def wrapped_grants(desk: Desk, case_id: CaseId) -> int:
    with desk.database.reading() as session:
        return sum(grant.state == GrantState.OFFERED for grant in grants_of_case(session, case_id))


def test_the_card_shows_country_language_urgency_and_groups_and_nothing_else(desk: Desk) -> None:
    case_id = desk.offered(words="Mina was cut by the press.", topics=("wages",), danger=True)

    card = next(row for row in queue(desk, desk.caseworker).rows if row.id == case_id)
    with desk.database.reading() as session:
        expires = session.scalars(
            select(Offer.expires_at).where(Offer.case_id == case_id, Offer.position == 0)
        ).one()
    assert {name: value for name, value in asdict(card).items() if value} == {
        "id": case_id,
        "offered": True,
        "urgency": Urgency.DANGER,
        "state": State.OFFERED,
        "stage": card.stage,
        "next_kind": ClockKind.ACCEPT,
        "next_due": expires,
        "country": "MY",
        "language": "en",
        "topics": ("pay_and_hours",),
        "also_asked": True,
    }


def test_the_card_is_for_the_circle_it_is_offered_to(desk: Desk) -> None:
    plain, restricted = desk.offered(), desk.offered(topics=("gbvh",))

    def sees(by: SignedIn, case_id: CaseId) -> bool:
        return case_id in {row.id for row in queue(desk, by).rows}

    assert [sees(by, plain) for by in (desk.lead, desk.caseworker, desk.viewer)] == [True, True, True]
    assert [sees(by, plain) for by in (desk.far, desk.other)] == [False, False]
    assert [sees(by, restricted) for by in (desk.lead, desk.caseworker)] == [True, False]


def test_accepting_opens_the_case_starts_its_clocks_and_keeps_the_standby(desk: Desk) -> None:
    case_id = desk.offered()

    assert accept(desk, desk.lead, case_id) == Acceptance(True)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.ACCEPTED, desk.lead.organisation.id)
    assert offers_of(desk, case_id) == [
        (desk.lead.organisation.id, OfferState.ACCEPTED),
        (desk.far.organisation.id, OfferState.STANDBY),
    ]
    clocks = clocks_of(desk, case_id)
    assert clocks[ClockKind.ACCEPT] == [ClockState.MET]
    assert clocks[ClockKind.READ] == clocks[ClockKind.SAFETY_PLAN] == [ClockState.RUNNING]
    assert case.next_clock is ClockKind.READ
    assert wrapped_grants(desk, case_id) == 1
    assert desk.open(desk.lead, case_id).entries[0].body is not None
    with desk.database.reading() as session:
        last = [entry for entry in read_journal(session, desk.world.vault, case_id) if "accept" in entry.act]
    assert [(entry.act, entry.actor) for entry in last] == [("case.accepted", desk.lead.actor)]


def test_only_somebody_who_may_write_and_is_asked_accepts(desk: Desk) -> None:
    case_id, restricted = desk.offered(), desk.offered(topics=("gbvh",))

    with pytest.raises(ReadOnly):
        accept(desk, desk.viewer, case_id)
    for by in (desk.far, desk.other, desk.custodian):  # the far one stands by and must not learn of it
        with pytest.raises(NoAccess):
            accept(desk, by, case_id)
    with pytest.raises(NoAccess):
        accept(desk, desk.caseworker, restricted)
    with pytest.raises(NoAccess):
        accept(desk, desk.lead, CaseId(new_id()))
    assert desk.case(case_id).state is State.OFFERED


def test_the_second_acceptance_is_told_that_a_colleague_was_faster(desk: Desk) -> None:
    case_id = desk.offered()
    accept(desk, desk.lead, case_id)

    with pytest.raises(OfferTaken):
        accept(desk, desk.caseworker, case_id)
    with pytest.raises(OfferTaken):
        decline(desk, desk.caseworker, case_id)
    assert desk.acts(case_id).count("case.accepted") == 1


def test_of_many_who_accept_at_once_one_wins(desk: Desk) -> None:
    case_id = desk.offered()

    def attempt(by: SignedIn) -> str:
        try:
            return "taken" if accept(desk, by, case_id).taken else "passed on"
        except OfferTaken:
            return "too late"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, [desk.lead, desk.caseworker] * 3))
    assert sorted(outcomes) == ["taken", *["too late"] * 5]
    assert desk.acts(case_id).count("case.accepted") == 1
    assert clocks_of(desk, case_id)[ClockKind.SAFETY_PLAN] == [ClockState.RUNNING]
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound


def test_a_declined_case_goes_to_the_standby_and_then_to_custody(desk: Desk) -> None:
    case_id = desk.offered()
    other_workers = desk.offered()

    decline(desk, desk.lead, case_id)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.OFFERED, desk.far.organisation.id)
    assert case.next_clock is ClockKind.ACCEPT
    assert wrapped_grants(desk, case_id) == 1
    with pytest.raises(OfferGone):
        accept(desk, desk.lead, case_id)

    decline(desk, desk.far, case_id)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id, case.next_clock) == (State.RECEIVED, None, ClockKind.PLACE)
    assert wrapped_grants(desk, case_id) == 0
    assert clocks_of(desk, case_id)[ClockKind.ACCEPT] == [ClockState.MET, ClockState.MET]
    assert desk.acts(case_id)[-4:] == ["case.declined", "case.offered", "case.declined", "case.held"]
    assert desk.case(other_workers).organisation_id == desk.lead.organisation.id


def test_whoever_declines_for_a_conflict_can_never_be_asked_again(desk: Desk) -> None:
    case_id = desk.offered()

    decline(desk, desk.lead, case_id, DeclineReason.CONFLICT)
    with desk.database.reading() as session:
        entry = read_journal(session, desk.world.vault, case_id)[-2]
    assert (entry.act, entry.detail["reason"]) == ("case.declined", "conflict")
    assert desk.lead.organisation.id in facts_of(desk.world.vault, desk.case(case_id)).excluded


def test_a_conflict_told_after_another_reason_is_kept(desk: Desk) -> None:
    case_id, noise = desk.offered(), desk.offered()
    decline(desk, desk.lead, case_id, DeclineReason.LANGUAGE)
    decline(desk, desk.lead, noise, DeclineReason.LANGUAGE)
    with pytest.raises(OfferGone):
        decline(desk, desk.lead, case_id, DeclineReason.TOO_FAR)
    before = offers_of(desk, case_id)

    for by in (desk.lead, desk.lead):
        decline(desk, by, case_id, DeclineReason.CONFLICT)
    with pytest.raises(OfferGone):
        decline(desk, desk.lead, case_id, DeclineReason.LANGUAGE)

    assert offers_of(desk, case_id) == before, "nobody else is asked for it"
    assert facts_of(desk.world.vault, desk.case(case_id)).excluded == {desk.lead.organisation.id}
    assert not facts_of(desk.world.vault, desk.case(noise)).excluded
    with desk.database.reading() as session:
        told = [
            entry.detail["reason"]
            for entry in read_journal(session, desk.world.vault, case_id)
            if entry.act == "case.declined"
        ]
    assert told == ["language", "conflict"]


def test_a_stake_in_the_site_found_since_the_offer_moves_the_case_on(desk: Desk) -> None:
    case_id = desk.offered()
    with desk.database.writing() as session:
        declare_interest(
            session,
            desk.world.vault,
            organisation_id=desk.lead.organisation.id,
            site_id=site_id(desk.world.site),
            reason="A board member owns the bus line.",
        )

    assert accept(desk, desk.lead, case_id) == Acceptance(False, Reason.INTEREST_IN_SITE)
    assert desk.case(case_id).organisation_id == desk.far.organisation.id
    assert offers_of(desk, case_id)[0] == (desk.lead.organisation.id, OfferState.WITHDRAWN)
    assert desk.acts(case_id)[-2:] == ["case.refused", "case.offered"]
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_a_standby_with_a_stake_is_passed_over(desk: Desk) -> None:
    case_id = desk.offered()
    with desk.database.writing() as session:
        declare_interest(
            session,
            desk.world.vault,
            organisation_id=desk.far.organisation.id,
            site_id=site_id(desk.world.site),
            reason="A relative is the foreman.",
        )

    decline(desk, desk.lead, case_id)
    assert desk.case(case_id).organisation_id is None
    assert offers_of(desk, case_id)[1] == (desk.far.organisation.id, OfferState.WITHDRAWN)
    assert wrapped_grants(desk, case_id) == 0


def test_nobody_accepts_what_the_worker_has_locked(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)
    lock(desk, worker)

    with pytest.raises(OfferGone):
        accept(desk, desk.lead, case_id)
    assert desk.case(case_id).state is State.RECEIVED


def lock(desk: Desk, worker: Worker) -> None:
    world = desk.world
    with desk.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, ConsentLevel.NOBODY)


def test_an_unanswered_offer_expires_once_and_not_before_its_time(desk: Desk) -> None:
    case_id = desk.offered()
    with desk.database.reading() as session:
        expires = session.scalars(
            select(Offer.expires_at).where(Offer.case_id == case_id, Offer.position == 0)
        ).one()
        others = session.scalars(select(Offer).where(Offer.state == OfferState.OFFERED)).all()
    assert expires is not None

    assert expire(desk) == 0
    wait = int((expires - clock.now()).total_seconds())
    clock.set_offset(wait + 31)
    assert expire(desk) == len(others)
    assert expire(desk) == 0
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.OFFERED, desk.far.organisation.id)
    assert case.next_due_at is not None
    assert case.next_due_at > expires - timedelta(hours=1)
    assert clocks_of(desk, case_id)[ClockKind.ACCEPT] == [ClockState.ESCALATED, ClockState.RUNNING]
    # Nobody had looked at the clock between its date and the end of the offer: it is late all the same.
    assert desk.acts(case_id)[-3:] == ["case.offer_expired", "clock.late_ended", "case.offered"]
    with pytest.raises(OfferGone):
        accept(desk, desk.lead, case_id)


def test_three_claimers_at_once_expire_each_offer_once(desk: Desk) -> None:
    cases = [desk.offered() for _ in range(8)]
    with desk.database.reading() as session:
        waiting = len(session.scalars(select(Offer.id).where(Offer.state == OfferState.OFFERED)).all())
    clock.set_offset(20 * 86400)

    def work(_number: int) -> int:
        done = 0
        while claimed := expire(desk, limit=2):
            done += claimed
        return done

    with ThreadPoolExecutor(3) as pool:
        claimed = sum(pool.map(work, range(3)))
    assert claimed == waiting
    for case_id in cases:
        assert desk.acts(case_id).count("case.offer_expired") == 1
        assert desk.case(case_id).organisation_id == desk.far.organisation.id
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound


def test_where_the_coordinator_is_shut_out_nobody_holds_what_nobody_took(desk: Desk) -> None:
    case_id = desk.offered(exclude_other="Keel Coordination")

    decline(desk, desk.lead, case_id)
    decline(desk, desk.far, case_id)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.RECEIVED, None)
    assert desk.acts(case_id)[-1] == "case.nobody_may_hold_it"
    with desk.database.reading() as session:
        kinds = [grant.holder_kind for grant in grants_of_case(session, case_id)]
        row = session.get_one(Case, case_id)
    assert kinds == [HolderKind.RECEIPT]
    assert row.next_clock is not ClockKind.PLACE
