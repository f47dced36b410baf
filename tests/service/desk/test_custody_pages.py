"""The coordinator's pages: placing a waiting case unread, and reading it only with a second custodian."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.models import Offer
from app.cases.custody.models import CustodyReading
from app.database import CaseId
from app.messaging.members.addresses import Channel, keep_address
from app.messaging.models import MemberAddress, OutgoingText
from app.vault import read_journal
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse

WORDS = "They owe us money."
OTHER = "my cousin Zubin"


@pytest.fixture
def waiting(world: World) -> CaseId:
    """A case that waits, because the worker's words about who must not know fit nobody for certain."""
    return world.case_of(
        world.file(words=WORDS, topics=("wages",), exclude_other=OTHER, site="the blue factory")
    )


def _acts(world: World, case_id: CaseId) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, case_id)]


def test_without_waiting_cases_the_page_says_when_some_come(browse: Browse) -> None:
    page = browse("custodian.one").open("/network/")
    assert "No case is waiting." in page.text


def test_a_waiting_case_is_placed_unread(browse: Browse, world: World, waiting: CaseId) -> None:
    custodian = browse("custodian.one")
    page = custodian.open("/network/")
    assert "fit nobody for certain" in page.text
    page = custodian.open(f"/network/waiting/{waiting}")
    html = page.response.get_data(as_text=True)
    assert WORDS not in html
    assert OTHER not in html
    assert "Mawar Workers Aid" in page.text
    before = _acts(world, waiting)
    refused = custodian.send("/note", reason=" ")
    assert "Say why you have to look." in refused.text
    assert OTHER not in refused.text
    page = custodian.send("/note", reason="No partner fits.")
    assert OTHER in page.text
    assert "the blue factory" in page.text
    assert WORDS not in page.response.get_data(as_text=True)
    assert _acts(world, waiting) == [*before, "custody.note_read"]
    page = custodian.send("/place", organisation=str(world.near.id))
    assert "Offered to that helper." in page.text
    partner = browse("near.lead")
    assert "Offered to you" in partner.page.text
    assert WORDS in partner.send(f"{waiting}/accept").text
    assert custodian.open(f"/network/waiting/{waiting}").status == 404


@pytest.mark.parametrize("chosen", ("", "nonsense"))
def test_placing_needs_a_choice(browse: Browse, waiting: CaseId, chosen: str) -> None:
    custodian = browse("custodian.one")
    custodian.open(f"/network/waiting/{waiting}")
    page = custodian.send("/place", organisation=chosen)
    assert page.status == 400
    assert "Choose a helper first." in page.text


def test_a_union_cannot_be_chosen(browse: Browse, world: World, waiting: CaseId) -> None:
    custodian = browse("custodian.one")
    custodian.open(f"/network/waiting/{waiting}")
    page = custodian.send("/place", organisation=str(world.union.id))
    assert page.status == 409
    assert "does not take cases" in page.text


def test_reading_needs_a_reason_and_a_second_custodian(browse: Browse, world: World, waiting: CaseId) -> None:
    first, second = browse("custodian.one"), browse("custodian.two")
    address = f"/network/waiting/{waiting}"
    first.open(address)
    page = first.send("/ask", reason="  ")
    assert page.status == 400
    assert "Say why" in page.text
    assert "Another custodian has to agree." in first.send("/ask", reason="Two bodies could be meant.").text
    assert first.open(f"{address}/read").status == 409
    with world.database.reading() as session:
        request_id = session.scalars(select(CustodyReading.id)).one()
    page = first.post(f"{address}/agree/{request_id}")
    assert page.status == 409
    assert "not the one who asked" in page.text
    page = second.open(address)
    assert "Two bodies could be meant." in page.text
    assert "Agreed." in second.send(f"/agree/{request_id}").text
    assert second.open(f"{address}/read").status == 409
    page = first.open(f"{address}/read")
    assert WORDS in page.text
    assert "You read this from custody." in page.text
    assert [form.get("action") for form in page.root.iter("form")] == ["/desk/lock"]
    assert _acts(world, waiting).count("custody.read") == 1


