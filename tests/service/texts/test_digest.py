"""The mail of a working morning: once a day by the member's own clocks, in numbers only, and never late."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case import Case, Task, claim
from app.cases.routing.offers import accept_offer
from app.cases.rules import Calendar, Rules
from app.database import CaseId, MemberId, new_id
from app.messaging.delivery import Delivery
from app.messaging.gateways.registry import load_gateways
from app.messaging.members import Channel, Notice, choose_notices, keep_address, write_digests
from app.messaging.members.digest import DIGEST, DIGEST_SUBJECT, morning_of
from app.messaging.models import MemberAddress, MemberNotices, OutgoingText
from app.messaging.queue.outgoing import address_place, body_place
from app.messaging.sending import send_due
from app.network import Member, be_away, choose_zone
from app.settings import read_settings
from tests.support.mailbox import open_mailbox
from tests.support.past_us import write_past_us
from tests.support.texting import Texting

DESK = "https://help.example.org/desk/"
KUALA_LUMPUR, BERLIN, ZURICH = (
    ZoneInfo(name) for name in ("Asia/Kuala_Lumpur", "Europe/Berlin", "Europe/Zurich")
)

Go = Callable[[datetime], None]


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Go:
    """Let it be this moment, for as long as the test does not say another one."""
    real = clock.now

    def be(moment: datetime) -> None:
        shift = moment - real()
        monkeypatch.setattr(clock, "now", lambda: real() + shift)

    return be


# One Monday for the whole test, wherever its clock has been moved to; not tomorrow, since midnight may come before the test does.
_SOONEST = datetime.now(UTC).date() + timedelta(days=2)
_MONDAY = _SOONEST + timedelta(days=-_SOONEST.weekday() % 7)


def monday(zone: ZoneInfo, hour: int, minute: int = 0) -> datetime:
    """An hour of next Monday there."""
    return datetime.combine(_MONDAY, time(hour, minute), zone)


def by_mail(texting: Texting, *logins: str) -> None:
    for login in logins:
        by = texting.world.sign_in(login)
        with texting.database.writing() as session:
            keep_address(session, texting.world.vault, by, Channel.EMAIL, f"{login}@mail.example")


def tick(texting: Texting, rules: Rules | None = None) -> int:
    with texting.database.writing() as session:
        return write_digests(session, texting.world.vault, rules or texting.world.rules, DESK, 10)


def mails(texting: Texting) -> list[str]:
    """What was written down, as the dispatcher opens it."""
    with texting.database.reading() as session:
        rows = session.scalars(select(OutgoingText).where(OutgoingText.gateway == "email")).all()
        return [
            str(texting.dispatcher.open_contact(body_place(row.id), row.body_sealed or b"")) for row in rows
        ]


def recipients(texting: Texting) -> list[str]:
    with texting.database.reading() as session:
        found = session.execute(
            select(OutgoingText, MemberAddress)
            .join(MemberAddress, MemberAddress.id == OutgoingText.address_id)
            .where(OutgoingText.gateway == "email")
        )
        return sorted(
            str(texting.dispatcher.open_contact(address_place(address.id), address.address_sealed))
            for _, address in found
        )


def taken(texting: Texting) -> CaseId:
    world = texting.world
    case_id, lead = world.case_of(world.file()), world.sign_in("near.lead")
    with texting.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, case_id).taken
    return case_id


def turn(texting: Texting, case_id: CaseId, **values: object) -> None:
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        for name, value in values.items():
            setattr(case, name, value)


def plan(texting: Texting, case_id: CaseId, due_at: datetime, who: MemberId, *, ended: bool) -> None:
    with texting.database.writing() as session:
        session.add(
            Task(
                case_id=case_id,
                id=new_id(),
                entry_id=new_id(),
                organisation_id=texting.world.near.id,
                member_id=who,
                due_at=due_at.astimezone(UTC),
                planned_hour=clock.hour_of(clock.now()),
                ended_hour=clock.hour_of(clock.now()) if ended else None,
            )
        )


def test_a_mail_holds_counts_and_the_way_to_the_desk_and_nothing_else(texting: Texting, go: Go) -> None:
    by_mail(texting, "near.lead")
    world, lead = texting.world, texting.world.sign_in("near.lead")
    helper = world.sign_in("near.caseworker").member.id
    now = monday(KUALA_LUMPUR, 8)
    late, today, tomorrow, colleagues, closed, practice = (taken(texting) for _ in range(6))
    with texting.database.writing() as session:
        claim(session, world.vault, lead, late)
    turn(texting, late, next_due_at=now - timedelta(hours=1), worker_wrote=True)
    turn(texting, today, next_due_at=monday(KUALA_LUMPUR, 23, 59), worker_wrote=False)
    turn(texting, tomorrow, next_due_at=monday(KUALA_LUMPUR, 0) + timedelta(days=1), worker_wrote=False)
    gone = {"next_due_at": now - timedelta(hours=1), "worker_wrote": True}
    turn(texting, colleagues, assignee_id=helper, **gone)
    turn(texting, closed, is_open=False, **gone)
    turn(texting, practice, practice=True, **gone)
    world.file()  # an offer
    planned, mine, ended, not_mine = (taken(texting) for _ in range(4))
    for case_id in (planned, mine, ended, not_mine):
        turn(texting, case_id, next_due_at=now + timedelta(days=9), assignee_id=helper, worker_wrote=False)
    later = now + timedelta(hours=2)
    for case_id, due, who in (
        (planned, now - timedelta(hours=1), lead.member.id),
        (mine, later, lead.member.id),
        (late, later, lead.member.id),  # which is late by a clock, and counts once
        (ended, later, lead.member.id),
        (not_mine, later, helper),
    ):
        plan(texting, case_id, due, who, ended=case_id == ended)
    go(now)
    assert tick(texting) == 1
    (mail,) = mails(texting)
    offers = int(re.findall(r"organisation: (\d+)", mail)[0])
    assert offers >= 1
    expected = DIGEST.format(late=2, due_today=2, unread_answers=1, offers=offers, desk=DESK)
    assert mail == f"{DIGEST_SUBJECT}\n\n{expected}"
    with texting.database.reading() as session:
        references = session.scalars(select(Case.reference)).all()
    assert not [each for each in references if each in mail]


def test_it_comes_once_a_day_by_the_members_own_clocks(texting: Texting, go: Go) -> None:
    by_mail(texting, "near.lead", "near.caseworker", "far.lead", "custodian.one")
    helper = texting.world.sign_in("near.caseworker")
    with texting.database.writing() as session:
        choose_zone(session, texting.world.vault, helper, "Europe/Berlin")
    go(monday(KUALA_LUMPUR, 7, 29))
    assert tick(texting) == 0
    go(monday(KUALA_LUMPUR, 7, 30))
    assert (tick(texting), tick(texting)) == (1, 0)
    assert recipients(texting) == ["near.lead@mail.example"]
    go(monday(KUALA_LUMPUR, 7, 31) - timedelta(hours=1))  # the clock was moved back
    assert tick(texting) == 0
    go(monday(BERLIN, 7, 30))
    assert tick(texting) == 2  # one lives by Berlin, one in Switzerland; nobody mails the coordinator a queue
    go(monday(KUALA_LUMPUR, 9) + timedelta(days=1))
    assert tick(texting) == 1
    go(monday(KUALA_LUMPUR, 9) + timedelta(days=5))  # Saturday
    assert tick(texting) == 0
    # Who moves on the same day gets no second one.
    with texting.database.writing() as session:
        member = session.get_one(Member, helper.member.id)
        member.zone_veil = None
    go(monday(KUALA_LUMPUR, 8))
    assert tick(texting) == 0


def test_after_ten_days_without_a_dispatcher_at_most_one_comes_and_no_stale_one(
    texting: Texting, go: Go
) -> None:
    by_mail(texting, "near.lead")
    go(monday(KUALA_LUMPUR, 7, 30))
    assert tick(texting) == 1
    go(monday(KUALA_LUMPUR, 11, 30) + timedelta(days=10))
    assert tick(texting) == 0
    go(monday(KUALA_LUMPUR, 11, 29) + timedelta(days=11))  # Friday
    assert tick(texting) == 1
    # What was written down and could not be sent while it was morning is not sent.
    services = replace(texting.services, vault=texting.dispatcher)
    go(monday(KUALA_LUMPUR, 12) + timedelta(days=11))
    send_due(services.database, services.vault, services.gateways, services.settings)
    with texting.database.reading() as session:
        states = session.scalars(select(OutgoingText.state).where(OutgoingText.gateway == "email")).all()
    assert set(states) == {Delivery.EXPIRED}


def test_three_dispatchers_at_once_write_one(texting: Texting, go: Go) -> None:
    by_mail(texting, "near.lead", "near.caseworker", "other.lead")
    go(monday(ZoneInfo("Asia/Kolkata"), 8))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: tick(texting), range(6)))
    assert recipients(texting) == sorted(
        f"{login}@mail.example" for login in ("near.lead", "near.caseworker", "other.lead")
    )


def test_who_wants_none_is_away_or_has_a_holiday_gets_none(texting: Texting, go: Go) -> None:
    by_mail(texting, "near.lead", "near.caseworker")
    world, now = texting.world, monday(KUALA_LUMPUR, 8)
    lead, helper = world.sign_in("near.lead"), world.sign_in("near.caseworker")
    both = {Notice.DANGER: frozenset(Channel)}
    with texting.database.writing() as session:
        choose_notices(session, world.vault, lead, both)
        be_away(session, world.vault, helper, now.date(), now.date(), lead.member.id)
    go(now)
    holiday = world.rules.deadlines.with_days_off({"MY": frozenset({now.date() + timedelta(days=1)})})
    rules = replace(world.rules, deadlines=holiday)
    assert tick(texting, rules) == 0
    go(now + timedelta(days=1))
    assert tick(texting, rules) == 0
    go(now + timedelta(days=2))
    assert tick(texting, rules) == 1
    # A choice that others wrote is none.
    write_past_us(texting.database, MemberNotices, {"member_id": lead.member.id}, row_mac=None)
    assert tick(texting, rules) == 1


def test_it_travels_to_a_mail_server(texting: Texting, go: Go) -> None:
    by_mail(texting, "near.lead")
    go(monday(KUALA_LUMPUR, 8))
    tick(texting)
    with open_mailbox() as box:
        told = {"REDRESS_SMTP_URL": f"smtp://127.0.0.1:{box.port}?from=alerts@help.example"}
        settings = read_settings(told)
        gateways = load_gateways(settings, texting.dispatcher, texting.database, {})
        send_due(texting.database, texting.dispatcher, gateways, settings)
        assert "rcpt TO:<near.lead@mail.example>" in box.said
        (mail,) = box.mails
    assert f"Subject: {DIGEST_SUBJECT}" in mail
    assert DESK in mail


WEEKDAYS = Calendar(frozenset({5, 6}))


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    (
        # The Monday after the clocks went forward, and the one after they went back: half past seven there.
        (BERLIN, datetime(2027, 3, 29, 5, 30, tzinfo=UTC), date(2027, 3, 29)),
        (BERLIN, datetime(2027, 3, 29, 5, 29, tzinfo=UTC), None),
        (BERLIN, datetime(2026, 10, 26, 6, 30, tzinfo=UTC), date(2026, 10, 26)),
        (BERLIN, datetime(2026, 10, 26, 6, 29, tzinfo=UTC), None),
        # Monday there, Sunday in UTC; and the other way round.
        (KUALA_LUMPUR, datetime(2026, 11, 29, 23, 30, tzinfo=UTC), date(2026, 11, 30)),
        (KUALA_LUMPUR, datetime(2026, 12, 4, 23, 30, tzinfo=UTC), None),
        (ZoneInfo("America/Los_Angeles"), datetime(2026, 11, 30, 15, 30, tzinfo=UTC), date(2026, 11, 30)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2027, 4, 4, 21, 0, tzinfo=UTC), date(2027, 4, 5)),
        (ZURICH, datetime(2026, 11, 30, 10, 30, tzinfo=UTC), None),
    ),
)
def test_a_morning_is_one_of_the_members_zone(zone: ZoneInfo, moment: datetime, day: date | None) -> None:
    assert morning_of(moment, replace(WEEKDAYS, zone=zone)) == day
