"""Who may know, changed through every door: the same facts, consents, dates and journal, and a helper asked or let go alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from sqlalchemy import select

from app.cases.case import Consent, NoAccess, facts_of, lock_case
from app.cases.case.models import Clock
from app.cases.changes import set_consent
from app.cases.consent import ConsentGiven, consent_stands
from app.cases.enums import ClockKind, ClockState, ConsentHow, ConsentLevel, State
from app.cases.routing.offers import OfferGone
from app.cases.worker.sharing import change_consent
from app.database import CaseId
from app.intake import Filed
from app.intake.conversation.machine import CARD
from app.intake.conversation.store.apply import answer_consent
from app.intake.sealing import WORKER
from tests.support.closing import close
from tests.support.desk import Desk

Door = Callable[[Desk, Filed, CaseId, ConsentLevel], None]


def by_web(desk: Desk, filed: Filed, _case_id: CaseId, level: ConsentLevel) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        change_consent(session, desk.world.vault, desk.world.rules, desk.world.texts, "en", worker, level)


def by_text(desk: Desk, _filed: Filed, case_id: CaseId, level: ConsentLevel) -> None:
    with desk.database.writing() as session:
        case = lock_case(session, case_id)
        assert case is not None
        answer_consent(session, desk.world.vault, desk.world.rules, case, level, CARD)


def through_a_helper(desk: Desk, _filed: Filed, case_id: CaseId, level: ConsentLevel) -> None:
    given = ConsentGiven(ConsentHow.HELPER, "en", CARD, WORKER)
    with desk.database.writing() as session:
        case = lock_case(session, case_id)
        assert case is not None
        set_consent(session, desk.world.vault, desk.world.rules, case, level, given)


# A later door joins here.
EVERY_DOOR = pytest.mark.parametrize("door", (by_web, by_text, through_a_helper))


def running(desk: Desk, case_id: CaseId) -> set[ClockKind]:
    with desk.database.reading() as session:
        rows = session.scalars(
            select(Clock).where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING)
        ).all()
    assert len({row.kind for row in rows}) == len(rows)
    return {row.kind for row in rows}


def allowed(desk: Desk, case_id: CaseId) -> ConsentLevel:
    """What the worker allows now: by the facts, with exactly one consent that proves it."""
    with desk.database.reading() as session:
        case = desk.case(case_id)
        live = select(Consent).where(Consent.case_id == case_id, Consent.withdrawn_hour.is_(None))
        assert len(session.scalars(live).all()) == 1
        assert consent_stands(session, desk.world.vault, case)
        return facts_of(desk.world.vault, case).consent


@EVERY_DOOR
def test_nobody_lets_whoever_was_asked_go_and_a_helper_is_asked_again(desk: Desk, door: Door) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    before, asked = desk.case(case_id), running(desk, case_id)

    door(desk, filed, case_id, ConsentLevel.NOBODY)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id, case.next_due_at) == (State.RECEIVED, None, None)
    assert running(desk, case_id) == set()
    assert case.edit_version > before.edit_version
    assert allowed(desk, case_id) is ConsentLevel.NOBODY
    with pytest.raises((NoAccess, OfferGone)):
        desk.accept(filed)

    door(desk, filed, case_id, ConsentLevel.UNION)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.OFFERED, desk.world.near.id)
    assert running(desk, case_id) == asked
    assert allowed(desk, case_id) is ConsentLevel.UNION
    assert desk.acts(case_id).count("consent.given") == 3
    assert desk.acts(case_id).count("case.offered") == 2
    desk.accept(filed)
    assert desk.open(desk.lead, case_id).entries[0].body is not None


@EVERY_DOOR
def test_nobody_shuts_out_whoever_had_taken_it(desk: Desk, door: Door) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    door(desk, filed, case_id, ConsentLevel.NOBODY)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id, case.next_due_at) == (State.RECEIVED, None, None)
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)

    door(desk, filed, case_id, ConsentLevel.HELPER)
    case = desk.case(case_id)
    assert case.next_due_at is not None
    assert ClockKind.READ in running(desk, case_id)
    assert {"case.offered", "case.held"} & set(desk.acts(case_id)[-3:])


@EVERY_DOOR
def test_a_helper_after_nobody_opens_a_closed_case(desk: Desk, door: Door) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    close(desk, case_id)
    door(desk, filed, case_id, ConsentLevel.NOBODY)
    assert not desk.case(case_id).is_open
    door(desk, filed, case_id, ConsentLevel.HELPER)
    assert desk.case(case_id).is_open
    assert desk.acts(case_id).count("case.reopened") == 1


@EVERY_DOOR
def test_another_circle_leaves_the_case_where_it_is(desk: Desk, door: Door) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    before, asked = desk.case(case_id), running(desk, case_id)
    door(desk, filed, case_id, ConsentLevel.BUYERS)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (before.state, before.organisation_id)
    assert running(desk, case_id) == asked
    assert allowed(desk, case_id) is ConsentLevel.BUYERS


def test_nobody_and_an_acceptance_at_one_moment_leave_nobody_who_can_read(desk: Desk) -> None:
    for _ in range(3):
        filed, together = desk.world.file(), Barrier(2)
        case_id = desk.world.case_of(filed)

        def lock(filed: Filed = filed, case_id: CaseId = case_id, together: Barrier = together) -> None:
            together.wait()
            by_text(desk, filed, case_id, ConsentLevel.NOBODY)

        def take(filed: Filed = filed, together: Barrier = together) -> None:
            together.wait()
            with suppress(NoAccess, OfferGone):
                desk.accept(filed)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(lock), pool.submit(take)]:
                done.result()
        assert allowed(desk, case_id) is ConsentLevel.NOBODY
        assert desk.case(case_id).organisation_id is None
        with pytest.raises(NoAccess):
            desk.open(desk.lead, case_id)
