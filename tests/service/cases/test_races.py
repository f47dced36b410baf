"""Many hands on the same cases at once: whatever comes first, every case stays whole and nobody waits for ever."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import app.database.unit_of_work
from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Clock, Offer
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.desk.answering import reply
from app.cases.enums import ClockState, ConsentLevel, OfferState, State
from app.cases.routing.offers import (
    DeclineReason,
    OfferGone,
    OfferTaken,
    accept_offer,
    decline_offer,
    expire_offers,
)
from app.cases.worker.entering import Worker
from app.cases.worker.sharing import change_consent
from app.database import CaseId
from app.vault import verify_journal
from tests.support.desk import Desk

ASKING = (ClockState.RUNNING, ClockState.MISSED)


def test_whatever_people_and_dispatchers_do_at_once_every_case_stays_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the last of six waits longer for its turn than a worker would be asked to.
    monkeypatch.setattr(app.database.unit_of_work, "PATIENCE_SECONDS", 60.0)
    filed = [desk.world.file() for _ in range(6)]
    cases = [(desk.world.case_of(one), desk.world.enter(one)) for one in filed]
    clock.set_offset(4 * 86400)

    def work(seed: int) -> int:
        dice, done = random.Random(seed), 0  # noqa: S311 - which act comes next is no secret
        for _ in range(8):
            act = dice.choice(acts(desk))
            try:
                with desk.database.writing() as session:
                    act(session, *dice.choice(cases))
                done += 1
            except (NoAccess, OfferGone, OfferTaken):
                continue
        return done

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) > 0
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound
        for case in session.scalars(select(Case)).all():
            check_whole(session, case)


def acts(desk: Desk) -> list[Callable[[Session, CaseId, Worker], object]]:
    """One thing each that somebody may do to a case, or a dispatcher to many."""
    world = desk.world
    vault, rules = world.vault, world.rules

    def consent(level: ConsentLevel) -> Callable[[Session, CaseId, Worker], object]:
        return lambda session, _case, worker: change_consent(
            session, vault, rules, world.texts, "en", worker, level
        )

    return [
        lambda session, case, _worker: accept_offer(session, vault, rules, desk.lead, case),
        lambda session, case, _worker: accept_offer(session, vault, rules, desk.far, case),
        lambda session, case, _worker: decline_offer(
            session, vault, rules, desk.lead, case, DeclineReason.OTHER
        ),
        lambda session, case, _worker: reply(session, vault, desk.lead, case, "We are on it.", uuid4()),
        lambda session, _case, _worker: expire_offers(session, vault, rules, 3),
        lambda session, _case, _worker: mark_clocks_missed(session, vault, 10),
        consent(ConsentLevel.NOBODY),
        consent(ConsentLevel.HELPER),
    ]


def check_whole(session: Session, case: Case) -> None:
    """One current deadline, one open offer where there should be one, and at most one organisation that accepted."""
    asking = session.scalars(
        select(Clock)
        .where(Clock.case_id == case.id, Clock.state.in_(ASKING))
        .order_by(Clock.due_at, Clock.kind)
    ).all()
    first = (asking[0].due_at, asking[0].kind) if asking else (None, None)
    assert (case.next_due_at, case.next_clock) == first
    states = session.scalars(select(Offer.state).where(Offer.case_id == case.id)).all()
    assert states.count(OfferState.OFFERED) == (case.state is State.OFFERED)
    assert states.count(OfferState.ACCEPTED) <= 1
