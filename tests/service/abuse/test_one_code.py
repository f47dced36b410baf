"""What one code may do within an hour: no message is lost, danger never waits, and nobody gets sixty alerts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.models import Case, Entry
from app.cases.enums import EntryKind, Urgency
from app.cases.worker.inbox import open_inbox
from app.cases.worker.inbox_view import InboxMessage
from app.cases.worker.writing_budget import CHANGES, DANGERS, MESSAGES, SIGNS, WISHES
from app.database import CaseId, MemberId
from app.intake import Filed
from app.messaging.delivery import Delivery, Purpose
from app.messaging.members.addresses import Channel, address_of, keep_address
from app.messaging.models import OutgoingText
from app.vault import Receipt, find_receipt, format_receipt, read_journal
from tests.harness.hours import pass_by
from tests.harness.world import World
from tests.support.addresses import DORMITORY, ELSEWHERE, Fill, Phone
from tests.support.member import Member

WORDS = "They came to my room again."


@pytest.fixture
def filed(world: World) -> Filed:
    return world.file(words="The first words.")


@pytest.fixture
def worker(phone: Phone, filed: Filed) -> Member:
    """The worker, in the inbox."""
    member = phone(DORMITORY)
    member.open("/en/inbox")
    member.send("/inbox", receipt=format_receipt(filed.receipt))
    assert "The first words." in member.page.text
    return member


def thread(world: World, filed: Filed) -> tuple[InboxMessage, ...]:
    worker = world.enter(filed)
    with world.database.reading() as session:
        return open_inbox(session, world.vault, worker).messages


def alerts(world: World, case_id: CaseId) -> Iterator[OutgoingText]:
    with world.database.reading() as session:
        mine = (OutgoingText.case_id == case_id) & (OutgoingText.purpose == Purpose.ALERT)
        yield from session.scalars(select(OutgoingText).where(mine)).all()


def told(worker: Member, minutes: str) -> None:
    """The page says when, and has every word."""
    assert worker.page.status == 429
    assert f"Press the button again in {minutes}" in worker.page.text
    assert 0 < int(worker.page.response.headers["Retry-After"]) <= 3600


@pytest.mark.parametrize("form", ("write", "worse"))
@pytest.mark.parametrize("limit", (MESSAGES, SIGNS), ids=lambda limit: limit.what)
def test_above_the_budget_the_words_stay_on_the_page_and_go_an_hour_later(
    worker: Member, world: World, filed: Filed, fill: Fill, form: str, limit: Any
) -> None:
    fill(limit, str(world.case_of(filed)), limit.most - (len(WORDS) if limit is SIGNS else 1))
    worker.send(f"/inbox/{form}", words=WORDS)
    assert worker.page.status == 200
    worker.send(f"/inbox/{form}", words="More of it.")
    told(worker, "55 minutes")
    assert worker.page.form(f"/inbox/{form}").values["words"] == ["More of it."]
    assert [message.text for message in thread(world, filed)][1:] == [WORDS]
    clock.set_offset(3600)
    worker.open("/en/inbox")
    worker.send("/inbox", receipt=format_receipt(filed.receipt))
    worker.send(f"/inbox/{form}", words="More of it.")
    assert [message.text for message in thread(world, filed)][1:] == [WORDS, "More of it."]


def test_another_code_has_a_budget_of_its_own_and_a_new_code_of_the_case_has_not(
    worker: Member, world: World, filed: Filed, fill: Fill, phone: Phone
) -> None:
    fill(MESSAGES, str(world.case_of(filed)), MESSAGES.most)
    fresh = worker.send("/inbox/code").code
    worker.open("/en/inbox")
    worker.send("/inbox", receipt=fresh)
    assert worker.send("/inbox/write", words=WORDS).status == 429
    other = phone(DORMITORY)
    other.open("/en/inbox")
    other.send("/inbox", receipt=format_receipt(world.file(words="Somebody else.").receipt))
    assert other.send("/inbox/write", words=WORDS).status == 200


def test_the_same_message_sent_again_is_not_counted_again(
    worker: Member, world: World, filed: Filed, fill: Fill
) -> None:
    fill(MESSAGES, str(world.case_of(filed)), MESSAGES.most - 1)
    page = worker.page
    for _ in range(3):
        worker.page = page
        assert worker.send("/inbox/write", words=WORDS).status == 200
    assert [message.text for message in thread(world, filed)][1:] == [WORDS]


def test_words_that_come_with_the_code_wait_in_its_messages(phone: Phone, world: World, fill: Fill) -> None:
    worker = phone(DORMITORY)
    form = worker.open("/en/")
    code = worker.send("/report", words="First.").code
    receipt = Receipt(code.replace(" ", ""))
    with world.database.reading() as session:
        row = find_receipt(session, world.vault.derive_receipt_keys(receipt))
    assert row is not None
    fill(MESSAGES, str(row.case_id), MESSAGES.most)
    worker.page = form
    worker.send("/report", words=WORDS)
    page = worker.send("/inbox", receipt=code)
    assert page.status == 429
    assert "Your messages" in page.text
    assert "Press the button again in 55 minutes" in page.text
    assert page.form("/inbox/write").values["words"] == [WORDS]
    clock.set_offset(3600)
    worker.send("/inbox/write")
    shown = worker.send("/inbox", receipt=code)
    assert shown.status == 200
    assert shown.text.count(WORDS) == 1


def test_danger_gets_through_whatever_was_written_before(
    worker: Member, world: World, filed: Filed, fill: Fill
) -> None:
    case_id = world.case_of(filed)
    fill(MESSAGES, str(case_id), MESSAGES.most)
    fill(SIGNS, str(case_id), SIGNS.most)
    assert worker.send("/inbox/worse", words=WORDS, danger="yes").status == 200
    assert [message.text for message in thread(world, filed)][-1] == WORDS
    with world.database.reading() as session:
        assert session.get_one(Case, case_id).urgency is Urgency.DANGER


def test_danger_said_endlessly_is_acted_upon_and_its_words_wait(
    worker: Member, world: World, filed: Filed, fill: Fill
) -> None:
    case_id = world.case_of(filed)
    fill(DANGERS, str(case_id), DANGERS.most)
    for _ in range(2):
        worker.send("/inbox/worse", words=WORDS, danger="yes")
        told(worker, "55 minutes")
        assert "We wrote down that you are in danger." in worker.page.text
        assert worker.page.form("/inbox/worse").values["words"] == [WORDS]
    with world.database.reading() as session:
        assert session.get_one(Case, case_id).urgency is Urgency.DANGER
        kinds = session.scalars(select(Entry.kind).where(Entry.case_id == case_id)).all()
    # What stands already is not written down again and again.
    assert Counter(kinds)[EntryKind.WORSE] == 1
    with world.database.writing() as session:
        session.get_one(Case, case_id).urgency = Urgency.LOW
    worker.open("/en/inbox")
    worker.send("/inbox/worse", danger="yes")
    with world.database.reading() as session:
        assert session.get_one(Case, case_id).urgency is Urgency.DANGER


def test_words_that_waited_while_danger_did_not_are_stored_once_when_they_are_sent_again(
    worker: Member, world: World, filed: Filed, fill: Fill
) -> None:
    fill(DANGERS, str(world.case_of(filed)), DANGERS.most)
    page = worker.send("/inbox/worse", words=WORDS, danger="yes")
    told(worker, "55 minutes")
    said = [message for message in thread(world, filed) if message.kind is EntryKind.WORSE]
    assert [(message.text, message.danger) for message in said] == [("", True)]
    clock.set_offset(3600)
    for _ in range(2):
        worker.page = page
        worker.send("/inbox/worse")
        if "Your messages are closed" in worker.page.text:
            worker.send("/inbox", receipt=format_receipt(filed.receipt))
        if "This page was old" in worker.page.text:
            worker.send("/inbox/worse")
        assert worker.page.status == 200
        assert WORDS in worker.page.text
    said = [message for message in thread(world, filed) if message.kind is EntryKind.WORSE]
    assert [(message.text, message.danger) for message in said] == [("", True), (WORDS, True)]


def test_taking_back_is_never_counted_and_asking_anew_is(
    worker: Member, world: World, filed: Filed, fill: Fill
) -> None:
    case_id = str(world.case_of(filed))
    fill(CHANGES, case_id, CHANGES.most)
    assert worker.send("/inbox/consent", consent="union").status == 429
    assert worker.send("/inbox/consent", consent="nobody").status == 200
    assert worker.send("/inbox/consent", consent="helper").status == 429
    assert worker.send("/inbox/stop").status == 200
    assert worker.send("/inbox/undo").status == 429
    with world.database.reading() as session:
        assert session.get_one(Case, world.case_of(filed)).stopped_hour is not None


@pytest.fixture
def addresses(world: World) -> int:
    """The partner's one helper with a number and an e-mail address: how many addresses that are."""
    member = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, member, Channel.TEXT, "+60123450901")
        keep_address(session, world.vault, member, Channel.EMAIL, "near.lead@mail.example")
    return 2


