"""Reports in person at the desk: who starts a tablet, what starting does to the desk on it, and who ends one."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app import clock
from app.cases.case import HowAllowed
from app.intake import Report, SaidByTablet, file_report
from app.network import TabletStanding, count_tablet_report, end_tablet, vouch
from app.network.models import Tablet
from app.network.tablets import _label_place
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, Member, accepted


def start(member: Member, label: str = "Blue tablet", hours: str = "8") -> Page:
    member.open("/desk/tablets")
    return member.send("/desk/tablets", label=label, hours=hours)


def authority_on(page: Page) -> str:
    found = re.search(r'data-authority="([^"]+)"', page.response.get_data(as_text=True))
    assert found
    return found[1]


def standing_of(world: World, authority: str) -> TabletStanding:
    with world.database.reading() as session:
        return vouch(session, world.vault, authority).standing


def test_starting_a_tablet_closes_the_desk_on_it(browse: Browse, world: World) -> None:
    member, other = browse("near.caseworker"), browse("far.lead")
    start(other, "Someone else’s")
    page = start(member)
    assert page.status == 200
    authority = authority_on(page)
    assert standing_of(world, authority) is TabletStanding.STANDS
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Clear-Site-Data"] == '"cache"'
    assert "You are signed out on this device." in page.text
    assert "Lock" not in page.text
    assert member.open("/desk/").response.request.path == "/desk/sign-in"
    lead = browse("near.lead").open("/desk/tablets")
    assert "Blue tablet" in lead.text
    assert "0 messages; until" in lead.text
    assert "Someone else’s" not in lead.text


def press_twice(member: Member, between: Callable[[], object] = lambda: None, **changed: str) -> Page:
    """Start a tablet and send the form again as it stood, as a second press does that overtakes the first one's answer."""
    member.open("/desk/tablets")
    fields = member.page.form("/desk/tablets").values | {"label": "Gate", "hours": "8"}
    first = member.client.post("/desk/tablets", data=fields)
    assert first.status_code == 200
    between()
    second = Page(member.client.post("/desk/tablets", data=fields | changed))
    if second.status == 200:
        assert authority_on(second) == authority_on(Page(first))
    return second


def test_start_pressed_twice_is_one_tablet_that_is_ready(browse: Browse, world: World) -> None:
    start(browse("near.lead"), "Noise")
    member = browse("near.caseworker")
    page = press_twice(member)
    assert page.status == 200
    assert "You are signed out on this device." in page.text
    assert standing_of(world, authority_on(page)) is TabletStanding.STANDS
    assert page.response.headers["Cache-Control"] == "no-store"
    (told,) = page.root.findall(".//*[@data-authority]")
    assert (told.get("data-hours"), told.get("data-organisation")) == ("8", world.near.name)
    assert member.open("/desk/").response.request.path == "/desk/sign-in"
    assert len(ids(world)) == 2


@pytest.mark.parametrize(
    "changed",
    ({"label": "Another"}, {"hours": "72"}, {"hours": "x"}, {"once_token": ""}, {"once_token": "forged"}),
)
def test_what_was_changed_since_the_first_press_gives_nothing(
    browse: Browse, world: World, changed: dict[str, str]
) -> None:
    page = press_twice(browse("near.caseworker"), lambda: None, **changed)
    assert page.status == 401
    assert "data-authority" not in page.response.get_data(as_text=True)
    assert len(ids(world)) == 1


def ended(world: World) -> None:
    by = world.sign_in("near.lead")
    with world.database.writing() as session:
        for each in ids(world):
            end_tablet(session, world.vault, by, UUID(each))


def used(world: World) -> None:
    with world.database.writing() as session:
        for each in ids(world):
            count_tablet_report(session, UUID(each))


def minutes_later(_world: World) -> None:
    gone = clock.now() - datetime.now(UTC)
    clock.set_offset(round((gone + timedelta(minutes=3)).total_seconds()))


@pytest.mark.parametrize("happens", (ended, used, minutes_later))
def test_a_press_that_comes_late_gives_nothing_without_a_session(
    browse: Browse, world: World, happens: Callable[[World], None]
) -> None:
    page = press_twice(browse("near.caseworker"), lambda: happens(world))
    assert page.status == 401
    assert "data-authority" not in page.response.get_data(as_text=True)


