"""Another partner is asked beside the first: for what becomes urgent later or is late, and for nothing that others put there."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Escalation, Offer
from app.cases.desk.morning import morning_counts
from app.cases.enums import ClockState, ConsentLevel, OfferState, Rung, RungState, State
from app.cases.overview.loads import Load, loads
from app.cases.routing.candidates import candidates_at
from app.cases.routing.offers import OfferGone, OfferTaken
from app.cases.worker.sharing import NothingToUndo, SharingStopped, change_consent, stop_sharing, undo_stop
from app.cases.worker.writing_budget import BudgetSpent
from app.database import Base, CaseId
from app.intake import Filed
from app.network import SignedIn
from app.vault import CircleRow, GrantState, grants_that_stand
from tests.support.dates import DAY, dates_pass
from tests.support.desk import Desk
from tests.support.two_asked import (
    HOUR,
    accept,
    dates,
    decline,
    has_nothing,
    is_whole,
    sees,
    urgent,
    worse,
    wrapped,
)

CASES, OFFERS = Base.metadata.tables["cases"], Base.metadata.tables["offers"]


def test_what_becomes_urgent_while_one_is_asked_is_put_before_another_with_the_time_that_anybody_has(
    desk: Desk, third: SignedIn
) -> None:
    soon, late = desk.world.file(), desk.world.file()
    case_id, nearly_over = desk.world.case_of(soon), desk.world.case_of(late)
    worse(desk, soon)
    assert desk.case(case_id).partners == (desk.lead.organisation.id, desk.far.organisation.id)
    states, (answer_by,) = dates(desk, case_id)
    assert states.count(ClockState.RUNNING) == 1
    assert answer_by - clock.now() <= timedelta(hours=13)
    assert desk.acts(case_id).count("case.offered") == 2
    worse(desk, soon)
    assert desk.acts(case_id).count("case.offered") == 2  # nobody is asked twice, and no third one
    is_whole(desk)

    # The first one's time is nearly over: who is asked beside has all of theirs.
    with desk.database.reading() as session:
        due = session.scalars(
            select(Offer.expires_at).where(Offer.case_id == nearly_over, Offer.position == 0)
        ).one()
    assert due is not None
    clock.set_offset(int((due - clock.now()).total_seconds()) - HOUR)
    worse(desk, late)
    states, both = dates(desk, nearly_over)
    assert (states, len(both)) == ([ClockState.ESCALATED, ClockState.RUNNING], 2)
    is_whole(desk)
    clock.set_offset(round(clock._offset.total_seconds()) + 2 * HOUR)
    dates_pass(desk.world)
    assert desk.case(nearly_over).partners == (desk.far.organisation.id, third.organisation.id)
    assert has_nothing(desk, desk.lead, nearly_over)
    assert accept(desk, desk.far, nearly_over)
    is_whole(desk)


def test_a_partner_that_is_late_loses_it_to_two_who_stand_by(desk: Desk, third: SignedIn) -> None:
    """Both are named by the same date, whichever of them takes it then."""
    filed = desk.world.file()
    case_id = desk.accept(filed)
    worse(desk, filed)
    assert desk.case(case_id).partners == (desk.lead.organisation.id,)
    for half_days in range(1, 16):
        clock.set_offset(half_days * DAY // 2)
        dates_pass(desk.world)
        if desk.case(case_id).state is State.OFFERED:
            break
    assert desk.case(case_id).partners == (desk.far.organisation.id, third.organisation.id)
    with desk.database.reading() as session:
        rung = session.scalars(
            select(Escalation).where(Escalation.case_id == case_id, Escalation.rung == Rung.STANDBY)
        ).one()
    _, (answer_by,) = dates(desk, case_id)
    assert (rung.state, rung.due_at) == (RungState.MOVED, answer_by)
    assert has_nothing(desk, desk.lead, case_id)
    assert accept(desk, third, case_id)
    assert has_nothing(desk, desk.far, case_id)
    is_whole(desk)


def test_who_is_asked_beside_has_one_more_case_as_long_as_it_is(desk: Desk) -> None:
    def load() -> int:
        with desk.database.reading() as session:
            found = {each.id: each.open_cases for each in candidates_at(session, None)}
        return found[desk.far.organisation.id]

    def told(by: SignedIn) -> tuple[int, int]:
        """The offers that the coordinator counts there, and those of the mail of the morning."""
        organisation_id, tomorrow = by.organisation.id, clock.now() + timedelta(days=1)
        with desk.database.reading() as session:
            morning = morning_counts(session, by.member.id, organisation_id, tomorrow)
            return loads(session).get(organisation_id, Load()).offered, morning.offers

    both = (desk.lead, desk.far)
    before, offered = load(), [told(by) for by in both]
    _, case_id = urgent(desk)
    assert load() == before + 1
    assert [told(by) for by in both] == [(at + 1, mailed + 1) for at, mailed in offered]
    accept(desk, desk.lead, case_id)
    assert load() == before
    assert [told(by) for by in both] == offered


def test_others_cannot_put_it_before_themselves(desk: Desk) -> None:
    """Neither by the case's row nor by that of an offer: each says under its MAC whom it is before."""
    _, by_case = urgent(desk)
    _, by_offer = urgent(desk)
    stranger = desk.other.organisation.id
    with desk.database.engine.begin() as connection:
        connection.execute(update(CASES).where(Case.id == by_case).values(also_asked_id=stranger))
        connection.execute(
            update(OFFERS)
            .where(Offer.case_id == by_offer, Offer.position == 1)
            .values(organisation_id=stranger)
        )
    for case_id in (by_case, by_offer):
        assert not sees(desk, desk.other, case_id)
        with pytest.raises((NoAccess, OfferGone)):
            accept(desk, desk.other, case_id)
    # An offer that was answered, put back as it stood: its case says that it is before the other one alone.
    _, put_back = urgent(desk)
    with desk.database.reading() as session:
        old = (
            session.execute(select(OFFERS).where(Offer.case_id == put_back, Offer.position == 0))
            .mappings()
            .one()
        )
    decline(desk, desk.lead, put_back)
    with desk.database.engine.begin() as connection:
        connection.execute(
            update(OFFERS).where(Offer.case_id == put_back, Offer.id == old["id"]).values(**old)
        )
    with pytest.raises(OfferGone):
        accept(desk, desk.lead, put_back)
    assert accept(desk, desk.far, put_back)


