"""A phone call or visit that is written down: once, sealed, never in the inbox; it meets what an answer meets, or is a try."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case import Clock, Entry, NoAccess, ReadOnly
from app.cases.desk import (
    AlreadySent,
    CaseMovedOn,
    EmptyText,
    Talk,
    TalkBeforeCase,
    TalkLongAgo,
    TalkNotYet,
    is_silent_now,
    log_talk,
    set_urgency,
)
from app.cases.enums import ClockKind, ClockState, EntryKind, TalkHow, Urgency
from app.cases.worker.messages import write
from app.database import CaseId, new_id
from app.vault import verify_journal
from tests.support.case_views import inbox
from tests.support.desk import Desk

_DAY = 86_400


def log(desk: Desk, case_id: CaseId, *, reached: bool = True, **options: Any) -> UUID:
    sent: UUID = options.get("sent") or new_id()
    talk = Talk(
        options.get("how", TalkHow.CALL),
        reached,
        options.get("at") or clock.now().replace(second=0, microsecond=0),
        options.get("words", "She is safe at her sister's."),
    )
    with desk.database.writing() as session:
        log_talk(
            session,
            desk.world.vault,
            options.get("by") or desk.lead,
            case_id,
            talk,
            sent,
            options.get("seen"),
        )
    return sent


def met(desk: Desk, case_id: CaseId) -> set[ClockKind]:
    with desk.database.reading() as session:
        return set(
            session.scalars(select(Clock.kind).where(Clock.case_id == case_id, Clock.state == ClockState.MET))
        )


def silent(desk: Desk, case_id: CaseId) -> bool:
    with desk.database.reading() as session:
        return is_silent_now(session, desk.world.vault, case_id)


@pytest.fixture
def case_id(desk: Desk) -> CaseId:
    """A case of the lead's beside another one in which nobody has talked."""
    desk.accepted(words="Noise.")
    return desk.accepted()


def test_a_talk_is_kept_once_sealed_and_the_worker_does_not_see_it(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    clock.set_offset(3 * 3600)
    at = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
    sent = log(desk, case_id, at=at)
    log(desk, case_id, at=at, sent=sent)
    others: tuple[dict[str, Any], ...] = (
        {"words": "Something else."},
        {"how": TalkHow.VISIT},
        {"at": at - timedelta(hours=1)},
    )
    for other in others:
        with pytest.raises(AlreadySent):
            log(desk, case_id, **{"at": at, "sent": sent, **other})
    with desk.database.reading() as session:
        kinds = session.scalars(select(Entry.kind).where(Entry.submission_id == sent)).all()
        assert verify_journal(session, desk.world.vault).sound
    assert kinds == [EntryKind.NOTE]
    assert desk.acts(case_id).count("case.talked") == 1
    [body] = [entry.body for entry in desk.open(desk.lead, case_id).entries if (entry.body or {}).get("talk")]
    assert body is not None
    assert (body["talk"], body["reached"]) == ("call", True)
    assert datetime.fromisoformat(body["took_place"]) == at
    told = inbox(desk, desk.world.enter(filed)).messages
    assert not any("sister" in (message.text or "") for message in told)


def test_reached_it_meets_what_an_answer_meets_and_in_vain_nothing(desk: Desk, case_id: CaseId) -> None:
    before = met(desk, case_id)
    log(desk, case_id, reached=False, words="")
    assert met(desk, case_id) == before
    log(desk, case_id)
    assert met(desk, case_id) - before == {ClockKind.ACKNOWLEDGE, ClockKind.SAFETY_CONTACT}
    log(desk, case_id, how=TalkHow.VISIT)
    assert ClockKind.FIRST_UPDATE in met(desk, case_id)
    assert desk.case(case_id).next_clock not in met(desk, case_id)


def test_a_talk_meets_no_clock_that_began_after_it(desk: Desk, case_id: CaseId) -> None:
    with pytest.raises(TalkBeforeCase):
        log(desk, case_id, at=clock.now() - timedelta(days=3))
    assert ClockKind.ACKNOWLEDGE not in met(desk, case_id)
    talked = clock.now()
    clock.set_offset(60 * 10)
    version = desk.case(case_id).edit_version
    with desk.database.writing() as session:
        set_urgency(
            session, desk.world.vault, desk.world.rules, desk.lead, case_id, Urgency.DANGER, "", version
        )
    log(desk, case_id, at=talked)
    assert ClockKind.SAFETY_CONTACT not in met(desk, case_id), "it was before the danger"
    log(desk, case_id, at=clock.now())
    assert ClockKind.SAFETY_CONTACT in met(desk, case_id)


def test_four_calls_in_vain_over_sixty_days_are_tries_and_one_talk_begins_anew(
    desk: Desk, case_id: CaseId
) -> None:
    for day in (1, 20, 40):
        clock.set_offset(day * _DAY)
        log(desk, case_id, reached=False, words="It rang.", at=clock.now() - timedelta(days=1))
    clock.set_offset(62 * _DAY)
    assert not silent(desk, case_id)
    log(desk, case_id, reached=False)
    assert silent(desk, case_id)
    log(desk, case_id)
    assert not silent(desk, case_id)


def test_days_written_into_the_past_make_no_sixty_days_of_silence(desk: Desk, case_id: CaseId) -> None:
    clock.set_offset(70 * _DAY)
    for day in (69, 50, 30, 1):
        log(desk, case_id, reached=False, at=clock.now() - timedelta(days=day))
    assert not silent(desk, case_id)


def test_what_cannot_have_been_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    desk.open(desk.lead, case_id)
    seen = desk.case(case_id).edit_version
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "Are you there?", new_id())
    refused: tuple[tuple[type[Exception], Callable[[], object]], ...] = (
        (TalkNotYet, lambda: log(desk, case_id, at=clock.now() + timedelta(minutes=2))),
        (TalkLongAgo, lambda: log(desk, case_id, at=clock.now() - timedelta(days=4000))),
        (TalkBeforeCase, lambda: log(desk, case_id, at=clock.now() - timedelta(hours=2))),
        (EmptyText, lambda: log(desk, case_id, words="...")),
        (ReadOnly, lambda: log(desk, case_id, by=desk.viewer)),
        (NoAccess, lambda: log(desk, case_id, by=desk.far)),
        (CaseMovedOn, lambda: log(desk, case_id, seen=seen)),
    )
    for error, act in refused:
        with pytest.raises(error):
            act()
    assert "case.talked" not in desk.acts(case_id)
    log(desk, case_id, reached=False, seen=seen)