@pytest.mark.parametrize("hours", ("", "9", "-8", "8.5", "１２", "99999999999999999999", "x"))
def test_hours_that_nobody_offered_start_nothing(browse: Browse, world: World, hours: str) -> None:
    member = browse("near.lead")
    page = start(member, hours=hours)
    assert page.status == 400
    assert "Choose for how long. Nothing was started." in page.text
    assert 'value="Blue tablet"' in page.response.get_data(as_text=True)
    assert "None yet." in member.open("/desk/tablets").text


def test_end_asks_first_and_says_what_becomes_of_what_waits_there(browse: Browse, world: World) -> None:
    start(browse("near.caseworker"))
    lead = browse("near.lead")
    (asks,) = lead.open("/desk/tablets").root.iter("details")
    assert asks.get("open") is None
    (form,) = asks.iter("form")
    assert form.get("action") == "/desk/tablets/end"
    question = " ".join("".join(asks.itertext()).split())
    for words in ("None is lost", "goes to a helper only, or to nobody", "can finish that one message"):
        assert words in question
    assert "Ended." in lead.send("/desk/tablets/end").text
    # What is ended asks nothing any more.
    assert list(lead.page.root.iter("details")) == []


def test_a_lost_tablet_is_ended_by_its_member_or_a_lead_and_by_nobody_else(
    browse: Browse, world: World
) -> None:
    of_lead, of_caseworker = start(browse("near.lead"), "Red"), start(browse("near.caseworker"), "Blue")
    caseworker = browse("near.caseworker")
    page = caseworker.open("/desk/tablets")
    assert page.response.get_data(as_text=True).count("/desk/tablets/end") == 1
    assert [each.get("aria-label") for each in page.root.iter("summary")] == ["End: Blue"]
    red = next(each for each in ids(world) if label_of(world, each) == "Red")
    page = caseworker.post("/desk/tablets/end", tablet=red)
    assert page.status == 400
    assert "Only who started a tablet, or a lead, can end it." in page.text
    assert standing_of(world, authority_on(of_lead)) is TabletStanding.STANDS
    stranger = browse("far.lead")
    stranger.open("/desk/tablets")
    assert stranger.post("/desk/tablets/end", tablet=red).response.location == "/desk/tablets"
    assert standing_of(world, authority_on(of_lead)) is TabletStanding.STANDS
    lead = browse("near.lead")
    lead.open("/desk/tablets")
    for _ in range(2):
        assert "Ended." in lead.send("/desk/tablets/end").text
    assert {standing_of(world, authority_on(each)) for each in (of_lead, of_caseworker)} == {
        TabletStanding.ENDED
    }
    for nonsense in ("", "x", "00000000-0000-0000-0000-000000000001"):
        lead.open("/desk/tablets")
        page = lead.post("/desk/tablets/end", tablet=nonsense)
        assert (page.status, page.response.location) == (303, "/desk/tablets")


def ids(world: World) -> list[str]:
    with world.database.reading() as session:
        return [str(each.id) for each in session.query(Tablet)]


def label_of(world: World, tablet_id: str) -> str:
    """What its member called it."""
    with world.database.reading() as session:
        row = session.get_one(Tablet, UUID(tablet_id))
        return world.vault.unveil(_label_place(row.id), row.label_veil)


@pytest.mark.parametrize(
    ("ended", "how", "words"),
    (
        (False, "tap", "The worker tapped who may know."),
        (False, "not", "no more than a helper."),
        (True, "voice", "The tablet had been ended, so what was allowed there is not counted."),
    ),
)
def test_the_case_page_says_beside_whom_it_was_told(
    browse: Browse, world: World, *, ended: bool, how: str, words: str
) -> None:
    authority = authority_on(start(browse("near.caseworker")))
    if ended:
        lead = browse("near.lead")
        lead.open("/desk/tablets")
        lead.send("/desk/tablets/end")
    told = SaidByTablet(authority, HowAllowed(how), "other", without_them=False)
    filed = file_report(
        world.services(),
        Report("en", words="They lock us in.", site_code=world.site.code, beside=told),
        world.token(),
        None,
    )
    helper = browse("near.lead")
    page = helper.open(f"/desk/cases/{accepted(world, filed)}")
    assert "Read aloud in: another language." in page.text
    assert words in page.text
    assert ("is not counted" in page.text) == ended
    noise = helper.open(f"/desk/cases/{accepted(world)}")
    assert "Told in person" not in noise.text
