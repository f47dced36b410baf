"""The duty roster at the desk, one's own absences, and handing all cases over in one step."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app import clock
from app.cases.case import Case, assign, claim
from app.cases.case.models import Escalation
from app.cases.enums import ClockKind, Rung
from app.database import CaseId, MemberId, new_id
from app.messaging.members import Channel, keep_address
from app.network import Role, member_names, roster_of
from app.vault import CircleName, read_journal
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.dates import day_at_desk
from tests.support.member import Browse, Member, accepted, let_in


def id_of(world: World, login: str) -> MemberId:
    return world.sign_in(login).member.id


def helper_of(world: World, case_id: CaseId) -> MemberId | None:
    with world.database.reading() as session:
        found = session.get_one(Case, case_id).assignee_id
    return None if found is None else MemberId(found)


def take(world: World, login: str, case_id: CaseId) -> None:
    with world.database.writing() as session:
        claim(session, world.vault, world.sign_in(login), case_id)


def put_on_duty(lead: Member, **fields: Any) -> Page:
    lead.open("/desk/duty")
    return lead.send("/desk/duty", **fields)


def test_a_lead_sets_the_roster_and_the_page_says_where_nobody_is_on_duty(
    browse: Browse, world: World
) -> None:
    member = browse("near.lead")
    page = member.open("/desk/")
    assert any(link.get("href") == "/desk/duty" for link in page.root.iter("a"))
    page = member.open("/desk/duty")
    assert "today or on any of the next seven days" in page.text
    assert "And nobody here has an address for alerts, so nobody is alerted." in page.text
    assert "everybody here who has an address" not in page.text
    lead = id_of(world, "near.lead")
    page = put_on_duty(member, member=str(lead))
    assert "Saved. The days below show who is on duty." in page.text
    assert "no address for alerts" in page.text
    assert "today or on any of the next seven days" in page.text
    with world.database.writing() as session:
        keep_address(session, world.vault, world.sign_in("near.lead"), Channel.EMAIL, "siti@mail.example")
    page = member.open("/desk/duty")
    assert "every day" in page.text
    assert "Nobody who can be alerted" not in page.text
    assert put_on_duty(browse("near.lead"), member=str(new_id())).status == 400
    page = put_on_duty(member, member=str(lead), first="2027-02-30")
    assert (page.status, "Write days as year-month-day" in page.text) == (400, True)
    assert 'value="2027-02-30"' in page.response.get_data(as_text=True)
    page = put_on_duty(member, member=str(lead), first="2027-02-20", last="2027-02-10")
    assert (page.status, "The last day is before the first." in page.text) == (400, True)
    member.open("/desk/duty")
    page = member.send("/desk/duty/remove")
    assert "Nobody is on it yet." in page.text
    page = browse("near.caseworker").open("/desk/duty")
    assert "A lead sets it." in page.text
    assert browse("near.viewer").open("/desk/duty").status == 403


def test_a_member_says_when_they_are_away_and_takes_it_back(browse: Browse, world: World) -> None:
    member, day = browse("near.caseworker"), day_at_desk() + timedelta(days=2)
    member.open("/desk/duty")
    page = member.send("/desk/away", first=day.isoformat(), last=day.isoformat())
    assert "Saved. On these days you are not alerted" in page.text
    assert "Away" in page.text
    page = member.send("/desk/away", first=day.isoformat(), last="")
    assert (page.status, "Write days as year-month-day" in page.text) == (400, True)
    member.open("/desk/duty")
    page = member.send("/desk/away/remove")
    assert "Removed. You are not away then." in page.text


def test_a_lead_takes_a_colleagues_days_away_back(browse: Browse, world: World) -> None:
    colleague, day = browse("near.caseworker"), day_at_desk() + timedelta(days=2)
    colleague.open("/desk/duty")
    colleague.send("/desk/away", first=day.isoformat(), last=(day + timedelta(days=300)).isoformat())
    leads_own = browse("near.lead")
    leads_own.open("/desk/duty")
    leads_own.send("/desk/away", first=day.isoformat(), last=day.isoformat())
    removes = [
        each for each in colleague.open("/desk/duty").root.iter("form") if "/away/remove" in str(each.attrib)
    ]
    assert len(removes) == 1, "only one's own"
    lead = browse("near.lead")
    page = lead.open("/desk/duty")
    assert "When colleagues are away" in page.text
    with world.database.reading() as session:
        roster = roster_of(session, world.vault, world.near.id)
    [theirs] = [each.id for each in roster.absences if each.last > day]
    page = lead.send("/desk/away/remove", absence=str(theirs), of="colleague")
    assert "Removed. Your colleague is not away then." in page.text
    assert "When colleagues are away" not in page.text
    with world.database.reading() as session:
        assert len(roster_of(session, world.vault, world.near.id).absences) == 1


def test_who_is_away_is_marked_wherever_work_is_given(browse: Browse, world: World) -> None:
    case_id, today = accepted(world), day_at_desk()
    last = today + timedelta(days=5)
    member = browse("near.caseworker")
    member.open("/desk/duty")
    member.send("/desk/away", first=(today - timedelta(days=1)).isoformat(), last=last.isoformat())
    lead = browse("near.lead")
    lead.open(f"/desk/cases/{case_id}")
    lead.send("/tasks", text="Call the clinic.", on=today.isoformat())
    marked = re.compile(r"Name of near\.caseworker \(away until [^)]+\)")
    for address, lists in ((f"/desk/cases/{case_id}", 2), ("/desk/duty", 4)):
        page = lead.open(address)
        options = [option.text or "" for option in page.root.iter("option")]
        named = [each for each in options if "near.caseworker" in each]
        assert (len(named), all(marked.fullmatch(each) for each in named)) == (lists, True)
        assert not [each for each in options if "near.lead" in each and "away" in each]


def test_all_open_cases_go_to_a_colleague_and_what_that_one_may_not_read_is_named(
    browse: Browse, world: World
) -> None:
    plain, other, theirs = accepted(world), accepted(world), accepted(world)
    let_in(world, "near.lead", "near.lead", [CircleName.RESTRICTED])
    restricted = accepted(world, world.file(topics=("gbvh",)))
    lead, helper = id_of(world, "near.lead"), id_of(world, "near.caseworker")
    for case_id in (plain, other, restricted):
        take(world, "near.lead", case_id)
    take(world, "near.caseworker", theirs)
    be_asked(world, other, lead)
    member = browse("near.lead")
    page = member.open("/desk/duty")
    assert "You have 3 open cases." in page.text
    page = member.send("/desk/hand-over", member=str(lead))
    assert (page.status, "Choose a colleague first." in page.text) == (400, True)
    page = member.send("/desk/hand-over", member=str(helper))
    with world.database.reading() as session:
        reference = session.get_one(Case, restricted).reference
    assert "2 cases were handed over." in page.text
    assert reference in page.text
    assert "You have 1 open case." in page.text
    assert [helper_of(world, each) for each in (plain, other, restricted, theirs)] == [
        helper,
        helper,
        lead,
        helper,
    ]
    # The same again gives nobody anything new.
    member.send("/desk/hand-over", member=str(helper))
    for case_id, times in ((plain, 1), (other, 1), (restricted, 0)):
        with world.database.reading() as session:
            acts = [
                each for each in read_journal(session, world.vault, case_id) if each.act == "case.assigned"
            ]
        handed = [each for each in acts if each.detail["member"] == str(helper)]
        assert len(handed) == times
    with world.database.reading() as session:
        assert session.scalars(select(Escalation.member_id).where(Escalation.case_id == other)).all() == [
            helper
        ]
    # What a colleague was given meanwhile is not taken back, and closed cases stay as they are.
    assert "You have no open case." in browse("far.lead").open("/desk/duty").text


def be_asked(world: World, case_id: CaseId, helper: MemberId) -> None:
    now = clock.hour_of(clock.now())
    with world.database.writing() as session:
        session.add(
            Escalation(
                case_id=case_id,
                clock_id=new_id(),
                kind=ClockKind.READ,
                rung=Rung.HELPER,
                organisation_id=world.near.id,
                member_id=helper,
                late_since=now,
                asked_hour=now,
                due_at=now + timedelta(days=1),
            )
        )


def test_everything_handed_over_is_said_in_one_line(browse: Browse, world: World) -> None:
    case_id = accepted(world)
    take(world, "near.lead", case_id)
    helper = id_of(world, "near.caseworker")
    member = browse("near.lead")
    before = member.open("/desk/duty")
    page = member.send("/desk/hand-over", member=str(helper))
    assert "Your open cases are your colleague’s now." in page.text
    member.page = before  # Back, and the same once more
    page = member.send("/desk/hand-over", member=str(helper))
    assert "There was nothing left to hand over." in page.text
    assert "Your open cases are" not in page.text
    with world.database.writing() as session:
        assign(session, world.vault, world.sign_in("near.caseworker"), case_id, id_of(world, "near.lead"))
    assert helper_of(world, case_id) == id_of(world, "near.lead")


def test_a_lead_hands_over_all_of_a_colleague_who_fell_ill(browse: Browse, world: World) -> None:
    first, second, leads = accepted(world), accepted(world), accepted(world)
    lead, helper = id_of(world, "near.lead"), id_of(world, "near.caseworker")
    for case_id in (first, second):
        take(world, "near.caseworker", case_id)
    take(world, "near.lead", leads)
    member = browse("near.lead")
    put_on_duty(member, member=str(helper))
    today = day_at_desk()
    for who, to, last, line in (
        (helper, helper, "", "Choose who is away, and somebody else who takes over."),
        (helper, "", "", "Choose who is away, and somebody else who takes over."),
        (helper, id_of(world, "far.lead"), "", "Choose who is away, and somebody else who takes over."),
        (helper, lead, "", "Write until which day they are away."),
        (helper, lead, "2027-02-30", "Write days as year-month-day"),
        (helper, lead, (today - timedelta(days=9)).isoformat(), "The last day has passed."),
        (helper, lead, (today + timedelta(days=999)).isoformat(), "That is more than two years away."),
    ):
        member.open("/desk/duty")
        page = member.send("/desk/hand-over-for", who=str(who), to=str(to), last=last)
        assert (page.status, line in page.text) == (400, True)
        assert helper_of(world, first) == helper

    before = member.open("/desk/duty")
    last = (today + timedelta(days=3)).isoformat()
    page = member.send("/desk/hand-over-for", who=str(helper), to=str(lead), last=last)
    assert "What was asked of your colleague is asked of the other one now." in page.text
    assert "The days away are saved too." in page.text
    assert [helper_of(world, each) for each in (first, second, leads)] == [lead] * 3
    with world.database.reading() as session:
        roster = roster_of(session, world.vault, world.near.id)
        assert {turn.member_id for turn in roster.turns} == {lead}
        assert [(each.member_id, each.last.isoformat()) for each in roster.absences] == [(helper, last)]
        acts = [entry.act for entry in read_journal(session, world.vault, None)]
    assert (acts.count("duty.handed_over"), acts.count("member.away")) == (1, 1)
    member.page = before
    page = member.send("/desk/hand-over-for", who=str(helper), to=str(lead), last=last)
    assert "The days away are saved. There was nothing left to hand over." in page.text
    for days in (3, 4, 18, 5):
        last = (today + timedelta(days=days)).isoformat()
        member.open("/desk/duty")
        page = member.send("/desk/hand-over-for", who=str(helper), to=str(lead), last=last)
        assert "The days away are saved. There was nothing left to hand over." in page.text
    with world.database.reading() as session:
        [absence] = roster_of(session, world.vault, world.near.id).absences
    assert absence.last == today + timedelta(days=5)
    # Only a lead has the form, and nobody else may send it.
    other = browse("near.caseworker")
    assert "fell ill" not in other.open("/desk/duty").text
    with world.database.reading() as session:
        [name] = member_names(session, world.vault, {lead}).values()
    assert f"Helper: {name}" in other.open(f"/desk/cases/{first}").text
    assert other.post("/desk/hand-over-for", who=str(lead), to=str(helper)).status == 403
    # Whoever is back says so themselves.
    other.open("/desk/duty")
    assert "Removed. You are not away then." in other.send("/desk/away/remove").text


def test_what_whoever_takes_over_may_not_read_stays_and_is_named(browse: Browse, world: World) -> None:
    for login in ("near.lead", "near.caseworker"):
        let_in(world, "near.lead", login, [CircleName.RESTRICTED])
    world.join(world.near, "near.third", Role.CASEWORKER)
    let_in(world, "near.lead", "near.third", [CircleName.EVERYONE])
    plain, restricted = accepted(world), accepted(world, world.file(topics=("gbvh",)))
    for case_id in (plain, restricted):
        take(world, "near.caseworker", case_id)
    ill, third = id_of(world, "near.caseworker"), id_of(world, "near.third")
    member = browse("near.lead")
    member.open("/desk/duty")
    last = (clock.now().date() + timedelta(days=3)).isoformat()
    page = member.send("/desk/hand-over-for", who=str(ill), to=str(third), last=last)
    with world.database.reading() as session:
        reference = session.get_one(Case, restricted).reference
    assert "1 case was handed over. These stayed where they were, because whom you chose may not" in page.text
    assert reference in page.text
    assert [helper_of(world, each) for each in (plain, restricted)] == [third, ill]


def test_who_goes_away_hands_over_and_is_away_in_one_step(browse: Browse, world: World) -> None:
    case_id = accepted(world)
    lead, helper = id_of(world, "near.lead"), id_of(world, "near.caseworker")
    take(world, "near.caseworker", case_id)
    member, today = browse("near.caseworker"), clock.now().date()
    assert "Without a day you stay on duty" in member.open("/desk/duty").text
    page = member.send("/hand-over", member=str(lead), last=(today - timedelta(days=9)).isoformat())
    assert (page.status, helper_of(world, case_id)) == (400, helper)
    assert "The last day has passed." in page.text
    last = (today + timedelta(days=3)).isoformat()
    page = member.send("/hand-over", member=str(lead), last=last)
    assert "Your open cases are your colleague’s now." in page.text
    assert "The days away are saved too." in page.text
    assert helper_of(world, case_id) == lead
    with world.database.reading() as session:
        [absence] = roster_of(session, world.vault, world.near.id).absences
    assert (absence.member_id, absence.last.isoformat()) == (helper, last)
