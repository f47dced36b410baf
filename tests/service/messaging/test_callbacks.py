"""Reports of a provider, in every order: the end is the same, and nothing of it is lost."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import StatusReport
from app.messaging.models import OutgoingText, Phone
from app.messaging.phones.opt_outs import is_opted_out
from app.messaging.receiving.callbacks import take_status
from tests.harness.provider import NUMBER, Trouble
from tests.support.office import Office

_SID = "SM" + "a" * 32


def report(office: Office, state: Delivery, reason: str | None = None, **others: Any) -> None:
    """A report of the text that the provider calls `_SID`."""
    told: dict[str, Any] = {"gateway": "twilio", "provider_id": _SID} | others
    with office.database.writing() as session:
        take_status(session, office.web, StatusReport(state=state, reason=reason, **told))


def handed_over(office: Office) -> UUID:
    """A text that the provider has taken as `_SID`."""
    text_id = office.waiting()
    with office.database.writing() as session:
        row = session.get_one(OutgoingText, text_id)
        row.state, row.provider_id, row.body_sealed = Delivery.ACCEPTED, _SID, None
    return text_id


# T3
def test_delivered_after_sent_is_taken_and_twice_is_once(office: Office) -> None:
    text_id, other = handed_over(office), office.waiting()
    for state in (Delivery.SENT, Delivery.SENT, Delivery.DELIVERED, Delivery.DELIVERED):
        report(office, state)
    assert office.state(text_id) is Delivery.DELIVERED
    assert set(office.steps(text_id)) == {Delivery.SENT, Delivery.DELIVERED}
    assert office.state(other) is Delivery.WAITING


# T4
@pytest.mark.parametrize(
    ("reports", "end", "reason"),
    (
        (
            ((Delivery.ACCEPTED, None), (Delivery.SENT, None), (Delivery.DELIVERED, None)),
            Delivery.DELIVERED,
            None,
        ),
        (
            ((Delivery.SENT, None), (Delivery.UNDELIVERED, "30005"), (Delivery.DELIVERED, None)),
            Delivery.DELIVERED,
            None,
        ),
        (
            ((Delivery.SENT, None), (Delivery.UNDELIVERED, "30005"), (Delivery.UNDELIVERED, None)),
            Delivery.UNDELIVERED,
            "30005",
        ),
        (
            ((Delivery.SENT, None), (Delivery.FAILED, "30003"), (Delivery.FAILED, None)),
            Delivery.FAILED,
            "30003",
        ),
        (
            ((Delivery.UNDELIVERED, "30005"), (Delivery.FAILED, None), (Delivery.SENT, None)),
            Delivery.FAILED,
            "30005",
        ),
        (
            ((Delivery.UNDELIVERED, "30005"), (Delivery.FAILED, "30003"), (Delivery.SENT, None)),
            Delivery.FAILED,
            "30003",
        ),
        (((Delivery.FAILED, "21610"), (Delivery.SENT, None)), Delivery.OPTED_OUT, "21610"),
    ),
)
def test_every_order_of_reports_ends_alike(
    office: Office, reports: tuple[tuple[Delivery, str | None], ...], end: Delivery, reason: str | None
) -> None:
    for order in itertools.permutations(reports):
        text_id = handed_over(office)
        came = []
        for state, why in order:
            report(office, state, why)
            came.append(office.state(text_id))
        row = office.row(text_id)
        assert (row.state, row.reason) == (end, reason), order
        states = [Delivery.OPTED_OUT if why == "21610" else state for state, why in order]
        assert set(office.steps(text_id)) == set(states)
        with office.database.writing() as session:
            session.get_one(OutgoingText, text_id).provider_id = None


def test_a_report_that_overtakes_our_own_call_finds_its_text(office: Office) -> None:
    text_id = office.waiting()
    with office.database.writing() as session:
        session.get_one(OutgoingText, text_id).state = Delivery.UNCLEAR
    report(office, Delivery.DELIVERED, text_id=text_id)
    row = office.row(text_id)
    assert (row.state, row.provider_id, row.body_sealed) == (Delivery.DELIVERED, _SID, None)
    assert office.send() == 0
    assert office.accepted == 0


def test_a_report_between_the_call_and_its_record_is_kept(office: Office) -> None:
    """The provider's word comes in while the dispatcher still waits for the answer to its call."""
    office.provider.fake.trouble(Trouble.DROPPED_ACCEPTED)
    text_id = office.waiting()
    office.send()
    (message,) = office.provider.fake.outgoing()
    report(office, Delivery.SENT, provider_id=message.sid, text_id=text_id)
    office.pass_by(minutes=2)
    assert office.send() == 0
    assert (office.state(text_id), office.accepted) == (Delivery.SENT, 1)


@pytest.mark.parametrize(
    "wrong",
    (
        {"provider_id": "SM" + "b" * 32},
        {"gateway": "another"},
        {"provider_id": "SM" + "b" * 32, "text_id": UUID(int=5)},
        {"gateway": "another", "provider_id": "SM" + "b" * 32, "text_id": "this one"},
    ),
)
def test_a_report_of_what_is_not_ours_changes_nothing(office: Office, wrong: dict[str, Any]) -> None:
    text_id = handed_over(office)
    told = wrong | ({"text_id": text_id} if wrong.get("text_id") == "this one" else {})
    report(office, Delivery.DELIVERED, **told)
    assert office.state(text_id) is Delivery.ACCEPTED
    assert office.steps(text_id) == {}


def test_a_copy_that_we_did_not_know_of_only_tells_when_it_arrived(office: Office) -> None:
    text_id = handed_over(office)
    report(office, Delivery.FAILED, "30003", provider_id="SM" + "b" * 32, text_id=text_id)
    assert office.state(text_id) is Delivery.ACCEPTED
    report(office, Delivery.DELIVERED, provider_id="SM" + "b" * 32, text_id=text_id)
    assert office.state(text_id) is Delivery.DELIVERED
    assert office.row(text_id).provider_id == _SID


# T17
def test_a_report_of_21610_is_an_opt_out(office: Office) -> None:
    text_id = handed_over(office)
    with office.database.writing() as session:
        phone_id = session.get_one(OutgoingText, text_id).phone_id
    with office.database.reading() as session:
        phone = session.get_one(Phone, phone_id)
    later = office.waiting(phone)
    report(office, Delivery.FAILED, "21610")
    with office.database.reading() as session:
        assert phone.tag is not None
        assert is_opted_out(session, office.web, phone.tag, NUMBER)
    assert office.state(later) is Delivery.CANCELLED
    assert office.enqueue(phone) is None