def test_fifteen_presses_are_one_alert_at_once_and_one_at_the_end_of_the_quarter(
    worker: Member, world: World, filed: Filed, addresses: int
) -> None:
    case_id = world.case_of(filed)
    for _ in range(15):
        worker.send("/inbox/worse", danger="yes")
    rows = list(alerts(world, case_id))
    waiting = [row for row in rows if row.state is Delivery.WAITING]
    assert len(waiting) == 2 * addresses
    now = clock.now()
    later = [row for row in waiting if row.due_at > now]
    assert len(later) == addresses
    assert {row.due_at.minute for row in later} == {15}
    # The others are written down as what they are, and sealed words of theirs stand nowhere.
    merged = [row for row in rows if row.reason == "merged"]
    assert len(merged) == 13 * addresses
    assert {(row.state, row.body_sealed) for row in merged} == {(Delivery.CANCELLED, None)}
    # In the next quarter the one that waited is its one; what comes then waits for the one after it.
    pass_by(minutes=15)
    worker.open("/en/inbox")
    worker.send("/inbox", receipt=format_receipt(filed.receipt))
    worker.send("/inbox/worse", danger="yes")
    last = [row for row in alerts(world, case_id) if row.due_at > clock.now()]
    assert {row.due_at.minute for row in last} == {30}
    assert len(last) == addresses


