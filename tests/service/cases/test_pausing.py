"""A date waits for a reason where its rule lets it, goes on with the time it had left, and stands whole in the record."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Clock
from app.cases.changes.reopening import reopen
from app.cases.clocks.running import clocks_of
from app.cases.desk import CaseMovedOn, EmptyText, MayNotPause, NotPaused, pause_clock, resume_paused
from app.cases.desk.progress import Move, change_stage
from app.cases.enums import ClockKind, ClockState, ClosingReason, State, Who
from app.cases.routing.losing import lose_for_lateness
from app.cases.routing.offers import accept_offer
from app.cases.worker.messages import say_worse
from app.cases.worker.sharing import stop_sharing, undo_stop
from app.database import CaseId
from app.network import SignedIn
from app.vault import SYSTEM
from tests.support.desk import Desk

ASSESSMENT = ClockKind.ASSESSMENT


def pause(
    desk: Desk,
    case_id: CaseId,
    kind: ClockKind = ASSESSMENT,
    reason: str = "She is abroad until March.",
    post: UUID | None = None,
    seen: int | None = None,
) -> None:
    with desk.database.writing() as session:
        pause_clock(
            session,
            desk.world.vault,
            desk.world.rules,
            desk.lead,
            case_id,
            kind,
            reason,
            post or uuid4(),
            seen,
        )


def resume(desk: Desk, case_id: CaseId, kind: ClockKind = ASSESSMENT, seen: int | None = None) -> None:
    with desk.database.writing() as session:
        resume_paused(session, desk.world.vault, desk.lead, case_id, kind, seen)


def date_of(desk: Desk, case_id: CaseId, kind: ClockKind = ASSESSMENT) -> Clock:
    with desk.database.reading() as session:
        return next(row for row in clocks_of(session, desk.case(case_id)) if row.kind is kind)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + by)


def test_a_date_waits_and_goes_on_with_the_time_it_had_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, noise = desk.accepted(), desk.accepted()
    stood = date_of(desk, case_id).due_at
    pause(desk, case_id)
    assert date_of(desk, case_id).state is ClockState.PAUSED
    assert date_of(desk, noise).state is ClockState.RUNNING
    later(monkeypatch, timedelta(days=100))
    resume(desk, case_id)
    gone_on = date_of(desk, case_id)
    assert (gone_on.state, gone_on.due_at, gone_on.paused_hour) == (
        ClockState.RUNNING,
        stood + timedelta(days=100),
        None,
    )
    assert date_of(desk, noise).due_at < gone_on.due_at
    acts = desk.acts(case_id)
    assert [act for act in acts if act.startswith("clock.")] == ["clock.paused", "clock.resumed"]
    page = desk.open(desk.lead, case_id)
    assert [entry.body["text"] for entry in page.entries if entry.kind == "note" and entry.body] == [
        "She is abroad until March."
    ]


def test_what_no_rule_lets_wait_does_not_nor_without_a_reason(desk: Desk) -> None:
    case_id = desk.accepted()
    for kind in (ClockKind.ACKNOWLEDGE, ClockKind.OUTCOME_FEEDBACK, ClockKind.READ, ClockKind.COMPANY_REPLY):
        with pytest.raises(MayNotPause):
            pause(desk, case_id, kind)
    with pytest.raises(EmptyText):
        pause(desk, case_id, reason=" \n")
    with pytest.raises(CaseMovedOn):
        pause(desk, case_id, seen=desk.case(case_id).edit_version - 1)
    with pytest.raises(NotPaused):
        resume(desk, case_id, ClockKind.COMPANY_REPLY)
    assert date_of(desk, case_id).state is ClockState.RUNNING
    assert not any(act.startswith("clock.paused") for act in desk.acts(case_id))


def test_the_last_date_of_a_case_does_not_wait(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        for row in clocks_of(session, desk.case(case_id)):
            if row.kind is not ASSESSMENT:
                session.get_one(Clock, (row.case_id, row.id)).state = ClockState.MET
    with pytest.raises(MayNotPause):
        pause(desk, case_id)


def test_sent_twice_it_waits_once_and_goes_on_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id, post = desk.accepted(), uuid4()
    seen = desk.case(case_id).edit_version
    for _ in range(2):
        pause(desk, case_id, post=post, seen=seen)
    seen = desk.case(case_id).edit_version
    stood = date_of(desk, case_id).due_at
    later(monkeypatch, timedelta(hours=5))
    for _ in range(2):
        resume(desk, case_id, seen=seen)
    assert date_of(desk, case_id).due_at == stood + timedelta(hours=5)
    acts = desk.acts(case_id)
    assert (acts.count("clock.paused"), acts.count("case.noted"), acts.count("clock.resumed")) == (1, 1, 1)


def dates_of(desk: Desk, case_id: CaseId, kind: ClockKind = ASSESSMENT) -> list[ClockState]:
    with desk.database.reading() as session:
        return [row.state for row in clocks_of(session, desk.case(case_id)) if row.kind is kind]


def accept(desk: Desk, by: SignedIn, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        assert accept_offer(session, desk.world.vault, desk.world.rules, by, case_id).taken


def test_what_one_partner_let_wait_is_asked_of_the_next_one_anew(desk: Desk) -> None:
    world = desk.world
    lost, stopped = desk.accepted(), world.file()
    taken_back = desk.accept(stopped)
    for case_id in (lost, taken_back):
        pause(desk, case_id)
    worker = world.enter(stopped)
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
        lose_for_lateness(session, world.vault, world.rules, session.get_one(Case, lost))
    with pytest.raises(NoAccess):
        resume(desk, taken_back)
    with desk.database.writing() as session:
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    accept(desk, desk.far, lost)
    accept(desk, desk.lead, taken_back)
    for case_id in (lost, taken_back):
        assert sorted(dates_of(desk, case_id)) == [ClockState.ESCALATED, ClockState.RUNNING]
    # The next one may let it wait too: it is their date that does.
    pause(desk, taken_back)
    assert sorted(dates_of(desk, taken_back)) == [ClockState.ESCALATED, ClockState.PAUSED]
    resume(desk, taken_back)
    assert sorted(dates_of(desk, taken_back)) == [ClockState.ESCALATED, ClockState.RUNNING]


def test_closing_ends_what_waits_and_reopening_loses_no_date(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.world
    case_id = desk.accepted()
    with desk.database.writing() as session:
        asked = Clock(case_id=case_id, kind=ClockKind.COMPANY_REPLY, who=Who.COMPANY)
        asked.due_at = clock.hour_of(clock.now()) + timedelta(days=14)
        session.add(asked)
    for kind in (ASSESSMENT, ClockKind.COMPANY_REPLY):
        pause(desk, case_id, kind)
    stood = date_of(desk, case_id, ClockKind.COMPANY_REPLY).due_at
    later(monkeypatch, timedelta(days=3))
    move = Move(State.CLOSED, "words", uuid4(), ClosingReason.UNRESOLVED, to_worker="The office helps you.")
    with desk.database.writing() as session:
        change_stage(session, world.vault, world.rules, desk.lead, case_id, move)
    with desk.database.writing() as session:
        reopen(session, world.vault, session.get_one(Case, case_id), SYSTEM)
    # The check that closing cut short was made by nobody: it is owed again.
    assert dates_of(desk, case_id) == [ClockState.RUNNING]
    reply = date_of(desk, case_id, ClockKind.COMPANY_REPLY)
    assert (reply.state, reply.due_at, reply.paused_hour) == (
        ClockState.RUNNING,
        stood + timedelta(days=3),
        None,
    )


def test_danger_hastens_also_what_waits(desk: Desk) -> None:
    world = desk.world
    filed = world.file()
    case_id, noise = desk.accept(filed), desk.accepted()
    for each in (case_id, noise):
        pause(desk, each)
    worker = world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, world.vault, world.rules, worker, "They beat me.", True, uuid4())
    with desk.database.reading() as session:
        asking = [row for row in clocks_of(session, desk.case(case_id)) if row.kind is ASSESSMENT]
    assert [row.state for row in asking] == [ClockState.RUNNING, ClockState.ESCALATED]
    assert asking[0].due_at <= clock.now() + timedelta(days=14, hours=1)
    resume(desk, case_id)
    assert dates_of(desk, case_id) == [ClockState.RUNNING, ClockState.ESCALATED]
    assert desk.acts(case_id).count("clock.resumed") == 1
    assert dates_of(desk, noise) == [ClockState.PAUSED]


def test_a_clock_that_was_put_back_brings_no_date_nearer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = desk.accepted()
    stood = date_of(desk, case_id).due_at
    pause(desk, case_id)
    later(monkeypatch, -timedelta(hours=8))
    resume(desk, case_id)
    assert date_of(desk, case_id).due_at == stood
