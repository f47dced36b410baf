"""Where it is what time: a member's own zone on every page of the desk, the workplace's on a worker's, each named."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case import Case, zone_of_case
from app.cases.case.models import Clock
from app.cases.worker.inbox import open_inbox
from app.network import Member as MemberRow
from app.network import Sector, SiteRefused, add_site
from tests.harness.world import World, everything_stored
from tests.support.member import Browse, accepted

# A Sunday evening in UTC, and Monday morning in Malaysia.
SUNDAY_EVENING = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    shift = moment - clock.now()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + shift)


def site_code(world: World, name: str, country: str, zone: str) -> str:
    with world.database.writing() as session:
        found = add_site(
            session,
            world.vault,
            name=name,
            town="Somewhere",
            country=country,
            sector=Sector.ELECTRONICS,
            zone=zone,
        )
        return found.code


def due(world: World, case_id: Any, kind: str) -> datetime:
    with world.database.reading() as session:
        return session.scalars(select(Clock.due_at).where(Clock.case_id == case_id, Clock.kind == kind)).one()


def test_a_member_reads_the_time_of_their_country_until_they_choose_another(
    browse: Browse, world: World
) -> None:
    case_id = accepted(world)
    read_by = due(world, case_id, "acknowledge")
    member = browse("near.lead")
    there = read_by.astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    assert f"{there:%H:%M} Kuala Lumpur" in member.open(f"/desk/cases/{case_id}").text
    page = member.open("/desk/time-zone")
    assert "Kuala Lumpur, as your organisation" in page.text
    page = member.send("/time-zone", zone="Europe/Berlin")
    assert "Saved. All times at your desk are said in it now." in page.text
    assert "Times here are those of Berlin" in page.text
    there = read_by.astimezone(ZoneInfo("Europe/Berlin"))
    for path in (f"/desk/cases/{case_id}", "/desk/"):
        html = member.open(path).text
        assert f"{there:%H:%M} Berlin" in html
        assert "Kuala Lumpur" not in html
    assert "Kuala Lumpur" in browse("near.caseworker").open("/desk/").text
    # Which zone a member lives by tells where they are: the database does not show it.
    assert b"Europe/Berlin" not in everything_stored(world.database)
    member.open("/desk/time-zone")
    member.send("/time-zone", zone="")
    assert "Kuala Lumpur" in member.open("/desk/").text


def test_a_zone_that_does_not_exist_is_refused_and_the_old_one_stays(browse: Browse, world: World) -> None:
    member = browse("near.viewer")
    member.open("/desk/time-zone")
    member.send("/time-zone", zone="Asia/Kathmandu")
    for typed in ("Mars/Olympus", "Asia/Kuala_Lumpur" * 9):
        member.open("/desk/time-zone")
        page = member.send("/time-zone", zone=typed)
        assert page.response.status_code == 400
        assert "There is no such time zone." in page.text
    assert "Kathmandu" in member.open("/desk/").text
    with world.database.reading() as session:
        assert len(session.scalars(select(MemberRow).where(MemberRow.zone_veil.is_not(None))).all()) == 1


def test_a_working_day_begins_where_the_worker_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, SUNDAY_EVENING)
    case_id = world.case_of(world.file())
    # Monday, six in the morning there: two working days later it is Wednesday at the same time.
    assert due(world, case_id, "read") == datetime(2026, 11, 24, 23, tzinfo=UTC)


def test_a_worker_reads_days_of_their_workplace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    eastern = site_code(world, "Cendrawasih Nickel", "ID", "Asia/Jayapura")
    western = site_code(world, "Nusa Boards", "ID", "")
    at(monkeypatch, SUNDAY_EVENING - timedelta(hours=6, minutes=10))
    for code, zone in ((eastern, "Asia/Jayapura"), (western, "Asia/Jakarta")):
        filed = world.file(site_code=code)
        worker = world.enter(filed)
        with world.database.reading() as session:
            case = session.get_one(Case, worker.case_id)
            assert zone_of_case(world.vault, case) == ZoneInfo(zone)
            view = open_inbox(session, world.vault, worker)
        assert view.next_by is not None
        assert filed.read_by is not None
        assert view.zone == view.next_by.tzinfo == filed.read_by.tzinfo == ZoneInfo(zone)
        # Filed late on Sunday in Jakarta and early on Monday in Jayapura.
        assert view.messages[0].at.strftime("%a") == ("Mon" if code == eastern else "Sun")
    unknown = world.file(site_code="", site="somewhere nobody knows")
    with world.database.reading() as session:
        assert open_inbox(session, world.vault, world.enter(unknown)).zone is UTC


def test_a_site_takes_a_zone_of_its_own_country_only(world: World) -> None:
    with pytest.raises(SiteRefused, match="Asia/Tokyo is no time zone of ID: Asia/Jakarta, Asia/Jayapura"):
        site_code(world, "One", "ID", "Asia/Tokyo")
    with pytest.raises(SiteRefused, match="There is no such time zone"):
        site_code(world, "Two", "ID", "Jakarta")


def test_each_date_says_where_it_stands_and_one_that_may_wait_takes_a_reason(
    browse: Browse, world: World
) -> None:
    case_id = accepted(world)
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    assert "This network’s own procedure" in page.text
    assert (
        len([form for form in page.root.iter("form") if (form.get("action") or "").endswith("/pause")]) == 1
    )
    page = member.send("/pause", reason="  ")
    assert page.response.status_code == 400
    assert "Write down why. Nothing was changed." in page.text
    page = member.send("/pause", reason="Waiting for the labour office.")
    assert "It waits now. Your reason is a note in the thread." in page.text
    assert "Waiting for the labour office." in page.text
    assert "paused since" in page.text
    page = member.send("/resume")
    assert "It goes on, with the time that it had left." in page.text
    with world.database.writing() as session:
        for row in session.scalars(
            select(Clock).where(Clock.case_id == case_id, Clock.kind == "acknowledge")
        ):
            row.law = "eu_whistleblower"
    assert "EU directive 2019/1937, article 9(1)(b)" in member.open(f"/desk/cases/{case_id}").text
