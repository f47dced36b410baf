"""The page of today and this week: rows that lead to their cases, by day or by person, and a line where there are none."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from app import clock
from app.cases.case import Case, Clock, Escalation
from app.cases.enums import ClockKind, Rung
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import StatusReport
from app.messaging.gateways.simulator import NAME
from app.messaging.models import OutgoingText
from app.messaging.receiving import take_status
from app.network import choose_zone, zone_info
from app.web import labels
from tests.harness.world import World
from tests.support.clocks import set_clocks
from tests.support.dates import dates_pass
from tests.support.desk_texts import WORDS, sent, texted
from tests.support.member import Browse, accepted

_SECRETS = ("They owe us", "Foxglove", "Penang", "Siti", "wages", "Wages")


def test_an_empty_week_says_so_with_its_dates(browse: Browse) -> None:
    page = browse("far.lead").open("/desk/today")
    first = clock.now()
    assert f"Nothing is late, and nothing is due from {first:%a} {first.day} {first:%b} to" in page.text
    assert "To the queue" in page.text
    whose = browse("far.lead").open("/desk/today?whose=mine")
    assert "Show everybody" in whose.text


def test_a_row_names_the_reference_and_leads_to_the_case(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(words="They owe us money."))
    offered = world.case_of(world.file(words="They owe us more."))
    member = browse("near.lead")
    page = member.open("/desk/today")
    html = page.response.text
    assert f'href="/desk/cases/{case_id}"' in html
    assert str(offered) not in html
    assert "An offer" in page.text
    assert "Read it" in page.text
    assert "Nobody has it" in page.text
    for secret in _SECRETS:
        assert secret not in html
    assert html.index("/desk/today") < html.index('accesskey="q"')


def test_by_person_and_whose_keep_each_other_and_what_is_unknown_shows_all(
    browse: Browse, world: World
) -> None:
    case_id = accepted(world)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/claim")
    again = browse("near.caseworker")
    mine = again.open("/desk/today?whose=mine&by=person")
    assert str(case_id) not in mine.response.text
    assert "whose=nobody&amp;by=person" in mine.response.text
    assert 'href="/desk/today?whose=mine"' in mine.response.text
    accepted(world)
    world.cookies["test clock"] = str(3 * 86_400)  # signing in moves it on from here
    everybody = browse("near.caseworker").open("/desk/today?by=person&whose=%00")
    assert str(case_id) in everybody.response.text
    headings = ["".join(each.itertext()) for each in everybody.root.iter("h2")]
    assert [heading.rsplit(" ", 1)[0] for heading in headings] == ["Nobody has it", "Name of near.lead"]


def test_a_case_is_one_row_with_the_rest_folded_and_says_by_when_its_lead_was_asked(
    browse: Browse, world: World
) -> None:
    case_id, zone = accepted(world), zone_info(world.sign_in("near.lead").zone)
    member = browse("near.caseworker")
    member.open(f"/desk/cases/{case_id}")
    member.send("/claim")
    with world.database.reading() as session:
        reference = session.get_one(Case, case_id).reference
    for day in range(3, 40):
        dates_pass(world, day)
        with world.database.reading() as session:
            asked = session.scalars(
                select(Escalation).where(Escalation.case_id == case_id, Escalation.rung == Rung.LEAD)
            ).first()
        if asked is not None:
            break
    assert asked is not None
    world.cookies["test clock"] = str(day * 86_400)
    lead = browse("near.lead")
    page = lead.open("/desk/today?whose=mine")
    there = asked.due_at.astimezone(zone)
    assert "asked now: the helper’s lead, by" in page.text
    assert f"{labels.due_hour(there)}" in page.text
    assert page.response.text.count(reference) == 1
    everybody = lead.open("/desk/today")
    (late,) = (each for each in everybody.root.iter("section") if each.get("aria-labelledby") == "late")
    assert len(list(late.iter("li"))) == 1
    assert (
        f"asked now: the helper’s lead, by {clock.last_moment(there):%a} {clock.last_moment(there).day}"
        in " ".join(everybody.text.split())
    )
    by_person = lead.open("/desk/today?by=person")
    headings = [" ".join("".join(each.itertext()).split()) for each in by_person.root.iter("h2")]
    assert headings == ["Name of near.caseworker 1", "Name of near.lead 1"]


def test_the_hour_is_that_of_the_members_own_zone(browse: Browse, world: World) -> None:
    case_id = accepted(world)
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        choose_zone(session, world.vault, lead, "Asia/Kathmandu")
    page = browse("near.lead").open("/desk/today")
    assert ":45" in page.text
    assert "Times here are those of Kathmandu" in page.text
    assert str(case_id) in page.response.text


def test_a_row_says_why_an_answer_is_asked_for_again(browse: Browse, world: World, tmp_path: Path) -> None:
    noise, case_id = accepted(world, world.file(words="They owe us money.")), texted(world, tmp_path)
    with world.database.writing() as session:
        tomorrow = clock.now() + timedelta(days=1)
        set_clocks(session, Clock.kind == ClockKind.ACKNOWLEDGE, due_at=tomorrow)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/reply", button=0, text=WORDS)
    member.send("/reply", button=0)
    row_of = f'href="/desk/cases/{case_id}"'
    assert "The last text" not in member.open("/desk/today").text
    (text,) = sent(world, case_id)
    with world.database.writing() as session:
        session.get_one(OutgoingText, text.id).provider_id = "SM-failed"
    with world.database.writing() as session:
        told = StatusReport(NAME, "SM-failed", Delivery.FAILED, reason="30003")
        take_status(session, world.vault, told)
    page = member.open("/desk/today")
    why = "The last text: Failed (the phone is off or out of reach)"
    assert (page.text.count(why), row_of in page.response.text) == (1, True)
    assert member.open("/desk/today?by=person").text.count(why) == 1
    page = member.open(f"/desk/cases/{case_id}")
    assert (
        "Nobody has heard the last answer as a text. Failed (the phone is off or out of reach)." in page.text
    )
    assert "Nobody has heard" not in member.open(f"/desk/cases/{noise}").text
    member.open(f"/desk/cases/{case_id}")
    member.send("/reply", button=1, text="Once more, in the inbox.")
    assert "Nobody has heard" not in member.open(f"/desk/cases/{case_id}").text
    assert "The last text" not in member.open("/desk/today").text
