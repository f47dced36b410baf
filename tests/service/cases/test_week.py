"""Today and this week: each thing that is late or due, on the member's own day, in the cases they can open and no other."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Update, literal_column, select, text, update

from app import clock
from app.cases.case import Case, Clock, Escalation, OutsideDate, assign
from app.cases.desk import DueStep, StepOf, StepsOf, Week, add_outside_date, week_of
from app.cases.enums import ClockKind, FollowupKind, FollowupState, OutsideDateKind, Rung, RungState, Urgency
from app.cases.followups import Followup
from app.database import CaseId, new_id
from app.network import SignedIn, be_away, choose_zone, zone_info
from app.vault import GrantRow, GrantState, HolderKind
from app.vault.journal_rows import JournalChainRow
from tests.harness.statements import reads_of
from tests.support.clocks import set_clocks
from tests.support.dates import DESK, dates_pass, day_at_desk
from tests.support.desk import Desk

_DAY = 86_400
_PLANT = text(
    "insert into clocks (case_id, id, kind, due_at, state, who)"
    " values (:case, :id, 'assessment', cast(:due as timestamptz), 'missed', 'partner')"
)


def week(desk: Desk, by: SignedIn | None = None, whose: StepsOf = StepsOf.EVERYBODY) -> Week:
    with desk.database.reading() as session:
        return week_of(session, desk.world.vault, by or desk.lead, whose)


def steps(found: Week) -> list[DueStep]:
    return [*found.late, *(step for day in found.days for step in found.due[day])]


def of_case(found: Week, case_id: CaseId) -> dict[object, DueStep]:
    return {step.kind: step for step in steps(found) if step.case_id == case_id}


def add_date(desk: Desk, case_id: CaseId, on: date) -> None:
    with desk.database.writing() as session:
        add_outside_date(session, desk.world.vault, desk.lead, case_id, OutsideDateKind.HEARING, on, new_id())


def give(desk: Desk, case_id: CaseId, to: SignedIn) -> None:
    with desk.database.writing() as session:
        assign(session, desk.world.vault, desk.lead, case_id, to.member.id)


def miss_question(desk: Desk, case_id: CaseId) -> None:
    """The earliest question of the case, as an outage leaves it."""
    with desk.database.writing() as session:
        row = session.scalars(
            select(Followup).where(Followup.case_id == case_id).order_by(Followup.due_at)
        ).first()
        assert row is not None
        row.state = FollowupState.MISSED


def test_what_is_late_comes_first_then_today_and_six_days_after_it(desk: Desk) -> None:
    case_id = desk.accepted()
    desk.open(desk.lead, case_id)
    clock.set_offset(2 * _DAY)
    found = of_case(week(desk), case_id)
    assert set(found) == {ClockKind.ACKNOWLEDGE}
    due = found[ClockKind.ACKNOWLEDGE]
    assert due.due_at == desk.case(case_id).next_due_at
    assert (due.late, due.of, due.reference) == (False, StepOf.CLOCK, desk.case(case_id).reference)
    clock.set_offset(8 * _DAY)
    late = of_case(week(desk), case_id)[ClockKind.ACKNOWLEDGE]
    assert late.late
    assert late in week(desk).late
    assert [each for each in week(desk).late if each.case_id == case_id] == [late]
    desk.reply(desk.lead, case_id)
    assert ClockKind.ACKNOWLEDGE not in of_case(week(desk), case_id)


def test_a_day_is_that_of_the_member_and_not_of_the_server(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        # In Auckland it is the next day already, in Honolulu still the day before.
        noon = datetime.combine(clock.now().date() + timedelta(days=3), datetime.min.time(), UTC)
        set_clocks(session, Clock.case_id == case_id, due_at=noon + timedelta(hours=12))
    days = {}
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
        with desk.database.writing() as session:
            choose_zone(session, desk.world.vault, desk.lead, zone)
        again = desk.world.sign_in("near.lead")
        found = week(desk, again)
        days[zone] = of_case(found, case_id)[ClockKind.ACKNOWLEDGE].day
        assert found.today == clock.now().astimezone(zone_info(zone)).date()
    assert days["Pacific/Auckland"] == noon.date() + timedelta(days=1)
    assert days["Pacific/Honolulu"] == noon.date()


def test_dates_from_outside_and_questions_that_a_person_must_ask_stand_with_the_clocks(desk: Desk) -> None:
    case_id, noise = desk.accepted(), desk.accepted()
    today = day_at_desk()
    for days in (0, 2, 9):
        add_date(desk, case_id, today + timedelta(days=days))
    add_date(desk, noise, today + timedelta(days=30))
    clock.set_offset(20 * _DAY)
    for each in (case_id, noise):
        miss_question(desk, each)
    desk.reply(desk.lead, noise)
    assert of_case(week(desk), case_id)[FollowupKind.WORSE].late
    assert FollowupKind.WORSE not in of_case(week(desk), noise)
    desk.reply(desk.lead, case_id)
    assert FollowupKind.WORSE not in of_case(week(desk), case_id)
    clock.set_offset(0)
    hearings = [step for step in steps(week(desk)) if step.case_id == case_id and step.of is StepOf.DATE]
    assert [(step.day, step.due_at, step.late) for step in hearings] == [
        (today + timedelta(days=days), None, False) for days in (0, 2)
    ]


def test_mine_nobodys_and_everybodys_add_up(desk: Desk) -> None:
    mine, theirs, nobodys = desk.accepted(), desk.accepted(), desk.accepted()
    give(desk, mine, desk.lead)
    give(desk, theirs, desk.caseworker)
    clock.set_offset(3 * _DAY)
    seen = {whose: {step.case_id for step in steps(week(desk, whose=whose))} for whose in StepsOf}
    assert mine in seen[StepsOf.MINE]
    assert not {theirs, nobodys} & seen[StepsOf.MINE]
    assert nobodys in seen[StepsOf.NOBODY]
    assert not {mine, theirs} & seen[StepsOf.NOBODY]
    assert {mine, theirs, nobodys} <= seen[StepsOf.EVERYBODY]
    found = week(desk, whose=StepsOf.MINE)
    assert found.numbers[StepsOf.MINE] == len({step.case_id for step in steps(found)})
    assert found.numbers[StepsOf.EVERYBODY] == len({step.case_id for step in steps(week(desk))})
    held = {step.member for step in steps(week(desk)) if step.case_id == theirs}
    assert held == {desk.caseworker.name}


def standing(desk: Desk, case_id: CaseId) -> Escalation:
    with desk.database.reading() as session:
        asked = select(Escalation).where(Escalation.case_id == case_id, Escalation.state == RungState.ASKED)
        return session.scalars(asked).one()


def climb_to(desk: Desk, case_id: CaseId, rung: Rung) -> Escalation:
    for day in range(3, 40):
        dates_pass(desk.world, day)
        with desk.database.reading() as session:
            found = select(Escalation.rung).where(
                Escalation.case_id == case_id, Escalation.state == RungState.ASKED
            )
            if session.scalars(found).first() is rung:
                return standing(desk, case_id)
    raise AssertionError(rung)


def test_whoever_a_late_case_is_put_before_finds_it_on_the_day_by_which_they_were_asked(desk: Desk) -> None:
    case_id, noise = desk.accepted(), desk.accepted()
    for each in (case_id, noise):
        give(desk, each, desk.caseworker)
    desk.open(desk.caseworker, noise)

    asked = climb_to(desk, case_id, Rung.HELPER)
    found = week(desk, desk.caseworker, StepsOf.MINE)
    late = next(step for step in found.late if step.case_id == case_id and step.kind is asked.kind)
    assert (late.asked, late.asked_by) == (Rung.HELPER, asked.due_at)
    (again,) = (step for step in steps(found) if step.of is StepOf.ASKED and step.case_id == case_id)
    assert (again.due_at, again.late, again.member) == (asked.due_at, False, desk.caseworker.name)
    assert again in found.due[again.day]
    assert case_id not in {step.case_id for step in steps(week(desk, whose=StepsOf.MINE))}

    asked = climb_to(desk, case_id, Rung.LEAD)
    found = week(desk, whose=StepsOf.MINE)
    (mine,) = (step for step in steps(found) if step.case_id == case_id)
    assert (mine.of, mine.kind, mine.due_at) == (StepOf.ASKED, asked.kind, asked.due_at)
    assert mine in found.due[mine.day]
    assert [person.id for person in mine.people] == [desk.lead.member.id]
    # Whoever works on it can still do it, and reads that somebody else was asked.
    theirs = week(desk, desk.caseworker, StepsOf.MINE)
    assert {step.asked for step in theirs.late if step.kind is asked.kind and step.case_id == case_id} == {
        Rung.LEAD
    }
    assert not [step for step in steps(theirs) if step.of is StepOf.ASKED and step.case_id == case_id]


def test_a_rung_that_others_wrote_gives_nobody_anything_to_do(desk: Desk) -> None:
    case_id = desk.accepted()
    give(desk, case_id, desk.caseworker)
    climb_to(desk, case_id, Rung.LEAD)
    with desk.database.writing() as session:
        forged = update(Escalation).where(Escalation.case_id == case_id).values(row_mac=b"none")
        session.execute(forged, execution_options={"synchronize_session": False})
    assert case_id not in {step.case_id for step in steps(week(desk, whose=StepsOf.MINE))}


def test_what_is_due_at_midnight_is_due_on_the_day_before_and_who_is_away_is_named_so(desk: Desk) -> None:
    case_id, day = desk.accepted(), day_at_desk(3)
    give(desk, case_id, desk.caseworker)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), DESK)
    with desk.database.writing() as session:
        set_clocks(session, Clock.case_id == case_id, due_at=midnight.astimezone(UTC))
        choose_zone(session, desk.world.vault, desk.lead, DESK.key)
        be_away(session, desk.world.vault, desk.caseworker, day_at_desk(), day_at_desk(9), uuid4())
    found = week(desk, desk.world.sign_in("near.lead"))
    step = of_case(found, case_id)[ClockKind.ACKNOWLEDGE]
    assert (step.day, step.due_at, step.late) == (day, midnight, False)
    assert [person.away_until for person in step.people] == [day_at_desk(9)]


def test_only_what_the_member_may_open_is_named_and_of_an_offer_nothing_but_the_date(desk: Desk) -> None:
    offered, restricted, practice = desk.offered(), desk.accepted(), desk.accepted()
    with desk.database.writing() as session:
        circle = (GrantRow.case_id == restricted, GrantRow.holder_kind == HolderKind.CIRCLE)
        session.execute(update(GrantRow).where(*circle).values(state=GrantState.ENDED))
        session.get_one(Case, practice).practice = True
    clock.set_offset(_DAY)
    found = of_case(week(desk), offered)
    assert [(step.of, step.reference, step.member) for step in found.values()] == [(StepOf.OFFER, None, None)]
    for by in (desk.lead, desk.caseworker, desk.viewer):
        assert not {restricted, practice} & {step.case_id for step in steps(week(desk, by))}
    assert {step.case_id for step in steps(week(desk, desk.other))}.isdisjoint(
        step.case_id for step in steps(week(desk))
    )


def test_it_takes_as_many_statements_for_many_cases_as_for_few(desk: Desk) -> None:
    clock.set_offset(3 * _DAY)
    add_date(desk, desk.accepted(), clock.now().date())
    with reads_of(desk.database) as few:
        week(desk)
    for _ in range(4):
        add_date(desk, desk.accepted(), clock.now().date())
        desk.offered()
    with reads_of(desk.database) as many:
        found = week(desk)
    assert len(many) == len(few)
    assert len(steps(found)) > 8


def test_rows_of_others_hide_nothing_and_stop_nothing(desk: Desk) -> None:
    honest, other = desk.accepted(), desk.accepted()
    with desk.database.writing() as session:
        for number in range(30):
            session.add(
                Clock(
                    case_id=other,
                    id=uuid4(),
                    kind=ClockKind.ASSESSMENT,
                    due_at=clock.now() - timedelta(days=number),
                    who="partner",
                )
            )
        planted = OutsideDate(
            case_id=other, id=uuid4(), date_veil=b"junk", warn_at=None, added_hour=clock.now()
        )
        session.add(planted)
    with desk.database.writing() as session:
        session.execute(update(OutsideDate).where(OutsideDate.id == planted.id).values(row_mac=b"none"))
        if desk.database.engine.dialect.name == "postgresql":
            for moment in ("-infinity", "infinity"):
                session.execute(_PLANT, {"case": other, "id": uuid4(), "due": moment})
        set_clocks(
            session, Clock.case_id == other, Clock.kind == ClockKind.READ, kind=literal_column("'no such'")
        )
    clock.set_offset(3 * _DAY)
    found = week(desk)
    assert ClockKind.ACKNOWLEDGE in of_case(found, honest)
    assert len([step for step in steps(found) if step.case_id == other]) == 2


@pytest.mark.parametrize(
    "written",
    (
        update(Case).values(language="xx"),
        update(Case).values(urgency=Urgency.DANGER),
        update(Case).values(row_mac=None),
        update(GrantRow).values(names_veil=b"of another"),
        update(JournalChainRow).values(key_version=JournalChainRow.key_version + 1),
    ),
)
def test_a_case_into_which_others_wrote_is_not_shown(desk: Desk, written: Update) -> None:
    honest, other = desk.accepted(), desk.accepted()
    columns = written.table.columns
    of_case = columns["case_id" if "case_id" in columns else "id"]
    with desk.database.writing() as session:
        session.execute(written.where(of_case == other), execution_options={"synchronize_session": False})
    found = {step.case_id for step in steps(week(desk))}
    assert honest in found
    assert other not in found
