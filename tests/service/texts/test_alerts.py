"""Danger calls whoever has to act, once for each occasion, by text and e-mail that say nothing else."""

from collections.abc import Iterable
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.cases.case.models import Case
from app.cases.custody.deciding import place_case
from app.cases.enums import ConsentLevel, Urgency
from app.cases.routing.offers import DeclineReason, accept_offer, decline_offer
from app.cases.worker.entering import Worker
from app.cases.worker.messages import say_worse
from app.cases.worker.sharing import change_consent
from app.database import Base, CaseId, OrganisationId
from app.dispatcher.jobs import JOBS, Job, run_job
from app.messaging.composing.segments import count_segments
from app.messaging.delivery import Delivery
from app.messaging.gateways.registry import Gateways
from app.messaging.members.addresses import (
    AddressUnreadable,
    Channel,
    address_of,
    forget_address,
    keep_address,
    kept_addresses,
)
from app.messaging.members.alerts import (
    ALERT,
    SUBJECT,
    TEST,
    TEST_SUBJECT,
    TESTS,
    TooManyTests,
    alert_danger,
    send_test,
)
from app.messaging.members.reach import unalerted, who_can_be_alerted
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue.outgoing import FORGED, body_place
from app.messaging.sending.send_batch import send_due
from app.network import Role, admit_member, record_training
from app.services import Services
from app.settings import read_settings
from app.vault import CircleName, read_journal
from tests.harness.dispatching import services_over
from tests.harness.world import everything_stored
from tests.support.alerts import NUMBERS, alerted, both, reachable
from tests.support.texting import Texting


def in_danger(texting: Texting, **answers: Any) -> CaseId:
    """A report by web from Penang that says danger."""
    return texting.world.case_of(texting.world.file(danger=True, **answers))


def test_a_report_in_danger_calls_the_two_partners_that_are_asked_and_nobody_else(texting: Texting) -> None:
    reachable(texting)
    texting.world.file(words="No danger.")
    assert alerted(texting) == []
    case_id = in_danger(texting)
    assert alerted(texting) == both("near.lead", "far.lead")
    with texting.database.writing() as session:
        assert alert_danger(session, texting.world.vault, session.get_one(Case, case_id)) == 0
    assert alerted(texting, case_id) == both("near.lead", "far.lead")


@pytest.mark.parametrize("column", ("member_id", "channel", "country", "row_mac"))
def test_an_address_that_others_wrote_gets_no_alert(texting: Texting, column: str) -> None:
    reachable(texting, "far.lead", "near.lead")
    lead, stranger = (texting.world.sign_in(login) for login in ("near.lead", "other.lead"))
    addresses = Base.metadata.tables[MemberAddress.__tablename__]
    turned = {
        # A stranger's own address made the lead's, and the lead's own the stranger's.
        "member_id": stranger.member.id,
        "channel": "post",
        "country": "CH",
        "row_mac": None,
    }
    mine = (addresses.c.member_id == lead.member.id) & (addresses.c.channel == "text")
    with texting.database.engine.begin() as connection:
        assert connection.execute(update(addresses).where(mine).values({column: turned[column]})).rowcount
    in_danger(texting)
    assert alerted(texting) == sorted(["near.lead@mail.example", *both("far.lead")])
    with texting.database.reading() as session:
        for member in (lead, stranger):
            assert address_of(session, member.member.id, Channel.TEXT) is None
            kept = kept_addresses(session, texting.world.vault, texting.services.gateways, member.member.id)
            assert Channel.TEXT not in kept
    # Whoever it belongs to gives it anew.
    if column != "channel":
        reachable(texting, "near.lead", "other.lead")
        in_danger(texting)
        assert NUMBERS["near.lead"] in alerted(texting)


def test_an_alert_that_was_written_down_goes_to_no_address_that_was_turned(texting: Texting) -> None:
    reachable(texting, "near.lead")
    in_danger(texting)
    addresses = Base.metadata.tables[MemberAddress.__tablename__]
    with texting.database.engine.begin() as connection:
        turned = update(addresses).where(addresses.c.channel == "text")
        connection.execute(turned.values(member_id=texting.world.sign_in("other.lead").member.id))
    settings = read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org"})
    send_due(texting.database, texting.dispatcher, texting.services.gateways, settings)
    with texting.database.reading() as session:
        texts = select(OutgoingText).join(MemberAddress, MemberAddress.id == OutgoingText.address_id)
        (row,) = session.scalars(texts.where(MemberAddress.channel == "text"))
    assert (row.state, row.reason) == (Delivery.FAILED, FORGED)


