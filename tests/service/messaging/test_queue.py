"""Writing texts down: once for each key, sealed, and never for a phone to which nothing may be sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import MemberAddress, OutgoingText, Phone
from app.messaging.phones.opt_outs import opt_out
from app.messaging.phones.phone_rows import erase_phone
from app.messaging.queue.outgoing import address_place, body_place, cancel_texts, enqueue_alert, texts_of_case
from app.vault import ContactKeyMissing
from tests.support.office import Office, case_id


def test_the_same_key_again_is_the_same_text(office: Office) -> None:
    phone = office.phone()
    first = office.enqueue(phone, "One.", key="a reply")
    assert office.enqueue(phone, "Two.", key="a reply") == first
    assert office.enqueue(phone, "Two.", key="another reply") != first
    office.send()
    assert office.accepted == 2
    assert {message.body for message in office.provider.fake.outgoing()} == {"One.", "Two."}


def test_twenty_at_once_write_one_text(office: Office) -> None:
    phone = office.phone()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: office.enqueue(phone, key="at once"), range(20)))
    assert len(set(ids)) == 1
    office.send()
    assert office.accepted == 1


def test_the_web_process_cannot_read_back_what_it_wrote(office: Office) -> None:
    row = office.row(office.waiting(body="Ring 0123 about Foxglove."))
    assert row.body_sealed is not None
    assert b"Foxglove" not in row.body_sealed
    with pytest.raises(ContactKeyMissing):
        office.web.open_contact(body_place(row.id), row.body_sealed)
    assert office.dispatcher.open_contact(body_place(row.id), row.body_sealed) == "Ring 0123 about Foxglove."


def test_nothing_is_written_for_a_phone_that_was_erased(office: Office) -> None:
    phone = office.phone()
    with office.database.writing() as session:
        erase_phone(session, session.get_one(Phone, phone.id))
    with office.database.reading() as session:
        erased = session.get_one(Phone, phone.id)
    assert office.enqueue(erased) is None


def test_nothing_is_written_after_stop(office: Office) -> None:
    phone, other = office.phone(), office.phone()
    with office.database.writing() as session:
        opt_out(session, office.web, phone)
    assert office.enqueue(phone) is None
    assert office.enqueue(other) is not None


def test_cancelling_reaches_what_waits_and_what_is_about_to_go(office: Office) -> None:
    phone, other = office.phone(), office.phone()
    waiting, kept = office.waiting(phone), office.waiting(other)
    claimed = office.waiting(phone)
    with office.database.writing() as session:
        session.get_one(OutgoingText, claimed).state = Delivery.CLAIMED
    with office.database.writing() as session:
        assert cancel_texts(session, office.web, phone_id=phone.id) == 2
        assert cancel_texts(session, office.web, phone_id=phone.id) == 0
    assert office.state(waiting) is Delivery.CANCELLED
    assert office.steps(waiting) == {Delivery.CANCELLED: None}
    assert office.row(claimed).body_sealed is None
    assert office.row(kept).body_sealed is not None
    office.send()
    assert office.accepted == 1


def test_cancelling_by_case_leaves_the_phone_s_other_case(office: Office) -> None:
    phone = office.phone()
    mine, other = (office.waiting(phone, case_id=case_id(number)) for number in (1, 2))
    with office.database.writing() as session:
        assert cancel_texts(session, office.web, case_id=case_id(1)) == 1
        with pytest.raises(ValueError, match="every text"):
            cancel_texts(session, office.web)
    assert office.state(mine) is Delivery.CANCELLED
    assert office.state(other) is Delivery.WAITING


def test_the_desk_sees_a_case_s_texts_and_no_alerts(office: Office) -> None:
    phone = office.phone()
    first = office.waiting(phone, case_id=case_id(1), purpose=Purpose.STATUS)
    office.pass_by(hours=2)
    second = office.waiting(phone, case_id=case_id(1), body="é" * 80 + "ক")
    office.waiting(phone, case_id=case_id(2))
    with office.database.writing() as session:
        enqueue_alert(
            session,
            office.web,
            key=("alert",),
            body="Something waits.",
            address=_address(office),
            valid_for=timedelta(hours=1),
            case_id=case_id(1),
        )
        cancel_texts(session, office.web, case_id=case_id(1))
    with office.database.reading() as session:
        texts = texts_of_case(session, case_id(1))
    assert [one.id for one in texts] == [first, second]
    assert [one.segments for one in texts] == [1, 2]
    assert [state for state, _, _ in texts[0].steps] == [Delivery.WAITING, Delivery.CANCELLED]
    assert texts[0].purpose is Purpose.STATUS
    assert texts[1].hour.minute == 0


def test_the_table_holds_no_words_and_no_key(office: Office) -> None:
    office.waiting(body="Planted words.", key="planted key")
    with office.database.reading() as session:
        dump = repr(session.execute(text("SELECT * FROM outgoing_texts")).all())
        count = session.scalar(select(func.count()).select_from(OutgoingText))
    assert count is not None
    assert count > 1
    assert "lanted" not in dump


def _address(office: Office) -> MemberAddress:
    address_id = case_id(77)
    return MemberAddress(
        id=address_id,
        member_id=case_id(78),
        channel="text",
        address_sealed=office.web.seal_to_contact(address_place(address_id), "+60123456789"),
        hint_veil=b"",
        country="MY",
    )
