"""Replies and notes: sealed, kept once, never lost in silence, and a note never reaches the worker."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess, NotYours, ReadOnly
from app.cases.case.models import Clock, Entry
from app.cases.clocks.running import still_asks
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.custody.deciding import place_case
from app.cases.custody.reading import agree_to_read, answer_from_custody, ask_to_read
from app.cases.desk.answering import LONGEST_TEXT, AlreadySent, EmptyText, TextTooLong, note, reply
from app.cases.desk.progress import Move, change_stage
from app.cases.enums import ClockKind, ClockState, ClosingReason, EntryKind, State
from app.cases.worker.inbox import open_inbox
from app.cases.worker.messages import say_worse, write
from app.database import CaseId
from app.network import SignedIn
from tests.harness.world import everything_stored
from tests.support.desk import Desk


def send(desk: Desk, by: SignedIn, case_id: CaseId, text: str, submission: UUID | None = None) -> UUID:
    with desk.database.writing() as session:
        return reply(session, desk.world.vault, by, case_id, text, submission or uuid4())


def jot(desk: Desk, by: SignedIn, case_id: CaseId, text: str, submission: UUID | None = None) -> UUID:
    with desk.database.writing() as session:
        return note(session, desk.world.vault, by, case_id, text, submission or uuid4())


def entries(desk: Desk, case_id: CaseId, kind: EntryKind) -> list[Entry]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Entry).where(Entry.case_id == case_id, Entry.kind == kind)))


def state_of(desk: Desk, case_id: CaseId, kind: ClockKind) -> ClockState:
    with desk.database.reading() as session:
        return session.scalars(select(Clock.state).where(Clock.case_id == case_id, Clock.kind == kind)).one()


def test_the_worker_reads_the_reply_and_never_the_note(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)

    send(desk, desk.lead, case_id, "We read it. Are you safe?")
    jot(desk, desk.caseworker, case_id, "Ask the clinic first.")
    with desk.database.reading() as session:
        inbox = open_inbox(session, desk.world.vault, worker)
    assert [message.text for message in inbox.messages] == [
        "They owe us money.",
        "We read it. Are you safe?",
    ]
    thread = desk.open(desk.lead, case_id).entries
    assert [(entry.kind, entry.author) for entry in thread] == [
        (EntryKind.REPORT, None),
        (EntryKind.REPLY, desk.lead.name),
        (EntryKind.NOTE, desk.caseworker.name),
    ]
    assert desk.acts(case_id)[-3:] == ["case.replied", "case.noted", "case.read"]
    stored = everything_stored(desk.database)
    assert b"Are you safe" not in stored
    assert b"clinic" not in stored


def test_the_first_reply_acknowledges_and_the_second_is_news(desk: Desk) -> None:
    case_id = desk.accepted()

    send(desk, desk.lead, case_id, "We read it.")
    assert state_of(desk, case_id, ClockKind.ACKNOWLEDGE) is ClockState.MET
    assert state_of(desk, case_id, ClockKind.FIRST_UPDATE) is ClockState.RUNNING
    send(desk, desk.lead, case_id, "We spoke with the clinic.")
    assert state_of(desk, case_id, ClockKind.FIRST_UPDATE) is ClockState.MET
    with desk.database.reading() as session:
        earliest = session.scalars(
            select(Clock)
            .where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING)
            .order_by(Clock.due_at, Clock.kind)
        ).first()
    assert earliest is not None
    case = desk.case(case_id)
    assert (case.next_clock, case.next_due_at) == (earliest.kind, earliest.due_at)


def test_a_reply_answers_what_the_worker_wrote(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "It is worse on nights.", uuid4())
    assert desk.case(case_id).worker_wrote

    send(desk, desk.lead, case_id, "Thank you.")
    assert not desk.case(case_id).worker_wrote


def test_the_same_form_sent_many_times_at_once_is_one_reply(desk: Desk) -> None:
    case_id, submission = desk.accepted(), uuid4()

    with ThreadPoolExecutor(5) as pool:
        ids = set(pool.map(lambda _: send(desk, desk.lead, case_id, "Once.", submission), range(5)))
    assert len(ids) == 1
    assert len(entries(desk, case_id, EntryKind.REPLY)) == 1
    assert desk.acts(case_id).count("case.replied") == 1


def test_the_same_form_with_other_words_is_told_and_loses_nothing(desk: Desk) -> None:
    case_id, second, submission = desk.accepted(), desk.accepted(), uuid4()
    send(desk, desk.lead, case_id, "The first words.", submission)

    for target, text in ((case_id, "Other words."), (second, "The first words.")):
        with pytest.raises(AlreadySent):
            send(desk, desk.lead, target, text, submission)
    assert len(entries(desk, case_id, EntryKind.REPLY)) == 1
    assert entries(desk, second, EntryKind.REPLY) == []
    note_form = uuid4()
    assert jot(desk, desk.lead, case_id, "Kept.", note_form) == jot(
        desk, desk.lead, case_id, "Kept.", note_form
    )


@pytest.mark.parametrize("text", ("", "  \n\t ", "\0", "\u200b\u202e", "\u2028"))
def test_a_text_without_anything_to_read_is_refused(desk: Desk, text: str) -> None:
    case_id = desk.accepted()

    for act in (send, jot):
        with pytest.raises(EmptyText):
            act(desk, desk.lead, case_id, text)
    assert desk.acts(case_id)[-1] == "case.accepted"


def test_texts_up_to_the_limit_are_kept_whole_and_without_nul(desk: Desk) -> None:
    case_id = desk.accepted()

    with pytest.raises(TextTooLong):
        send(desk, desk.lead, case_id, "a" * (LONGEST_TEXT + 1))
    send(desk, desk.lead, case_id, "ก" * LONGEST_TEXT)
    send(desk, desk.lead, case_id, "one\0\r\ntwo \ud83d")
    bodies = [entry.body for entry in desk.open(desk.lead, case_id).entries if entry.kind is EntryKind.REPLY]
    assert [body and body["text"] for body in bodies] == ["ก" * LONGEST_TEXT, "one\ntwo \ufffd"]


def test_viewers_strangers_and_closed_cases_take_no_words(desk: Desk) -> None:
    case_id, offered, restricted = desk.accepted(), desk.offered(), desk.accepted(topics=("gbvh",))

    for act in (send, jot):
        with pytest.raises(ReadOnly):
            act(desk, desk.viewer, case_id, "words")
        for by, target in (
            (desk.far, case_id),
            (desk.custodian, case_id),
            (desk.lead, offered),
            (desk.caseworker, restricted),
        ):
            with pytest.raises(NoAccess):
                act(desk, by, target, "words")
    with desk.database.writing() as session:
        move = Move(
            State.CLOSED,
            "Somebody else helps.",
            uuid4(),
            ClosingReason.REFERRED,
            to_worker="The labour office helps you now.",
        )
        change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, move)
    for act in (send, jot):
        with pytest.raises(NotYours):
            act(desk, desk.lead, case_id, "words")
    assert len(entries(desk, case_id, EntryKind.REPLY)) == 1  # the word that closing asks for


def test_a_custodians_answer_is_not_the_first_of_the_helper(desk: Desk) -> None:
    filed = desk.world.file(exclude_other="my cousin Zubin", danger=True)
    case_id, world = desk.world.case_of(filed), desk.world
    with desk.database.writing() as session:
        request = ask_to_read(session, world.vault, desk.custodian, case_id, "No helper fits.")
    with desk.database.writing() as session:
        agree_to_read(session, world.vault, desk.second_custodian, request)
    with desk.database.writing() as session:
        answer_from_custody(session, world.vault, desk.custodian, case_id, "We look for somebody.", uuid4())
    with desk.database.writing() as session:
        place_case(session, world.vault, world.rules, desk.custodian, case_id, desk.lead.organisation.id)
    desk.accept(filed)

    send(desk, desk.lead, case_id, "I help you now.")
    assert state_of(desk, case_id, ClockKind.ACKNOWLEDGE) is ClockState.MET
    assert state_of(desk, case_id, ClockKind.SAFETY_CONTACT) is ClockState.MET
    assert state_of(desk, case_id, ClockKind.FIRST_UPDATE) is ClockState.RUNNING
    send(desk, desk.lead, case_id, "We spoke to the office.")
    assert state_of(desk, case_id, ClockKind.FIRST_UPDATE) is ClockState.MET


def test_a_late_first_answer_still_is_the_first(desk: Desk) -> None:
    case_id = desk.accepted()
    clock.set_offset(round(clock._offset.total_seconds()) + 8 * 86_400)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 500)
    assert state_of(desk, case_id, ClockKind.ACKNOWLEDGE) is ClockState.MISSED

    send(desk, desk.lead, case_id, "Sorry that you had to wait.")
    assert state_of(desk, case_id, ClockKind.ACKNOWLEDGE) is ClockState.MET
    assert state_of(desk, case_id, ClockKind.FIRST_UPDATE) is ClockState.RUNNING


def test_after_danger_again_answering_is_the_safety_contact(desk: Desk) -> None:
    filed = desk.world.file(danger=True)
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    for said in ("We are here.", "We are here again.", "We are still here."):
        send(desk, desk.lead, case_id, said)
        with desk.database.reading() as session:
            assert not still_asks(session, desk.case(case_id), ClockKind.SAFETY_CONTACT)
        with desk.database.writing() as session:
            say_worse(session, desk.world.vault, desk.world.rules, worker, "", True, uuid4())
        with desk.database.reading() as session:
            assert still_asks(session, desk.case(case_id), ClockKind.SAFETY_CONTACT)