def test_custody_is_called_when_both_who_were_asked_have_declined(
    texting: Texting,
) -> None:
    world = texting.world
    reachable(texting)
    case_id = in_danger(texting)
    for login in ("near.lead", "far.lead"):
        assert alerted(texting) == both("near.lead", "far.lead")
        by = world.sign_in(login)
        with texting.database.writing() as session:
            decline_offer(session, world.vault, world.rules, by, case_id, DeclineReason.NO_CAPACITY)
    assert alerted(texting) == both("near.lead", "far.lead", "custodian.one")
    custodian = world.sign_in("custodian.one")
    with texting.database.writing() as session:
        place_case(session, world.vault, world.rules, custodian, case_id, OrganisationId(world.near.id))
    # Placed again with the first partner it is another occasion.
    assert alerted(texting) == sorted([*both("near.lead", "far.lead", "custodian.one"), *both("near.lead")])


def test_the_dispatcher_calls_the_next_one_when_an_offer_was_left_lying(texting: Texting) -> None:
    reachable(texting)
    in_danger(texting)
    texting.pass_by(days=6)
    assert run_job(next(job for job in JOBS if job.name == "expire_offers"), _tools(texting)) > 0
    assert alerted(texting) == both("near.lead", "far.lead", "custodian.one")


def test_danger_told_by_text_calls_the_partner_once_and_silence_calls_nobody_twice(texting: Texting) -> None:
    reachable(texting)
    texting.say("Please help us, it is bad here", "1", "1", "Foxglove Circuits Penang")
    texting.fall_silent()
    assert texting.case().urgency is Urgency.DANGER
    assert len(alerted(texting)) == len(set(alerted(texting))) > 0
    assert set(both("near.lead")) <= set(alerted(texting))
    assert not set(both("other.lead")) & set(alerted(texting))


def test_a_restricted_case_calls_only_members_of_the_restricted_circle(texting: Texting) -> None:
    world = texting.world
    _let_in(texting, "near.lead", "near.caseworker", [CircleName.EVERYONE])
    reachable(texting, "near.lead")
    caseworker = world.sign_in("near.caseworker")
    with texting.database.writing() as session:
        keep_address(session, world.vault, caseworker, Channel.TEXT, "+60123450903")
    plain = in_danger(texting)
    assert alerted(texting, plain) == sorted([*both("near.lead"), "+60123450903"])
    restricted = in_danger(texting, topics=("gbvh",))
    assert alerted(texting, restricted) == both("near.lead")


def test_viewers_are_not_called_and_whoever_set_the_danger_neither(texting: Texting) -> None:
    world = texting.world
    world.join(world.near, "near.viewer", Role.VIEWER)
    _let_in(texting, "near.lead", "near.viewer", [CircleName.EVERYONE])
    reachable(texting, "near.lead")
    viewer = world.sign_in("near.viewer")
    with texting.database.writing() as session:
        keep_address(session, world.vault, viewer, Channel.TEXT, "+60123450904")
    lead = world.sign_in("near.lead")
    case_id = in_danger(texting)
    assert alerted(texting, case_id) == both("near.lead")
    with texting.database.writing() as session:
        accept_offer(session, world.vault, world.rules, lead, case_id)
        assert alert_danger(session, world.vault, session.get_one(Case, case_id)) == 0
        assert (
            alert_danger(
                session, world.vault, session.get_one(Case, case_id), "set 3", but_not=lead.member.id
            )
            == 0
        )
        assert alert_danger(session, world.vault, session.get_one(Case, case_id), "worse 1") == 2
        assert alert_danger(session, world.vault, session.get_one(Case, case_id), "worse 1") == 0


def test_nobody_is_called_for_a_locked_case_whatever_becomes_of_it(texting: Texting) -> None:
    """The page said "Nobody will come unless a helper reads this", and then "Nobody is told"."""
    reachable(texting)
    filed = texting.world.file(danger=True, consent=ConsentLevel.NOBODY)
    assert alerted(texting) == []
    get_worse(texting, texting.world.enter(filed))
    texting.pass_by(days=20)
    _every_tick(texting)
    assert alerted(texting) == []


def test_the_word_that_unlocks_a_case_in_danger_calls_somebody(texting: Texting) -> None:
    reachable(texting)
    filed = texting.world.file(danger=True, consent=ConsentLevel.NOBODY)
    get_worse(texting, texting.world.enter(filed))
    change(texting, texting.world.enter(filed), ConsentLevel.HELPER)
    assert alerted(texting) == both("near.lead", "far.lead")


