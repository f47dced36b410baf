"""The worker comes back: reads, writes, changes who may know, stops and undoes, and replaces a code that somebody saw."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.entries import EmptyText
from app.cases.case.models import Case, Consent, Offer
from app.cases.custody.reading import read_routing_note
from app.cases.desk.reading import open_case
from app.cases.enums import (
    AccessAct,
    ClosingReason,
    ConsentLevel,
    EntryKind,
    Exclusion,
    OfferState,
    Stage,
    State,
    Urgency,
)
from app.cases.routing.offers import accept_offer
from app.cases.worker.entering import ReceiptUnknown, Worker, enter_inbox
from app.cases.worker.inbox import open_inbox
from app.cases.worker.inbox_view import InboxView
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import (
    ERASED_AFTER,
    NothingToUndo,
    SharingStopped,
    change_consent,
    replace_receipt,
    stop_sharing,
    undo_stop,
)
from app.intake import Filed
from app.vault import (
    HolderKind,
    NoGrant,
    SessionEnded,
    grants_of_case,
    new_receipt,
    open_grant,
    verify_journal,
)
from tests.harness.world import World


def view(world: World, worker: Worker) -> InboxView:
    with world.database.reading() as session:
        return open_inbox(session, world.vault, worker)


def submission(world: World) -> UUID:
    return world.token().submission_id


def accept(world: World, filed: Filed, login: str = "near.lead") -> None:
    by = world.sign_in(login)
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, by, world.case_of(filed))


def read(world: World, filed: Filed, login: str = "near.lead") -> list[str | None]:
    by = world.sign_in(login)
    with world.database.writing() as session:
        opened = open_case(session, world.vault, by, world.case_of(filed))
    return [(entry.body or {}).get("text") for entry in opened.entries]


def widen(world: World, worker: Worker, level: ConsentLevel) -> None:
    with world.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, level)


def test_a_receipt_of_no_case_opens_nothing(world: World) -> None:
    keys = world.vault.derive_receipt_keys(new_receipt())

    with world.database.writing() as session, pytest.raises(ReceiptUnknown):
        enter_inbox(session, world.vault, keys)


def test_the_inbox_shows_the_own_words_and_never_the_number(world: World) -> None:
    filed = world.file(words="Nobody paid us.", name="Perpetua", phone="+60 12-345 6789")

    inbox = view(world, world.enter(filed))
    assert [message.text for message in inbox.messages] == ["Nobody paid us."]
    # Not a part of so few digits: the ids in it are hexadecimal and have them by chance, some for a whole hour.
    for number in ("345 6789", "3456789"):
        assert number not in repr(inbox)
    assert "Perpetua" not in repr(inbox)
    assert inbox.stage is Stage.RECEIVED
    assert inbox.next_by == filed.read_by


def test_a_message_is_kept_once_however_often_it_is_sent(world: World) -> None:
    worker = world.enter(world.file())
    once = submission(world)

    for _ in range(2):
        with world.database.writing() as session:
            write(session, world.vault, world.rules, worker, "They came to the room.", once)
    assert [message.text for message in view(world, worker).messages][1:] == ["They came to the room."]


def test_an_empty_message_is_refused(world: World) -> None:
    worker = world.enter(world.file())

    with world.database.writing() as session, pytest.raises(EmptyText):
        write(session, world.vault, world.rules, worker, " \0\n", submission(world))
    assert len(view(world, worker).messages) == 1


def test_worse_raises_urgency_and_asks_for_contact_within_a_day(world: World) -> None:
    filed = world.file()
    accept(world, filed)
    worker = world.enter(filed)

    with world.database.writing() as session:
        say_worse(session, world.vault, world.rules, worker, "", True, submission(world))
    with world.database.reading() as session:
        case = session.get_one(Case, worker.case_id)
    assert (case.urgency, case.queue_rank, case.worker_wrote) == (Urgency.DANGER, 0, True)
    assert case.next_due_at is not None
    assert case.next_due_at <= clock.now() + timedelta(hours=25)
    assert [message.kind for message in view(world, worker).messages] == [EntryKind.REPORT, EntryKind.WORSE]


def test_a_locked_case_opens_to_a_helper_only_when_the_worker_says_so(world: World) -> None:
    filed = world.file(consent=ConsentLevel.NOBODY, words="Locked words")
    worker = world.enter(filed)
    with pytest.raises(NoAccess):
        accept(world, filed)

    widen(world, worker, ConsentLevel.HELPER)
    accept(world, filed)
    assert "Locked words" in read(world, filed)
    inbox = view(world, worker)
    assert inbox.consent is ConsentLevel.HELPER
    assert inbox.sightings
    assert inbox.sightings[0].organisation_id == world.near.id


def test_going_back_to_nobody_ends_every_access_and_says_until_when(world: World) -> None:
    filed = world.file()
    accept(world, filed)
    read(world, filed)
    worker = world.enter(filed)

    widen(world, worker, ConsentLevel.NOBODY)
    with pytest.raises(NoAccess):
        read(world, filed)
    with world.database.reading() as session:
        grants = grants_of_case(session, worker.case_id)
        offers = session.scalars(select(Offer.state).where(Offer.case_id == worker.case_id)).all()
    assert [grant.holder_kind for grant in grants if grant.ended_hour is None] == [HolderKind.RECEIPT]
    assert all(grant.sealed is None for grant in grants if grant.ended_hour is not None)
    assert set(offers) == {OfferState.WITHDRAWN}
    assert all(line.until is not None for line in view(world, worker).access)


def test_what_is_written_after_taking_back_is_sealed_to_new_keys(world: World) -> None:
    filed = world.file()
    accept(world, filed)
    worker = world.enter(filed)
    with world.database.reading() as session:
        before = set(open_grant(session, world.vault, worker.case_id, worker.keys).pairs)

    widen(world, worker, ConsentLevel.NOBODY)
    with world.database.reading() as session:
        after = set(open_grant(session, world.vault, worker.case_id, worker.keys).pairs)
    assert before < after
    assert len(after) == 2 * len(before)


def test_narrower_consent_without_locking_keeps_the_helper(world: World) -> None:
    filed = world.file(consent=ConsentLevel.BUYERS)
    accept(world, filed)
    worker = world.enter(filed)

    widen(world, worker, ConsentLevel.HELPER)
    read(world, filed)
    with world.database.reading() as session:
        query = (
            select(Consent)
            .where(Consent.case_id == worker.case_id)
            .order_by(Consent.withdrawn_hour.is_(None))
        )
        old, new = session.scalars(query).all()
    assert old.withdrawn_hour is not None
    assert new.withdrawn_hour is None
    assert view(world, worker).consent is ConsentLevel.HELPER


def test_stop_ends_sharing_now_and_can_be_undone(world: World) -> None:
    filed = world.file()
    accept(world, filed)
    worker = world.enter(filed)

    for _ in range(2):
        with world.database.writing() as session:
            stop_sharing(session, world.vault, worker)
    inbox = view(world, worker)
    assert (inbox.stopped, inbox.stage, inbox.closing_reason) == (True, Stage.CLOSED, ClosingReason.WITHDRAWN)
    assert inbox.erase_at is not None
    assert timedelta(0) <= clock.now() + ERASED_AFTER - inbox.erase_at < timedelta(hours=1, minutes=1)
    with pytest.raises(NoAccess):
        read(world, filed)
    with pytest.raises(SharingStopped):
        widen(world, worker, ConsentLevel.UNION)

    with world.database.writing() as session:
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    assert view(world, worker).stopped is False
    accept(world, filed)
    read(world, filed)
    with world.database.writing() as session, pytest.raises(NothingToUndo):
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)


def test_writing_into_a_stopped_case_keeps_it_stopped(world: World) -> None:
    filed = world.file()
    worker = world.enter(filed)
    with world.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    with world.database.writing() as session:
        write(session, world.vault, world.rules, worker, "I think about it.", submission(world))

    with world.database.reading() as session:
        case = session.get_one(Case, worker.case_id)
    assert (case.state, case.is_open) == (State.CLOSED, False)


def test_a_new_receipt_opens_everything_and_the_old_one_nothing(world: World) -> None:
    filed = world.file(words="Before.")
    accept(world, filed)
    old = world.enter(filed)
    fresh = world.vault.derive_receipt_keys(new_receipt())

    with world.database.writing() as session:
        cookie = replace_receipt(session, world.vault, old, fresh)
    with world.database.writing() as session, pytest.raises(ReceiptUnknown):
        enter_inbox(session, world.vault, world.vault.derive_receipt_keys(filed.receipt))
    with world.database.reading() as session, pytest.raises(NoGrant):
        open_grant(session, world.vault, old.case_id, old.keys)
    worker = world.worker(cookie)
    with world.database.writing() as session:
        write(session, world.vault, world.rules, worker, "After.", submission(world))
    assert [message.text for message in view(world, worker).messages] == ["Before.", "After."]


def test_the_helper_still_reads_after_the_receipt_was_replaced(world: World) -> None:
    filed = world.file(words="Before.")
    accept(world, filed)
    worker = world.enter(filed)
    case_id = worker.case_id
    with world.database.writing() as session:
        cookie = replace_receipt(session, world.vault, worker, world.vault.derive_receipt_keys(new_receipt()))
    renewed = world.worker(cookie)
    with world.database.writing() as session:
        write(session, world.vault, world.rules, renewed, "After.", submission(world))

    by = world.sign_in("near.lead")
    with world.database.writing() as session:
        entries = open_case(session, world.vault, by, case_id).entries
    assert {"Before.", "After."} <= {(entry.body or {}).get("text") for entry in entries}


def test_sessions_of_a_replaced_receipt_have_ended(world: World) -> None:
    filed = world.file()
    keys = world.vault.derive_receipt_keys(filed.receipt)
    with world.database.writing() as session:
        seen_by_somebody = enter_inbox(session, world.vault, keys)
    worker, fresh = world.enter(filed), world.vault.derive_receipt_keys(new_receipt())
    with world.database.writing() as session:
        replace_receipt(session, world.vault, worker, fresh)

    with pytest.raises(SessionEnded):
        world.worker(seen_by_somebody)


def test_the_journal_holds_after_everything(world: World) -> None:
    filed = world.file()
    accept(world, filed)
    read(world, filed)
    worker = world.enter(filed)
    widen(world, worker, ConsentLevel.NOBODY)
    widen(world, worker, ConsentLevel.UNION)
    with world.database.writing() as session:
        stop_sharing(session, world.vault, worker)

    with world.database.reading() as session:
        assert verify_journal(session, world.vault).faults == ()


def test_a_custodian_who_reads_the_routing_words_is_shown_to_the_worker(world: World) -> None:
    filed = world.file(exclude=frozenset({Exclusion.OTHER}), exclude_other="my cousin Zubin")
    by = world.sign_in("custodian.one")
    with world.database.writing() as session:
        words = read_routing_note(session, world.vault, by, world.case_of(filed), "No partner fits.")

    assert words is not None
    assert words.exclude_other == "my cousin Zubin"
    seen = view(world, world.enter(filed)).sightings
    assert [(sighting.act, sighting.organisation_id) for sighting in seen] == [
        (AccessAct.NOTE_READ, world.coordinator.id)
    ]
