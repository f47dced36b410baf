"""A closed case opens again by several doors; each leaves the same flags, and somebody who sees it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Clock
from app.cases.desk.answering import CaseMovedOn
from app.cases.enums import ClosingReason, ConsentLevel, State
from app.cases.routing.offers import accept_offer
from app.cases.worker.entering import Worker
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import NothingToUndo, change_consent, stop_sharing, undo_stop
from app.database import CaseId
from app.intake.conversation.machine.changes import CaseChange
from app.intake.conversation.store.apply import take_in
from app.network import SignedIn
from tests.support.closing import close
from tests.support.desk import Desk


def let_know(desk: Desk, worker: Worker, level: ConsentLevel) -> None:
    with desk.database.writing() as session:
        change_consent(session, desk.world.vault, desk.world.rules, desk.world.texts, "en", worker, level)


def say(desk: Desk, worker: Worker) -> None:
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "It is not over.", uuid4())


def _worse(desk: Desk, worker: Worker) -> None:
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "", True, uuid4())


def _text(desk: Desk, worker: Worker) -> None:
    with desk.database.writing() as session:
        case = session.get_one(type(desk.case(worker.case_id)), worker.case_id)
        learned = CaseChange("case.texted", wrote=True)
        take_in(session, desk.world.vault, desk.world.rules, case, learned)


def _lock_and_unlock(desk: Desk, worker: Worker) -> None:
    let_know(desk, worker, ConsentLevel.NOBODY)
    let_know(desk, worker, ConsentLevel.HELPER)


def _stop_and_undo(desk: Desk, worker: Worker) -> None:
    with desk.database.writing() as session:
        stop_sharing(session, desk.world.vault, worker)
    with desk.database.writing() as session:
        undo_stop(session, desk.world.vault, desk.world.rules, desk.world.texts, "en", worker)


def _write_while_locked_and_unlock(desk: Desk, worker: Worker) -> None:
    let_know(desk, worker, ConsentLevel.NOBODY)
    say(desk, worker)
    let_know(desk, worker, ConsentLevel.HELPER)


Door = Callable[[Desk, Worker], None]
DOORS = (say, _worse, _text, _lock_and_unlock, _stop_and_undo, _write_while_locked_and_unlock)


def take_up(desk: Desk, case_id: CaseId, by: SignedIn) -> None:
    if desk.case(case_id).state is State.OFFERED:
        with desk.database.writing() as session:
            assert accept_offer(session, desk.world.vault, desk.world.rules, by, case_id).taken


def test_what_was_written_before_a_stop_is_still_unread_for_whoever_comes_after_it(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    desk.open(desk.lead, case_id)
    say(desk, worker)
    assert desk.case(case_id).worker_wrote
    _stop_and_undo(desk, worker)
    assert desk.case(case_id).worker_wrote
    take_up(desk, case_id, desk.lead)
    desk.open(desk.lead, case_id)
    assert not desk.case(case_id).worker_wrote


def test_what_opens_again_after_its_dates_passed_has_a_new_one(desk: Desk) -> None:
    filed, soon = desk.world.file(), desk.world.file()
    case_id, early = desk.accept(filed), desk.accept(soon)
    worker, other = desk.world.enter(filed), desk.world.enter(soon)
    desk.open(desk.lead, early)
    with desk.database.reading() as session:
        promised = set(session.scalars(select(Clock.due_at).where(Clock.case_id == early)))
    for each in (case_id, early):
        close(desk, each)
    clock.set_offset(3600)
    say(desk, other)
    assert desk.case(early).next_due_at in promised  # a date that has not passed stays
    clock.set_offset(200 * 86_400)
    say(desk, worker)
    due = desk.case(case_id).next_due_at
    assert due is not None
    assert due > clock.now()
    assert desk.case(case_id).organisation_id == desk.world.near.id


@pytest.mark.parametrize("door", DOORS)
def test_every_door_opens_a_closed_case_for_somebody_who_can_answer(desk: Desk, door: Door) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    for times in (1, 2):
        close(desk, case_id)
        version = desk.case(case_id).edit_version

        door(desk, worker)
        case = desk.case(case_id)
        assert (case.is_open, case.closing_reason, case.stopped_hour, case.erase_at) == (
            True,
            None,
            None,
            None,
        )
        assert case.organisation_id == desk.world.near.id
        assert case.next_due_at is not None
        assert case.edit_version > version
        assert desk.acts(case_id).count("case.reopened") == times
        take_up(desk, case_id, desk.lead)
        assert desk.case(case_id).state is State.ACCEPTED
        desk.reply(desk.lead, case_id)


def _thank_in_the_inbox(desk: Desk, worker: Worker, words: str) -> None:
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, words, uuid4())


def _thank_by_text(desk: Desk, worker: Worker, words: str, came: tuple[str, ...] = ()) -> None:
    with desk.database.writing() as session:
        case = session.get_one(type(desk.case(worker.case_id)), worker.case_id)
        learned = CaseChange(
            "case.worker_wrote", words={"text": words, "joins": False, "came": list(came)}, wrote=True
        )
        take_in(session, desk.world.vault, desk.world.rules, case, learned)


@pytest.mark.parametrize("door", (_thank_in_the_inbox, _thank_by_text))
@pytest.mark.parametrize("words", ("Thank you so much!", "asante sana", "hello"))
def test_thanks_stay_in_the_thread_of_a_closed_case_and_leave_it_closed(
    desk: Desk, door: Callable[[Desk, Worker, str], None], words: str
) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    desk.open(desk.lead, case_id)
    close(desk, case_id)
    before = desk.case(case_id)
    door(desk, worker, words)
    case = desk.case(case_id)
    assert (case.state, case.is_open, case.closing_reason) == (State.CLOSED, False, ClosingReason.UNRESOLVED)
    assert case.edit_version == before.edit_version
    assert case.worker_wrote
    assert "case.reopened" not in desk.acts(case_id)
    page = desk.open(desk.lead, case_id)
    assert words in [(entry.body or {}).get("text") for entry in page.entries]
    door(desk, worker, words + " But they hit us again.")
    assert desk.case(case_id).is_open


def test_thanks_with_a_photo_open_a_closed_case(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    close(desk, case_id)
    _thank_by_text(desk, worker, "Thank you", ("photo",))
    assert desk.case(case_id).is_open


def test_locking_a_closed_case_leaves_it_closed(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    close(desk, case_id)

    let_know(desk, worker, ConsentLevel.NOBODY)
    case = desk.case(case_id)
    assert (case.state, case.is_open, case.closing_reason) == (State.CLOSED, False, ClosingReason.UNRESOLVED)
    assert (case.organisation_id, case.next_due_at) == (None, None)
    assert "case.reopened" not in desk.acts(case_id)
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_what_is_written_into_a_closed_and_locked_case_opens_it_for_nobody_yet(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    close(desk, case_id)
    let_know(desk, worker, ConsentLevel.NOBODY)

    say(desk, worker)
    case = desk.case(case_id)
    assert (case.state, case.is_open, case.closing_reason) == (State.RECEIVED, True, None)
    assert (case.organisation_id, case.next_due_at) == (None, None)
    with pytest.raises(NoAccess):
        desk.reply(desk.lead, case_id)


def test_closing_again_from_an_old_page_does_not_say_that_a_reopened_case_is_closed(desk: Desk) -> None:
    filed, post = desk.world.file(), uuid4()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    close(desk, case_id, post)
    close(desk, case_id, post)
    say(desk, worker)
    with pytest.raises(CaseMovedOn):
        close(desk, case_id, post)
    assert desk.case(case_id).is_open


def test_a_stop_stays_after_the_day_until_which_it_could_be_taken_back(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    with desk.database.writing() as session:
        stop_sharing(session, desk.world.vault, worker)
    clock.set_offset(round(clock._offset.total_seconds()) + 31 * 86_400)
    with desk.database.writing() as session, pytest.raises(NothingToUndo):
        undo_stop(session, desk.world.vault, desk.world.rules, desk.world.texts, "en", worker)
    assert desk.case(case_id).stopped_hour is not None


def test_closing_twice_at_one_moment_closes_once_and_refuses_neither(desk: Desk) -> None:
    for _ in range(3):
        case_id, post, together = desk.accepted(), uuid4(), Barrier(2)

        def press(
            _hand: int, case_id: CaseId = case_id, post: UUID = post, together: Barrier = together
        ) -> None:
            together.wait()
            close(desk, case_id, post)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(press, range(2)))
        assert desk.acts(case_id).count("case.stage") == 1