def test_a_case_that_is_locked_later_calls_nobody_from_then_on(texting: Texting) -> None:
    """Also not those who had it before, and what still waited to go out to them does not."""
    world = texting.world
    reachable(texting)
    filed = world.file(danger=True)
    case_id, worker = world.case_of(filed), world.enter(filed)
    with texting.database.writing() as session:
        accept_offer(session, world.vault, world.rules, world.sign_in("near.lead"), case_id)
    before = alerted(texting)
    change(texting, worker, ConsentLevel.NOBODY)
    get_worse(texting, worker)
    noise = in_danger(texting)
    texting.pass_by(seconds=1)
    assert alerted(texting) == sorted([*before, *both("near.lead", "far.lead")])
    settings = read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org"})
    send_due(texting.database, texting.dispatcher, texting.services.gateways, settings)
    texting.pass_by(days=20)
    _every_tick(texting)
    with texting.database.reading() as session:
        went = {text.case_id: text.state for text in session.scalars(select(OutgoingText))}
    assert went.pop(case_id) is Delivery.CANCELLED
    assert went.pop(noise) is not Delivery.CANCELLED


def test_a_case_that_is_locked_by_text_calls_not_even_custody_which_keeps_it(texting: Texting) -> None:
    reachable(texting)
    texting.say("Please help us, it is bad here", "1", "2", "Foxglove Circuits Penang", "1", "4", "2")
    assert texting.facts().consent is ConsentLevel.NOBODY
    assert (texting.world.coordinator.id, "custody", "live") in texting.grants()
    with texting.database.writing() as session:
        case = session.get_one(Case, texting.case().id)
        case.urgency = Urgency.DANGER
        assert alert_danger(session, texting.world.vault, case, "told later") == 0
    texting.fall_silent()
    texting.pass_by(days=20)
    _every_tick(texting)
    assert alerted(texting) == []


def get_worse(texting: Texting, worker: Worker) -> None:
    """Say in the inbox that it got worse and that there is danger, as the page does it."""
    vault, submission = texting.world.vault, uuid4()
    with texting.database.writing() as session:
        say_worse(session, vault, texting.world.rules, worker, "They hit us.", True, submission)


def change(texting: Texting, worker: Worker, level: ConsentLevel) -> None:
    """Change in the inbox who may know, as the page does it."""
    world = texting.world
    with texting.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, level)


def _every_tick(texting: Texting) -> None:
    """All that the dispatcher does without anybody asking."""
    tools = _tools(texting)
    for job in JOBS:
        if isinstance(job, Job):
            run_job(job, tools)


def _tools(texting: Texting) -> Services:
    return services_over(
        texting.database, texting.dispatcher, texting.world.rules, gateways=texting.services.gateways
    )


def test_alerts_hold_no_content_and_one_segment(texting: Texting) -> None:
    reachable(texting)
    case_id = in_danger(texting)
    with texting.database.reading() as session:
        rows = session.scalars(select(OutgoingText).where(OutgoingText.case_id == case_id)).all()
        bodies = {
            str(texting.dispatcher.open_contact(body_place(row.id), row.body_sealed or b"")) for row in rows
        }
        acts = [entry.act for entry in read_journal(session, texting.world.vault, case_id)]
    assert bodies == {ALERT, f"{SUBJECT}\n\n{ALERT}"}
    assert acts.count("case.alerted") == 2  # of each partner that was asked


@pytest.mark.parametrize("words", (ALERT, SUBJECT, TEST, TEST_SUBJECT))
def test_no_alert_names_anything(words: str) -> None:
    counted = count_segments(words)
    assert (counted.encoding, counted.count) == ("GSM-7", 1)
    plain = words.casefold()
    for telling in _TELLING:
        assert telling not in plain
    assert "%" not in words
    assert not any(sign.isdigit() for sign in words)


_TELLING = (
    *(
        "worker",
        "case",
        "danger",
        "complaint",
        "grievance",
        "report",
        "help",
        "factory",
        "mine",
        "site",
        "employer",
    ),
    *(
        "company",
        "union",
        "partner",
        "monitoring",
        "coordinator",
        "custod",
        "wage",
        "pay",
        "hurt",
        "child",
        "http",
    ),
)


def test_addresses_and_numbers_are_nowhere_in_the_clear(texting: Texting) -> None:
    reachable(texting)
    in_danger(texting)
    stored = everything_stored(texting.database)
    for login, number in NUMBERS.items():
        assert number.encode() not in stored
        assert number[1:].encode() not in stored
        assert f"{login}@mail.example".encode() not in stored
    assert b"Mawar Workers Aid" in stored
    with texting.database.reading() as session:
        kept = kept_addresses(
            session,
            texting.world.vault,
            texting.services.gateways,
            texting.world.sign_in("near.lead").member.id,
        )
    assert {channel: each.hint for channel, each in kept.items()} == {
        Channel.TEXT: "+60…01",
        Channel.EMAIL: "n…@mail.example",
    }


