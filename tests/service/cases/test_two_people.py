"""Reading from custody asks two people, and one person cannot make the second: invited, admitted and agreed as alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app import clock
from app.cases.custody.deciding import waiting_for_custody
from app.cases.custody.models import CustodyReading
from app.cases.custody.reading import (
    BroughtInByEachOther,
    NoReasonGiven,
    UntrainedCustodian,
    agree_to_read,
    ask_to_read,
    open_from_custody,
    read_routing_note,
)
from app.cases.enums import AccessAct
from app.cases.worker.inbox import open_inbox
from app.database import CaseId, MemberId
from app.network import Invitation, Role, SignedIn, expire_invitations, record_training
from app.vault import CircleMemberRow, CircleName, read_journal
from tests.support.desk import Desk

_NAMES = {"one": "Name of custodian.one", "two": "Name of custodian.two"}


def held(desk: Desk, **told: Any) -> CaseId:
    """A case that waits with custody, with words about who must not know."""
    return desk.world.case_of(desk.world.file(exclude_other="somebody in the office", **told))


def newcomer(desk: Desk, login: str, *, by: str, days_ago: int = 0) -> SignedIn:
    """A lead of the coordinator whom another one invited, and let in to every circle so many days ago."""
    now = round(clock._offset.total_seconds())
    clock.set_offset(0)  # the code that takes up the invitation must not be the one that signs in
    desk.world.join(desk.world.coordinator, login, Role.LEAD)
    clock.set_offset(max(now, 60))
    desk.world.admit(by, login, list(CircleName), days_ago)
    return desk.world.sign_in(login)


def agree(desk: Desk, asker: SignedIn, second: SignedIn, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        request = ask_to_read(session, desk.world.vault, asker, case_id, "Two routes failed.")
    with desk.database.writing() as session:
        agree_to_read(session, desk.world.vault, second, request)


def test_whom_one_lead_brought_in_today_cannot_agree_with_them_in_either_direction(desk: Desk) -> None:
    case_id = held(desk)
    puppet = newcomer(desk, "puppet", by="custodian.one")
    for asker, second in ((desk.custodian, puppet), (puppet, desk.custodian)):
        with pytest.raises(BroughtInByEachOther):
            agree(desk, asker, second, case_id)
    agree(desk, puppet, desk.second_custodian, case_id)


def test_neither_can_two_whom_the_same_lead_brought_in_nor_a_longer_line(desk: Desk) -> None:
    case_id = held(desk)
    first = newcomer(desk, "first", by="custodian.one", days_ago=2)
    second = newcomer(desk, "second", by="first", days_ago=1)
    third = newcomer(desk, "third", by="custodian.one", days_ago=1)
    for pair in ((first, second), (second, third), (desk.custodian, second), (first, third)):
        with pytest.raises(BroughtInByEachOther):
            agree(desk, *pair, case_id)
    agree(desk, desk.second_custodian, second, case_id)


@pytest.mark.parametrize(("days", "fits"), ((6, False), (8, True)))
def test_after_seven_days_who_came_in_is_a_second_person(desk: Desk, days: int, fits: bool) -> None:
    case_id = held(desk)
    known = newcomer(desk, "known", by="custodian.one", days_ago=days)
    if fits:
        agree(desk, desk.custodian, known, case_id)
        return
    with pytest.raises(BroughtInByEachOther):
        agree(desk, desk.custodian, known, case_id)


def test_whoever_came_in_before_it_was_kept_who_admitted_them_counts_after_seven_days_only(
    desk: Desk,
) -> None:
    case_id = held(desk)
    recent = newcomer(desk, "recent", by="custodian.two")
    old = newcomer(desk, "old", by="custodian.two", days_ago=9)
    with desk.database.writing() as session:
        theirs = CircleMemberRow.member_id.in_([recent.member.id, old.member.id])
        for row in session.scalars(select(CircleMemberRow).where(theirs)):
            row.admitted_by = None
    with pytest.raises(BroughtInByEachOther):
        agree(desk, desk.custodian, recent, case_id)
    agree(desk, desk.custodian, old, case_id)


def test_a_link_that_was_taken_away_makes_nobody_a_second_person(desk: Desk) -> None:
    """Who can write the database deletes the link by which a custodian invited an account of their own."""
    case_id = held(desk)
    clock.set_offset(0)
    by = desk.world.sign_in("custodian.one")
    desk.world.join(desk.world.coordinator, "puppet", Role.LEAD, by=by)
    desk.world.admit("custodian.two", "puppet", list(CircleName), 1)
    puppet = desk.world.sign_in("puppet")
    with pytest.raises(BroughtInByEachOther):
        agree(desk, desk.custodian, puppet, case_id)
    with desk.database.writing() as session:
        session.execute(delete(Invitation).where(Invitation.member_id == puppet.member.id))
    for asker, second in ((desk.custodian, puppet), (puppet, desk.second_custodian)):
        with pytest.raises(BroughtInByEachOther):
            agree(desk, asker, second, case_id)
    agree(desk, desk.custodian, desk.second_custodian, case_id)


def test_who_joined_before_links_were_thrown_away_needs_none(desk: Desk) -> None:
    case_id = held(desk)
    desk.world.join(desk.world.coordinator, "old.hand", Role.LEAD)
    clock.set_offset(40 * 86_400)
    desk.world.cookies.clear()
    desk.world.admit("custodian.two", "old.hand", list(CircleName), 1)
    with desk.database.writing() as session:
        assert expire_invitations(session, 100)
    agree(desk, desk.world.sign_in("custodian.one"), desk.world.sign_in("old.hand"), case_id)


def test_the_worker_reads_both_names_and_who_looked_at_the_place(desk: Desk) -> None:
    filed = desk.world.file(exclude_other="somebody in the office")
    case_id = desk.world.case_of(filed)
    agree(desk, desk.custodian, desk.second_custodian, case_id)
    with desk.database.writing() as session:
        open_from_custody(session, desk.world.vault, desk.custodian, case_id)
    with desk.database.writing() as session:
        read_routing_note(session, desk.world.vault, desk.second_custodian, case_id, "No partner fits.")
    worker = desk.world.enter(filed)
    with desk.database.reading() as session:
        sightings = open_inbox(session, desk.world.vault, worker).sightings
    assert [seen.people for seen in sightings] == [(_NAMES["one"], _NAMES["two"]), (_NAMES["two"],)]


def test_place_and_exclusions_are_shown_for_a_reason_only_and_it_is_kept_sealed(desk: Desk) -> None:
    case_id = held(desk)
    for nothing in ("", "  ", "\u200b"):
        with pytest.raises(NoReasonGiven), desk.database.writing() as session:
            read_routing_note(session, desk.world.vault, desk.custodian, case_id, nothing)
    with desk.database.writing() as session:
        words = read_routing_note(session, desk.world.vault, desk.custodian, case_id, "planted reason")
    assert words is not None
    assert words.exclude_other == "somebody in the office"
    with desk.database.reading() as session:
        entry = read_journal(session, desk.world.vault, case_id)[-1]
    assert entry.detail == {"reason": "planted reason"}


def test_a_second_click_on_the_note_is_the_same_reading_and_another_hour_reason_or_person_is_not(
    desk: Desk,
) -> None:
    case_id, noise = held(desk), held(desk)

    def read(by: SignedIn, reason: str, case: CaseId = case_id) -> int:
        with desk.database.writing() as session:
            words = read_routing_note(session, desk.world.vault, by, case, reason)
            assert words is not None
            assert words.exclude_other == "somebody in the office"
        with desk.database.reading() as session:
            return sum(e.act == AccessAct.NOTE_READ for e in read_journal(session, desk.world.vault, case))

    clock.set_offset(_to_the_next_hour())
    assert read(desk.custodian, "No partner fits.", noise) == 1
    assert [read(desk.custodian, "No partner fits.") for _ in range(2)] == [1, 1]
    assert read(desk.second_custodian, "No partner fits.") == 2
    assert [read(desk.custodian, "The place is unclear.") for _ in range(2)] == [3, 3]
    clock.set_offset(round((clock._offset + timedelta(hours=1)).total_seconds()))
    assert read(desk.custodian, "No partner fits.") == 4


def _to_the_next_hour() -> int:
    """The offset after which an hour has just begun, so that none ends within a test."""
    now = clock.now()
    rest = timedelta(hours=1) - (now - clock.hour_of(now))
    return round((clock._offset + rest).total_seconds()) + 1


def test_an_untrained_custodian_reads_nothing_of_a_restricted_case(desk: Desk) -> None:
    case_id, plain = held(desk, topics=("gbvh",)), held(desk)
    with desk.database.writing() as session:
        by = desk.world.sign_in("custodian.one")
        record_training(session, desk.world.vault, by, MemberId(by.member.id), trained=False)
    untrained = desk.world.sign_in("custodian.one")
    with pytest.raises(UntrainedCustodian), desk.database.writing() as session:
        ask_to_read(session, desk.world.vault, untrained, case_id, "Two routes failed.")
    with pytest.raises(UntrainedCustodian), desk.database.writing() as session:
        read_routing_note(session, desk.world.vault, untrained, case_id, "No partner fits.")
    # Who was trained when they asked and is not any more does not read either.
    with desk.database.writing() as session:
        request = ask_to_read(session, desk.world.vault, desk.custodian, case_id, "Two routes failed.")
    with desk.database.writing() as session:
        agree_to_read(session, desk.world.vault, desk.second_custodian, request)
    with pytest.raises(UntrainedCustodian), desk.database.writing() as session:
        open_from_custody(session, desk.world.vault, untrained, case_id)
    with desk.database.writing() as session:
        ask_to_read(session, desk.world.vault, untrained, plain, "Two routes failed.")


def test_a_request_shows_to_every_custodian_in_the_list(desk: Desk) -> None:
    case_id = held(desk)
    held(desk, words="Other.")
    with desk.database.writing() as session:
        request = ask_to_read(session, desk.world.vault, desk.custodian, case_id, "Two routes failed.")
    assert _asked(desk) == {case_id}
    with desk.database.writing() as session:
        agree_to_read(session, desk.world.vault, desk.second_custodian, request)
    assert _asked(desk) == set()
    with desk.database.reading() as session:
        row = session.scalars(select(CustodyReading).where(CustodyReading.id == request)).one()
        assert row.until is not None
        assert row.until - clock.now() <= timedelta(hours=24)


def _asked(desk: Desk) -> set[CaseId]:
    with desk.database.reading() as session:
        cards = waiting_for_custody(session, desk.world.vault, desk.world.rules, desk.second_custodian)
    return {card.case_id for card in cards if card.asked_to_read}


def test_an_admission_that_others_made_older_vouches_for_nobody(desk: Desk) -> None:
    case_id = held(desk)
    first = newcomer(desk, "first", by="custodian.one", days_ago=1)
    second = newcomer(desk, "second", by="first", days_ago=1)
    long_ago = clock.hour_of(clock.now() - timedelta(days=60))
    with desk.database.writing() as session:
        older = update(CircleMemberRow).where(CircleMemberRow.member_id == first.member.id)
        session.connection().execute(older.values(admitted_hour=long_ago))
    with pytest.raises(BroughtInByEachOther):
        agree(desk, desk.custodian, second, case_id)


def test_whoever_sent_the_link_is_no_second_person_beside_who_took_it_up(desk: Desk) -> None:
    """One custodian invites and takes the link up alone; another one lets the newcomer in, in good faith."""
    case_id = held(desk)
    now = round(clock._offset.total_seconds())
    clock.set_offset(0)
    desk.world.join(desk.world.coordinator, "dana", Role.LEAD, by=desk.custodian)
    clock.set_offset(max(now, 60))
    desk.world.admit("custodian.two", "dana", list(CircleName), 0)
    dana = desk.world.sign_in("dana")
    for asker, second in ((desk.custodian, dana), (dana, desk.custodian), (desk.second_custodian, dana)):
        with pytest.raises(BroughtInByEachOther):
            agree(desk, asker, second, case_id)
    agree(desk, desk.custodian, desk.second_custodian, case_id)