def test_the_desk_shows_every_press_and_how_many_alerts_there_were(
    worker: Member, world: World, filed: Filed, addresses: int, phone: Phone
) -> None:
    case_id = world.case_of(filed)
    for _ in range(4):
        worker.send("/inbox/worse", danger="yes")
    partner = phone(ELSEWHERE)
    partner.sign_in(world, "near.lead")
    page = partner.send(f"{case_id}/accept")
    text = page.text
    assert "4 alerts." in text
    assert "4 more within the same quarter of an hour were put together with them." in text
    assert len(page.root.findall(".//li[@class='entry e-worse']//span[@class='chip u-danger']")) == 4
    with world.database.reading() as session:
        acts = [
            entry.detail
            for entry in read_journal(session, world.vault, case_id)
            if entry.act == "case.alerted"
        ]
    assert acts[-1] == {"organisation": str(world.near.id), "alerts": 0, "merged": addresses}


def test_whoever_gets_the_case_next_is_alerted_at_once(
    world: World, filed: Filed, worker: Member, addresses: int
) -> None:
    member = world.sign_in("custodian.one")
    with world.database.writing() as session:
        keep_address(session, world.vault, member, Channel.TEXT, "+31612345678")
    for _ in range(3):
        worker.send("/inbox/worse", danger="yes")
    worker.send("/inbox/consent", consent="nobody")
    with world.database.writing() as session:
        # Nobody else could be asked, so custody has it.
        for partner in (world.near, world.far):
            session.merge(partner).capacity = 0
    worker.send("/inbox/consent", consent="helper")
    now = clock.now()
    assert any(
        row.due_at <= now
        and row.state is Delivery.WAITING
        and row.address_id == _address(world, member.member.id)
        for row in alerts(world, world.case_of(filed))
    )


def _address(world: World, member_id: MemberId) -> UUID:
    with world.database.reading() as session:
        found = address_of(session, member_id, Channel.TEXT)
    assert found is not None
    return found.id


def test_questions_are_wished_for_so_often_in_an_hour_and_ended_always(
    worker: Member, world: World, filed: Filed, fill: Fill
) -> None:
    case_id = world.case_of(filed)
    fill(WISHES, str(case_id), WISHES.most - 1)
    no, yes = "/inbox/do-not-ask", "/inbox/ask-me"
    assert worker.send(no).status == 200
    off = worker.page
    assert worker.send(yes).status == 200
    worker.page = off  # Back: the same again is no wish of its own
    assert worker.send(yes).status == 200
    assert worker.send(no).status == 200
    for _ in range(3):
        worker.send(yes)
        told(worker, "55 minutes")
    assert "You do not want questions from us" in worker.page.text
    with world.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, world.vault, case_id)]
    assert acts.count("followup.wanted") == 3
    assert worker.send("/inbox/write", words=WORDS).status == 200
