"""A date waits for a reason where its rule lets it, goes on with the time it had left, and stands whole in the record."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app import clock
from app.cases.case.models import Clock
from app.cases.clocks.running import clocks_of
from app.cases.desk import CaseMovedOn, EmptyText, MayNotPause, NotPaused, pause_clock, resume_paused
from app.cases.enums import ClockKind, ClockState
from app.database import CaseId
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
