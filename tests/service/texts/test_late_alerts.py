"""Who is asked because something is late is told by text and e-mail that say nothing else, and nobody gets a burst."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, true, update

from app import clock
from app.cases.case.assignment import claim
from app.cases.case.models import Case, Clock, Escalation
from app.cases.clocks import remind_of_dates, settle_clocks
from app.cases.desk import add_outside_date
from app.cases.enums import ClockKind, ClockState, OutsideDateKind, Rung, RungState, State
from app.cases.escalation.climbing import climb_ladders
from app.cases.routing.offers import accept_offer
from app.database import CaseId, new_id
from app.messaging.delivery import Delivery, Purpose
from app.messaging.members.date_alerts import DATE, DATE_SUBJECT
from app.messaging.members.late_alerts import LATE, LATE_SUBJECT
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue import MERGED
from app.messaging.queue.outgoing import body_place
from app.messaging.sending import send_due
from app.network import Member, Organisation, admit_member
from app.vault import CircleName
from tests.support.alerts import reachable
from tests.support.dates import dates_pass
from tests.support.past_us import table, write_past_us
from tests.support.texting import Texting


def taken(texting: Texting) -> CaseId:
    world = texting.world
    case_id = world.case_of(world.file())
    with texting.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, world.sign_in("near.lead"), case_id).taken
    return case_id


def told(texting: Texting, *cases: CaseId) -> list[tuple[str, Delivery]]:
    """Of which organisation those are whom alerts are for, and what became of each, the first due first."""
    with texting.database.reading() as session:
        found = session.execute(
            select(Organisation.name, OutgoingText.state)
            .join(MemberAddress, MemberAddress.id == OutgoingText.address_id)
            .join(Member, Member.id == MemberAddress.member_id)
            .join(Organisation, Organisation.id == Member.organisation_id)
            .where(
                OutgoingText.purpose == Purpose.ALERT, OutgoingText.case_id.in_(cases) if cases else true()
            )
            .order_by(OutgoingText.due_at)
        ).all()
    return [(name, state) for name, state in found]


def add_flight(texting: Texting, case_id: CaseId, days: int) -> None:
    world, on = texting.world, (clock.now() + timedelta(days=days)).date()
    lead = world.sign_in("near.lead")
    with texting.database.writing() as session:
        add_outside_date(session, world.vault, lead, case_id, OutsideDateKind.FLIGHT, on, new_id())


WAITING_STATES: dict[str, dict[str, Any]] = {
    "custody": {"organisation_id": None, "state": State.RECEIVED},
    "offered": {"state": State.OFFERED},
    "stopped": {"stopped_hour": datetime(2026, 11, 1, tzinfo=UTC)},
}


def turn(texting: Texting, case_id: CaseId, values: dict[str, Any]) -> dict[str, Any]:
    """Let a case stand otherwise; how it stood before."""
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        before = {name: getattr(case, name) for name in values}
        for name, value in values.items():
            setattr(case, name, value)
    return before


def reminded(texting: Texting) -> int:
    """How many dates three ticks dealt with."""
    number = 0
    for _ in range(3):
        with texting.database.writing() as session:
            number += remind_of_dates(session, texting.world.vault, 1)
    return number


def test_the_lead_the_coordinator_and_who_stands_by_are_told_in_turn(texting: Texting) -> None:
    reachable(texting)
    case_id = taken(texting)
    for day in range(3, 22):
        dates_pass(texting.world, day)
        with texting.database.reading() as session:
            if session.get_one(Case, case_id).state is State.OFFERED:
                break
    assert [who for who, _ in told(texting, case_id)] == [
        *["Mawar Workers Aid"] * 2,
        *["Keel Coordination"] * 2,
        *["Distant Line"] * 2,
    ]


def test_what_is_told_names_nothing(texting: Texting) -> None:
    reachable(texting, "near.lead")
    taken(texting)
    dates_pass(texting.world, 5)
    with texting.database.reading() as session:
        bodies = {
            str(texting.dispatcher.open_contact(body_place(text.id), text.body_sealed or b""))
            for text in session.scalars(select(OutgoingText).where(OutgoingText.purpose == Purpose.ALERT))
        }
    assert bodies == {LATE, f"{LATE_SUBJECT}\n\n{LATE}"}


def test_where_its_helper_has_no_address_whoever_can_open_the_case_is_told(texting: Texting) -> None:
    reachable(texting, "near.lead", "far.lead")
    world, case_id = texting.world, taken(texting)
    helper = world.sign_in("near.caseworker")
    with texting.database.writing() as session:
        lead = world.sign_in("near.lead")
        admit_member(session, world.vault, lead, helper.member.id, [CircleName.EVERYONE])
    with texting.database.writing() as session:
        claim(session, world.vault, helper, case_id)
    dates_pass(world, 3)
    with texting.database.reading() as session:
        assert session.scalars(select(Escalation.rung).where(Escalation.case_id == case_id)).all() == [
            Rung.HELPER
        ]
    assert [who for who, _ in told(texting, case_id)] == ["Mawar Workers Aid"] * 2


def test_many_late_cases_at_once_are_one_alert_and_one_at_the_end_of_the_hours(texting: Texting) -> None:
    reachable(texting, "near.lead")
    for _ in range(5):
        taken(texting)
    dates_pass(texting.world, 60)
    states = [state for _, state in told(texting)]
    assert states.count(Delivery.WAITING) == 2 * 2  # by text and by e-mail: now, and once more
    assert states.count(Delivery.CANCELLED) == 3 * 2


def sent(texting: Texting) -> int:
    """One tick of the dispatcher that sends, long after every quiet hour; how many alerts were looked at."""
    services = replace(texting.services, vault=texting.dispatcher)
    return send_due(services.database, services.vault, services.gateways, services.settings)


def fates(texting: Texting) -> Counter[tuple[str, str | None]]:
    """What became of alerts by text and e-mail: the state, and why."""
    with texting.database.reading() as session:
        found = session.execute(
            select(OutgoingText.state, OutgoingText.reason).where(
                OutgoingText.purpose == Purpose.ALERT, OutgoingText.rung_id.is_not(None)
            )
        )
        return Counter((row.state.value, row.reason) for row in found)


def meet(texting: Texting, case_id: UUID) -> None:
    """All that is asked of a case is done."""
    with texting.database.writing() as session:
        settle_clocks(session, session.get_one(Case, case_id), tuple(ClockKind), ClockState.MET)


OFF = ("cancelled", "late no more")


@pytest.mark.parametrize("what", ("met", "closed", "moved", "stopped", "late"))
def test_an_alert_is_called_off_when_nothing_is_late_before_it_goes_out(texting: Texting, what: str) -> None:
    reachable(texting, "near.lead", "far.lead")
    case_id = taken(texting)
    dates_pass(texting.world, 3)
    assert fates(texting) == Counter({("waiting", None): 2})
    changes: dict[str, dict[str, Any]] = {
        "closed": {"is_open": False, "state": State.CLOSED},
        "moved": {"organisation_id": texting.world.far.id, "state": State.ASSESSING},
        "stopped": {"stopped_hour": datetime(2026, 11, 1, tzinfo=UTC)},
    }
    turn(texting, case_id, changes.get(what, {}))
    if what == "met":
        meet(texting, case_id)
    assert sent(texting) == 2
    # There is no mail server in this test.
    went = Counter({("delivered", None): 1, ("failed", "no gateway"): 1})
    # Whoever was asked and does not have the case any more is not told, late or not.
    why_off = {"closed": ("cancelled", "case closed"), "moved": ("cancelled", None)}.get(what, OFF)
    off = Counter({why_off: 2})
    assert fates(texting) == (went if what == "late" else off)


@pytest.mark.parametrize("left", ("none", "own", "merged"))
def test_an_alert_that_speaks_for_several_goes_out_while_any_of_them_is_late(
    texting: Texting, left: str
) -> None:
    reachable(texting, "near.lead")
    for _ in range(4):
        taken(texting)
    dates_pass(texting.world, 3)
    sent(texting)
    with texting.database.reading() as session:
        waiting = session.scalars(
            select(OutgoingText).where(
                OutgoingText.state == Delivery.WAITING, OutgoingText.rung_id.is_not(None)
            )
        ).all()
        own = {
            session.scalars(select(Escalation.case_id).where(Escalation.id == text.rung_id)).one()
            for text in waiting
        }
        spoken_for = set(
            session.scalars(select(OutgoingText.case_id).where(OutgoingText.reason == MERGED)).all()
        )
    assert len(waiting) == 2
    assert len(own) == 1
    assert len(spoken_for) == 2
    choices: dict[str, set[Any]] = {"none": set(), "own": set(own), "merged": set(spoken_for)}
    still = choices[left]
    with texting.database.reading() as session:
        done = session.scalars(select(Case.id).where(Case.id.not_in(still))).all()
    for case_id in done:
        meet(texting, case_id)
    texting.pass_by(hours=4)
    before = fates(texting)
    assert sent(texting) == 2
    assert (fates(texting) - before)[OFF] == (2 if left == "none" else 0)
    assert Delivery.WAITING not in {state for state, _ in fates(texting)}


def test_who_writes_past_us_into_a_rung_silences_no_alert(texting: Texting) -> None:
    reachable(texting, "near.lead")
    case_id = taken(texting)
    dates_pass(texting.world, 3)
    write_past_us(texting.database, Escalation, {"case_id": case_id}, state=RungState.ENDED)
    sent(texting)
    assert fates(texting) == Counter({("delivered", None): 1, ("failed", "no gateway"): 1})


@pytest.mark.parametrize("what", ("deleted", "called met", "renamed", "climbed since"))
def test_who_writes_past_us_into_the_clock_silences_no_alert(texting: Texting, what: str) -> None:
    """No MAC covers a clock: that what was late is done, the journal says."""
    reachable(texting, "near.lead")
    case_id = taken(texting)
    dates_pass(texting.world, 3)
    clocks = table(Clock)
    late = (clocks.c.case_id == case_id, clocks.c.state == ClockState.MISSED)
    acts = {
        "called met": update(clocks).where(*late).values(state=ClockState.MET),
        "renamed": update(clocks).where(*late).values(id=uuid4()),
    }
    with texting.database.engine.begin() as connection:
        assert connection.execute(acts.get(what, delete(clocks).where(*late))).rowcount == 1
    if what == "climbed since":
        with texting.database.writing() as session:
            climb_ladders(session, texting.world.vault, texting.world.rules, 100)
    sent(texting)
    assert fates(texting) == Counter({("delivered", None): 1, ("failed", "no gateway"): 1})


def test_a_date_that_comes_near_is_told_once_a_day_to_who_has_the_case(texting: Texting) -> None:
    reachable(texting, "near.lead", "far.lead")
    for case_id in (taken(texting), taken(texting)):
        add_flight(texting, case_id, 20)
    clock.set_offset(7 * 86_400)
    assert reminded(texting) == 2
    assert [who for who, _ in told(texting)] == ["Mawar Workers Aid"] * 2  # by text and by e-mail
    with texting.database.reading() as session:
        bodies = {
            str(texting.dispatcher.open_contact(body_place(text.id), text.body_sealed or b""))
            for text in session.scalars(select(OutgoingText).where(OutgoingText.purpose == Purpose.ALERT))
        }
    assert bodies == {DATE, f"{DATE_SUBJECT}\n\n{DATE}"}


def test_who_has_the_case_is_told_30_14_7_and_2_days_before_and_on_no_other_day(texting: Texting) -> None:
    reachable(texting, "near.lead")
    case_id = taken(texting)
    add_flight(texting, case_id, 40)
    add_flight(texting, taken(texting), 400)  # noise
    told_before = list[int]()
    for day in range(1, 45):
        before = len(told(texting))
        clock.set_offset(day * 86_400)
        reminded(texting)
        told_before += [40 - day] * (len(told(texting)) > before)
    assert told_before == [30, 14, 7, 2]


@pytest.mark.parametrize("what", ("custody", "offered", "stopped"))
def test_a_reminder_waits_until_somebody_can_be_told_of_it(texting: Texting, what: str) -> None:
    reachable(texting, "near.lead", "far.lead")
    case_id, later = taken(texting), taken(texting)
    add_flight(texting, case_id, 9)
    add_flight(texting, later, 60)
    before = turn(texting, case_id, WAITING_STATES[what])
    clock.set_offset(3 * 86_400)
    assert reminded(texting) == 0
    assert told(texting) == []
    turn(texting, case_id, before)
    assert reminded(texting) == 1
    assert reminded(texting) == 0
    assert [who for who, _ in told(texting)] == ["Mawar Workers Aid"] * 2


def test_nobody_is_told_of_a_day_that_is_over_nor_of_practice(texting: Texting) -> None:
    reachable(texting, "near.lead")
    closed, practice, outage = taken(texting), taken(texting), taken(texting)
    for case_id in (closed, practice, outage):
        add_flight(texting, case_id, 9)
    before = turn(texting, closed, {"is_open": False, "state": State.CLOSED})
    turn(texting, practice, {"practice": True})
    clock.set_offset(11 * 86_400)
    assert reminded(texting) == 1  # that of the outage, which ends
    turn(texting, closed, before)
    assert reminded(texting) == 1
    assert reminded(texting) == 0
    assert told(texting) == []
