"""Who is asked because something is late is told by text and e-mail that say nothing else, and nobody gets a burst."""

from datetime import timedelta

from sqlalchemy import select, true

from app import clock
from app.cases.case.assignment import claim
from app.cases.case.models import Case, Escalation
from app.cases.clocks import remind_of_dates
from app.cases.desk import add_outside_date
from app.cases.enums import OutsideDateKind, Rung, State
from app.cases.routing.offers import accept_offer
from app.database import CaseId, new_id
from app.messaging.delivery import Delivery, Purpose
from app.messaging.members.date_alerts import DATE, DATE_SUBJECT
from app.messaging.members.late_alerts import LATE, LATE_SUBJECT
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue.outgoing import body_place
from app.network import Member, Organisation, admit_member
from app.vault import CircleName
from tests.support.alerts import reachable
from tests.support.dates import dates_pass
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


def test_a_date_that_comes_near_is_told_once_a_day_to_who_has_the_case(texting: Texting) -> None:
    reachable(texting, "near.lead", "far.lead")
    world, lead = texting.world, texting.world.sign_in("near.lead")
    on = (clock.now() + timedelta(days=20)).date()
    for case_id in (taken(texting), taken(texting)):
        with texting.database.writing() as session:
            add_outside_date(session, world.vault, lead, case_id, OutsideDateKind.FLIGHT, on, new_id())
    clock.set_offset(7 * 86_400)
    reminded = 0
    for _ in range(3):
        with texting.database.writing() as session:
            reminded += remind_of_dates(session, world.vault, 1)
    assert reminded == 2
    assert [who for who, _ in told(texting)] == ["Mawar Workers Aid"] * 2  # by text and by e-mail
    with texting.database.reading() as session:
        bodies = {
            str(texting.dispatcher.open_contact(body_place(text.id), text.body_sealed or b""))
            for text in session.scalars(select(OutgoingText).where(OutgoingText.purpose == Purpose.ALERT))
        }
    assert bodies == {DATE, f"{DATE_SUBJECT}\n\n{DATE}"}