def test_the_worker_is_answered_from_custody_within_the_agreed_day_once(
    browse: Browse, world: World, waiting: CaseId
) -> None:
    first, second = browse("custodian.one"), browse("custodian.two")
    address = f"/network/waiting/{waiting}"
    first.open(address)
    first.send("/ask", reason="No helper may have it.")
    assert not _offers_to_answer(first.open(address))
    second.open(address)
    second.send(f"/agree/{_request(world)}")
    # Only who asked may read, so only they answer.
    assert not _offers_to_answer(second.open(address))
    form = first.open(address)
    assert first.send("/answer", words=" \u200f").status == 400
    for _ in range(2):
        first.page = form
        assert "Sent. The worker finds it in the inbox." in first.send("/answer", words="We look at it.").text
    assert _acts(world, waiting).count("custody.replied") == 1
    form = first.open(address)
    with world.database.writing() as session:
        session.scalars(select(CustodyReading)).one().until = clock.now()
    refused = first.send("/answer", words="One thing more.")
    assert "Nothing was sent." in refused.text
    assert "One thing more." in refused.text
    assert _acts(world, waiting).count("custody.replied") == 1


def _offers_to_answer(page: Page) -> bool:
    return any((form.get("action") or "").endswith("/answer") for form in page.root.iter("form"))


def _request(world: World) -> UUID:
    with world.database.reading() as session:
        return session.scalars(select(CustodyReading.id)).one()


def test_whoever_is_no_custodian_sees_no_case(browse: Browse, world: World, waiting: CaseId) -> None:
    world.join(world.coordinator, "helper.there")
    member = browse("helper.there")
    page = member.open("/network/")
    assert page.status == 200
    assert "you are not one of them" in page.text
    assert member.open(f"/network/waiting/{waiting}").status == 404
    for name in ("note", "place", "ask", "answer"):
        member.open("/network/")
        answer = member.post(
            f"/network/waiting/{waiting}/{name}",
            organisation=str(world.near.id),
            reason="Curious.",
            words="Hello.",
            once_token=world.vault.form_token(),
        )
        assert answer.status == 404, name


def test_every_other_custodian_is_told_that_one_asks_to_read(
    browse: Browse, world: World, waiting: CaseId
) -> None:
    for login in ("custodian.one", "custodian.two", "near.lead"):
        by = world.sign_in(login)
        with world.database.writing() as session:
            keep_address(session, world.vault, by, Channel.EMAIL, f"{login}@example.org")
    custodian = browse("custodian.one")
    custodian.open(f"/network/waiting/{waiting}")
    custodian.send("/ask", reason="No partner fits.")
    second = world.sign_in("custodian.two").member.id
    with world.database.reading() as session:
        told = select(MemberAddress.member_id).join(OutgoingText, OutgoingText.address_id == MemberAddress.id)
        assert session.scalars(told).all() == [second]
    assert "Somebody asks to read it" in browse("custodian.two").open("/network/").text


def test_a_second_click_places_asks_and_agrees_no_second_time(
    browse: Browse, world: World, waiting: CaseId
) -> None:
    """The browser shows the answer to the second click: it has to say what the first one did."""
    by = world.sign_in("custodian.two")
    with world.database.writing() as session:
        keep_address(session, world.vault, by, Channel.EMAIL, "two@example.org")
    first, second = browse("custodian.one"), browse("custodian.two")
    address = f"/network/waiting/{waiting}"
    form = first.open(address)
    for _ in range(2):
        first.page = form
        assert "Another custodian has to agree." in first.send("/ask", reason="No partner fits.").text
    with world.database.reading() as session:
        assert len(session.scalars(select(OutgoingText.id)).all()) == 1
    form = second.open(address)
    for _ in range(2):
        second.page = form
        page = second.send(f"/agree/{_request(world)}")
        assert (page.status, "Agreed." in page.text) == (200, True)
    form = first.open(address)
    for _ in range(2):
        first.page = form
        page = first.send("/place", organisation=str(world.near.id))
        assert (page.status, "Offered to that helper." in page.text) == (200, True)
    acts = _acts(world, waiting)
    assert [acts.count(f"custody.{act}") for act in ("read_asked", "read_agreed", "placed")] == [1, 1, 1]
    with world.database.reading() as session:
        assert len(session.scalars(select(Offer.id).where(Offer.case_id == waiting)).all()) == 1


def test_other_clicks_on_a_placed_case_find_nothing(browse: Browse, world: World, waiting: CaseId) -> None:
    """Neither another helper, nor another custodian who did not place it."""
    first, second = browse("custodian.one"), browse("custodian.two")
    forms = {each: each.open(f"/network/waiting/{waiting}") for each in (first, second)}
    assert first.send("/place", organisation=str(world.near.id)).status == 200
    first.page = forms[first]
    assert first.send("/place", organisation=str(world.far.id)).status == 404
    assert second.send("/place", organisation=str(world.near.id)).status == 404
    assert _acts(world, waiting).count("custody.placed") == 1