Act = Callable[[Filed], object]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_urgent_cases_each_is_whole_after_every_step(
    desk: Desk, third: SignedIn, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - which act comes next is no secret
    cases = [desk.world.file(danger=dice.random() < 0.7) for _ in range(3)]
    vault, rules, texts = desk.world.vault, desk.world.rules, desk.world.texts

    def by_worker(what: Callable[..., object], *more: Any) -> Act:
        def act(filed: Filed) -> None:
            worker = desk.world.enter(filed)
            with desk.database.writing() as session:
                what(session, vault, *more, worker)

        return act

    def consent(level: ConsentLevel) -> Act:
        def act(filed: Filed) -> None:
            worker = desk.world.enter(filed)
            with desk.database.writing() as session:
                change_consent(session, vault, rules, texts, "en", worker, level)

        return act

    def time_passes(_filed: Filed) -> None:
        clock.set_offset(round(clock._offset.total_seconds()) + dice.choice((5, 13, 60)) * HOUR)
        dates_pass(desk.world)

    people = (desk.lead, desk.far, third)
    acts: list[Act] = [
        *(lambda filed, by=by: accept(desk, by, desk.world.case_of(filed)) for by in people),
        *(lambda filed, by=by: decline(desk, by, desk.world.case_of(filed)) for by in people),
        time_passes,
        lambda filed: worse(desk, filed),
        consent(ConsentLevel.NOBODY),
        consent(ConsentLevel.HELPER),
        by_worker(stop_sharing),
        by_worker(undo_stop, rules, texts, "en"),
    ]
    for _ in range(25):
        filed = dice.choice(cases)
        with suppress(NoAccess, OfferGone, OfferTaken, NothingToUndo, SharingStopped, BudgetSpent):
            dice.choice(acts)(filed)
        is_whole(desk)
        for each in cases:
            _agrees_with_itself(desk, desk.world.case_of(each))


def _agrees_with_itself(desk: Desk, case_id: CaseId) -> None:
    """Whom a case is before, who has a wrapped grant or can read, and what its offers say is one and the same."""
    with desk.database.reading() as session:
        case = session.get_one(Case, case_id)
        held = session.scalars(select(Offer).where(Offer.case_id == case_id)).all()
        live = {
            grant.holder_id for grant in grants_that_stand(session, case_id) if grant.state == GrantState.LIVE
        }
        readers = set(session.scalars(select(CircleRow.organisation_id).where(CircleRow.id.in_(live))))
    asked = {each.organisation_id for each in held if each.state is OfferState.OFFERED}
    taken = {each.organisation_id for each in held if each.state is OfferState.ACCEPTED}
    ours = {desk.world.coordinator.id}
    assert asked == (set(case.partners) if case.state is State.OFFERED else set())
    if case.state is not State.OFFERED:
        assert len(case.partners) <= 1
        assert taken == set(case.partners)
    assert readers - ours == taken
    ready = {each.organisation_id for each in held if each.grant_id is not None} - taken
    assert len(wrapped(desk, case_id)) == len(ready)
