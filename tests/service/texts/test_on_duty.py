"""Who is paged is who is on duty, in the days of the organisation's zone; who is away is not, unless nobody else is left."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select

from app import clock
from app.cases.case import Case
from app.cli.deployment import Deployment
from app.cli.duty_roster import duty_roster
from app.database import CaseId, MemberId, new_id
from app.messaging.members import (
    Channel,
    DangerNeedsYou,
    Notice,
    alert_danger,
    choose_notices,
    duty_gaps,
    forget_address,
    keep_address,
    wishes_of,
)
from app.messaging.members.notices import USUAL
from app.messaging.models import MemberNotices
from app.network import (
    MOST_ABSENCES,
    AbsenceRow,
    DaysAreOver,
    DaysTooFar,
    DaysTurnedRound,
    DutyTurn,
    LeadsOnly,
    NotOnRoster,
    SignedIn,
    TooManyDuties,
    admit_member,
    be_away,
    be_back,
    end_turn,
    roster_of,
    set_turn,
)
from app.vault import CircleName, read_journal
from tests.support.alerts import NUMBERS, alerted, both, reachable
from tests.support.past_us import copy_of, put_back, table, write_past_us
from tests.support.texting import Texting

LEAD, WORKER = "near.lead", "near.caseworker"
WORKER_AT = [NUMBERS["near.lead"].replace("0901", "0977"), "near.caseworker@mail.example"]


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    shift = moment - clock.now()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + shift)


@pytest.fixture
def two(texting: Texting) -> Texting:
    """A lead and a caseworker who both open cases and can both be alerted; others elsewhere, who can too."""
    lead, helper = texting.world.sign_in(LEAD), texting.world.sign_in(WORKER)
    with texting.database.writing() as session:
        admit_member(session, texting.world.vault, lead, helper.member.id, [CircleName.EVERYONE])
        keep_address(session, texting.world.vault, helper, Channel.TEXT, WORKER_AT[0])
        keep_address(session, texting.world.vault, helper, Channel.EMAIL, WORKER_AT[1])
    reachable(texting, LEAD, "far.lead", "other.lead")
    # Somebody else's roster and absence.
    on_duty(texting, "other.lead", by="other.lead")
    away(texting, "far.lead")
    return texting


def member(texting: Texting, login: str) -> SignedIn:
    return texting.world.sign_in(login)


def on_duty(texting: Texting, login: str, *days: int, by: str = LEAD, **told: Any) -> Any:
    submission = told.pop("submission", None) or uuid4()
    lead, who = member(texting, by), member(texting, login).member.id
    told = {"first": None, "last": None} | told
    with texting.database.writing() as session:
        set_turn(
            session,
            texting.world.vault,
            lead,
            who,
            weekdays=frozenset(days),
            submission_id=submission,
            **told,
        )
    return submission


def today(texting: Texting, login: str = LEAD) -> date:
    with texting.database.reading() as session:
        roster = roster_of(session, texting.world.vault, member(texting, login).organisation.id)
    return roster.day_of(clock.now())


def away(texting: Texting, login: str, first: int = 0, last: int = 0, submission: Any = None) -> Any:
    submission, by, day = submission or uuid4(), member(texting, login), today(texting, login)
    with texting.database.writing() as session:
        days = (day + timedelta(days=first), day + timedelta(days=last))
        be_away(session, texting.world.vault, by, *days, submission)
    return submission


def near_alerted(texting: Texting, case_id: CaseId | None = None) -> list[str]:
    """To whom alerts are on their way in one of the two organisations that are asked at once; the other is the same each time."""
    return [each for each in alerted(texting, case_id) if each not in both("far.lead")]


def danger(texting: Texting) -> CaseId:
    return texting.world.case_of(texting.world.file(danger=True))


def paged(texting: Texting) -> list[str]:
    return near_alerted(texting, danger(texting))


def test_who_is_on_duty_is_paged_and_where_nobody_is_everybody(two: Texting) -> None:
    everybody = sorted(both(LEAD) + WORKER_AT)
    assert paged(two) == everybody
    turn = on_duty(two, WORKER, today(two).weekday())
    assert paged(two) == sorted(WORKER_AT)
    absence = away(two, WORKER)
    assert paged(two) == both(LEAD)
    other = away(two, LEAD, 0, 3)
    assert paged(two) == everybody
    with pytest.raises(LeadsOnly), two.database.writing() as session:
        be_back(session, two.world.vault, member(two, WORKER), other)  # somebody else's stays
    with pytest.raises(NotOnRoster), two.database.writing() as session:
        be_back(session, two.world.vault, member(two, "far.lead"), other)  # and to whoever leads others
    assert paged(two) == everybody
    with two.database.writing() as session:
        be_back(session, two.world.vault, member(two, WORKER), absence)
    assert paged(two) == sorted(WORKER_AT)
    with two.database.writing() as session:
        end_turn(session, two.world.vault, member(two, LEAD), turn)
        end_turn(session, two.world.vault, member(two, LEAD), turn)
    # The lead is away still.
    assert paged(two) == sorted(WORKER_AT)


def test_on_duty_is_asked_in_the_zone_of_the_organisation(
    two: Texting, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_duty(two, WORKER, 0)
    on_duty(two, LEAD, 6)
    moment = datetime(clock.now().year + 1, 3, 1, 15, 50, tzinfo=UTC)
    moment += timedelta(days=6 - moment.weekday())
    # A Sunday ten minutes before midnight in Malaysia, and ten minutes after it.
    two.world.cookies.clear()
    at(monkeypatch, moment)
    assert paged(two) == both(LEAD)
    at(monkeypatch, moment + timedelta(minutes=20))
    assert paged(two) == sorted(WORKER_AT)


def test_who_is_on_duty_without_an_address_leaves_nobody_unpaged_and_is_told_of(two: Texting) -> None:
    on_duty(two, WORKER)
    vault = two.world.vault
    with two.database.reading() as session:
        assert "Mawar Workers Aid" not in [gap.name for gap in duty_gaps(session, vault)]
    with two.database.writing() as session:
        for channel in Channel:
            forget_address(session, vault, member(two, WORKER), channel)
    assert paged(two) == both(LEAD)
    with two.database.reading() as session:
        gaps = {gap.name: gap.days for gap in duty_gaps(session, vault)}
    assert len(gaps["Mawar Workers Aid"]) == 8
    # Who is on duty every day elsewhere leaves no gap there.
    assert member(two, "other.lead").organisation.name not in gaps


def test_the_doctor_says_on_which_days_nobody_is_on_duty(two: Texting) -> None:
    deployment = cast(Deployment, SimpleNamespace(database=two.database, vault=two.world.vault))

    def said(name: str) -> list[str]:
        return [finding.text for finding in duty_roster(deployment) if name in finding.text]

    (line,) = said("Mawar Workers Aid")
    assert "is on duty today or on any of the next seven days: then everybody there is alerted" in line
    day = today(two)
    on_duty(two, WORKER, first=day + timedelta(days=1), last=day + timedelta(days=2))
    on_duty(two, LEAD, first=day + timedelta(days=4))
    (line,) = said("Mawar Workers Aid")
    assert f"today, on {day + timedelta(days=3):%A %Y-%m-%d}:" in line
    on_duty(two, LEAD)
    assert said("Mawar Workers Aid") == []
    assert said("Keel Coordination")


def test_the_same_again_is_the_same_and_what_cannot_be_meant_is_refused(two: Texting) -> None:
    submission = on_duty(two, WORKER, 0, 1)
    assert on_duty(two, WORKER, 0, 1, submission=submission) == submission
    absence = away(two, LEAD, 2, 3)
    away(two, LEAD, 2, 3, submission=absence)
    day, long = today(two), timedelta(days=800)
    with two.database.reading() as session:
        roster = roster_of(session, two.world.vault, member(two, LEAD).organisation.id)
    assert (len(roster.turns), len(roster.absences)) == (1, 1)
    with pytest.raises(LeadsOnly):
        on_duty(two, WORKER, by=WORKER)
    for login in ("far.lead", "custodian.one"):
        with pytest.raises(NotOnRoster):
            on_duty(two, login)
    with pytest.raises(DaysTurnedRound):
        on_duty(two, WORKER, first=day, last=day - timedelta(days=1))
    with pytest.raises(DaysAreOver):
        on_duty(two, WORKER, last=day - timedelta(days=1))
    with pytest.raises(DaysTooFar):
        on_duty(two, WORKER, first=day + long)
    with pytest.raises(DaysAreOver):
        away(two, LEAD, -3, -1)
    for _ in range(MOST_ABSENCES - 1):
        away(two, LEAD)
    with pytest.raises(TooManyDuties):
        away(two, LEAD)


def test_a_lead_puts_a_colleagues_days_right_and_takes_them_back(two: Texting) -> None:
    lead, who = member(two, LEAD), member(two, WORKER).member.id
    day = today(two)
    later, leads = away(two, WORKER, 40, 50), away(two, LEAD, 0, 1)

    def say(last: int) -> None:
        with two.database.writing() as session:
            days = (day, day + timedelta(days=last))
            be_away(session, two.world.vault, lead, *days, uuid4(), who=who)

    def stands() -> list[tuple[date, date]]:
        with two.database.reading() as session:
            found = roster_of(session, two.world.vault, lead.organisation.id).absences
        return sorted((each.first, each.last) for each in found if each.member_id == who)

    planned = (day + timedelta(days=40), day + timedelta(days=50))
    for last in (5, 6, 60, 20):
        say(last)
        assert stands() == [(day, day + timedelta(days=last)), planned]
    with two.database.reading() as session:
        roster = roster_of(session, two.world.vault, lead.organisation.id)
    assert roster.away_until(day) == {who: day + timedelta(days=20), lead.member.id: day + timedelta(days=1)}
    [now] = [each.id for each in roster.absences if each.id not in (later, leads)]
    with two.database.writing() as session:
        be_back(session, two.world.vault, lead, now)
        be_back(session, two.world.vault, lead, now)
    assert stands() == [planned]
    with two.database.reading() as session:
        acts = [entry for entry in read_journal(session, two.world.vault, None) if entry.act == "member.back"]
    assert [each.detail["member"] for each in acts] == [str(who)] * 4
    assert acts[-1].detail["absence"] == str(now)
    # One's own days stand beside each other, as one wrote them.
    away(two, WORKER, 41, 42)
    assert len(stands()) == 2


def test_what_is_over_is_forgotten_with_the_next(two: Texting, monkeypatch: pytest.MonkeyPatch) -> None:
    away(two, LEAD, 0, 1)
    on_duty(two, WORKER, last=today(two))
    at(monkeypatch, clock.now() + timedelta(days=5))
    two.world.cookies.clear()
    assert paged(two) == sorted(both(LEAD) + WORKER_AT)
    kept = away(two, LEAD, 1, 1), on_duty(two, LEAD)
    with two.database.reading() as session:
        lead = member(two, LEAD).member
        absences = select(AbsenceRow.id).where(AbsenceRow.member_id == lead.id)
        turns = select(DutyTurn.id).where(DutyTurn.organisation_id == lead.organisation_id)
        assert (session.scalars(absences).all(), session.scalars(turns).all()) == ([kept[0]], [kept[1]])


def test_who_writes_the_database_takes_nobody_off_duty_and_silences_nobody(two: Texting) -> None:
    turn, absence = on_duty(two, WORKER), away(two, "far.lead", 1, 2)
    choose(two, WORKER, {Notice.DANGER: frozenset({Channel.EMAIL})})
    lead, helper = member(two, LEAD).member.id, member(two, WORKER).member.id
    database = two.database
    # A turn turned to somebody else, an absence turned to who is on duty, a choice copied from a colleague, a null one.
    write_past_us(database, DutyTurn, {"id": turn}, member_id=lead)
    write_past_us(database, AbsenceRow, {"id": absence}, member_id=helper)
    choice = copy_of(database, MemberNotices, member_id=helper)
    put_back(database, MemberNotices, choice | {"member_id": lead})
    write_past_us(database, MemberNotices, {"member_id": helper}, row_mac=None)
    assert paged(two) == sorted(both(LEAD) + WORKER_AT)
    with database.reading() as session:
        assert wishes_of(session, two.world.vault, [lead, helper]) == {lead: USUAL, helper: USUAL}
    with database.engine.begin() as connection:
        connection.execute(delete(table(DutyTurn)))
        connection.execute(delete(table(MemberNotices)))
    assert paged(two) == sorted(both(LEAD) + WORKER_AT)


def choose(texting: Texting, login: str, wishes: dict[Notice, frozenset[Channel]]) -> None:
    with texting.database.writing() as session:
        choose_notices(session, texting.world.vault, member(texting, login), wishes)


def test_a_member_chooses_and_danger_is_not_switched_off_by_who_is_alone(two: Texting) -> None:
    mail = frozenset({Channel.EMAIL})
    choose(two, WORKER, {Notice.DANGER: mail})
    assert paged(two) == sorted([*both(LEAD), WORKER_AT[1]])
    choose(two, WORKER, {})
    assert paged(two) == both(LEAD)
    turn = on_duty(two, WORKER, (today(two).weekday() + 1) % 7)
    with pytest.raises(DangerNeedsYou):
        choose(two, WORKER, {Notice.LATE: mail})
    on_duty(two, LEAD)
    choose(two, WORKER, {Notice.LATE: mail})
    with two.database.reading() as session:
        helper = member(two, WORKER).member.id
        wishes = wishes_of(session, two.world.vault, [helper])[helper]
    assert (wishes[Notice.LATE], wishes[Notice.DANGER], wishes[Notice.DIGEST]) == (
        mail,
        frozenset(),
        frozenset(),
    )
    with two.database.writing() as session:
        end_turn(session, two.world.vault, member(two, LEAD), turn)
    on_duty(two, WORKER)
    away(two, LEAD)
    # Alone by now, whatever was chosen before.
    assert paged(two) == sorted(WORKER_AT)


def test_what_was_forged_is_not_signed_with_the_next_choice(two: Texting) -> None:
    choose(two, WORKER, {Notice.DANGER: frozenset(Channel)})
    helper = member(two, WORKER).member.id
    write_past_us(two.database, MemberNotices, {"member_id": helper}, wishes_veil=b"junk")
    choose(two, WORKER, {Notice.DANGER: frozenset({Channel.TEXT})})
    with two.database.reading() as session:
        assert session.scalars(select(func.count()).select_from(MemberNotices)).one() == 1
        found = wishes_of(session, two.world.vault, [helper])[helper]
    assert found[Notice.DANGER] == {Channel.TEXT}


def test_who_called_is_not_paged_and_a_colleague_off_duty_is(two: Texting) -> None:
    on_duty(two, WORKER)
    case_id = danger(two)
    assert near_alerted(two, case_id) == sorted(WORKER_AT)
    with two.database.writing() as session:
        case = session.get_one(Case, case_id)
        who = MemberId(member(two, WORKER).member.id)
        assert alert_danger(session, two.world.vault, case, str(new_id()), but_not=who) == 2 + len(
            both("far.lead")
        )
    assert near_alerted(two, case_id) == sorted(both(LEAD) + WORKER_AT)