@pytest.mark.parametrize(
    ("channel", "text"),
    (
        (Channel.TEXT, "AIRTEL"),
        (Channel.TEXT, "12345"),
        (Channel.TEXT, ""),
        (Channel.TEXT, "near@mail.example"),
        (Channel.EMAIL, "near"),
        (Channel.EMAIL, "near@mail"),
        (Channel.EMAIL, "near@mail.example\nBcc: all@mail.example"),
        (Channel.EMAIL, "Near <near@mail.example>"),
        (Channel.EMAIL, "a" * 250 + "@mail.example"),
        (Channel.EMAIL, ""),
        (Channel.EMAIL, "@"),
    ),
)
def test_what_is_no_address_is_not_kept(texting: Texting, channel: Channel, text: str) -> None:
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        with pytest.raises(AddressUnreadable):
            keep_address(session, texting.world.vault, lead, channel, text)
        assert session.scalars(select(MemberAddress)).all() == []


def test_a_national_number_is_read_in_the_organisations_country_and_the_last_one_counts(
    texting: Texting,
) -> None:
    reachable(texting, "near.lead")
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        keep_address(session, texting.world.vault, lead, Channel.TEXT, "012-345 0999")
    in_danger(texting)
    assert alerted(texting) == sorted(["+60123450999", "near.lead@mail.example"])
    with texting.database.writing() as session:
        forget_address(session, texting.world.vault, lead, Channel.TEXT)
        forget_address(session, texting.world.vault, lead, Channel.TEXT)
    assert alerted(texting) == ["near.lead@mail.example"]


def test_a_test_goes_once_for_each_press_and_not_endlessly(texting: Texting) -> None:
    reachable(texting)
    lead = texting.world.sign_in("near.lead")
    press = uuid4()
    with texting.database.writing() as session:
        first = [send_test(session, texting.world.vault, lead, Channel.TEXT, press) for _ in range(2)]
        assert len(set(first)) == 1
        for _ in range(TESTS.most - 2):
            send_test(session, texting.world.vault, lead, Channel.TEXT, uuid4())
        with pytest.raises(TooManyTests):
            send_test(session, texting.world.vault, lead, Channel.TEXT, uuid4())
    assert set(alerted(texting)) == {NUMBERS["near.lead"]}


def test_a_helper_is_being_told_only_where_an_alert_could_be_sent(texting: Texting) -> None:
    texting.say("Please help us, it is bad here", "1")
    case = texting.case()

    def told(gateways: Gateways, *, routes: bool) -> OrganisationId | None:
        with texting.database.reading() as session:
            row = session.get_one(Case, case.id)
            return who_can_be_alerted(session, texting.world.vault, gateways, row, routes=routes)

    sends = texting.services.gateways
    silent = mock.create_autospec(Gateways, instance=True, names=())
    silent.route_to.return_value = None
    assert (told(sends, routes=True), told(sends, routes=False)) == (None, None)
    # Whom the routing will ask is not known yet: one of two that are kept ready is not enough.
    reachable(texting, "near.lead", "custodian.one")
    assert told(sends, routes=True) is None
    assert told(sends, routes=False) == texting.world.coordinator.id
    reachable(texting, "far.lead")
    assert told(sends, routes=True) in (texting.world.near.id, texting.world.far.id)
    assert (told(silent, routes=True), told(silent, routes=False)) == (None, None)


def test_organisations_where_nobody_can_be_alerted_are_named(texting: Texting) -> None:
    def silent() -> dict[str, bool]:
        with texting.database.reading() as session:
            return {each.name: each.only_restricted for each in unalerted(session, texting.world.vault)}

    everybody = {"Keel Coordination", "Mawar Workers Aid", "Distant Line", "Palmyra Centre"}
    assert silent() == dict.fromkeys(everybody, False)
    reachable(texting, "near.lead", "custodian.one")
    assert silent() == {"Distant Line": False, "Palmyra Centre": False}
    _let_in(texting, "far.lead", "far.second", [CircleName.EVERYONE])
    second = texting.world.sign_in("far.second")
    with texting.database.writing() as session:
        keep_address(session, texting.world.vault, second, Channel.EMAIL, "second@mail.example")
    assert silent() == {"Distant Line": True, "Palmyra Centre": False}


def _let_in(texting: Texting, lead: str, login: str, circles: Iterable[CircleName]) -> None:
    world = texting.world
    if login not in world.secrets:
        world.join(world.far, login, Role.CASEWORKER)
        texting.pass_by(seconds=30)  # no code works twice
    by, member = world.sign_in(lead), world.sign_in(login).member
    with world.database.writing() as session:
        record_training(session, world.vault, by, member.id, trained=True)
        admit_member(session, world.vault, by, member.id, list(circles))
