"""A locked case in danger: one tap lets one helper read it, from the page with the code and from the inbox."""

import pytest
from sqlalchemy import select

from app.cases.case.models import Consent, Offer
from app.cases.enums import ConsentLevel
from app.messaging.members.addresses import Channel, forget_address, keep_address
from tests.harness.world import World
from tests.support.browsing import Page, Visitor
from tests.support.stored_cases import SELF_HARM, stored

TAP = "Let one helper read it"


def locked(visitor: Visitor, world: World, **more: object) -> Page:
    visitor.open(f"/en/s/{world.site.code}")
    told = {"words": "They hit us.", "danger": "yes", "consent": "nobody"} | more
    page = visitor.send("/report", button=0, **told)
    # Who ticks danger and locks it is asked once whether that is meant.
    return page if page.code else visitor.send("/report")


def inside(visitor: Visitor, code: str) -> Page:
    visitor.open("/en/inbox")
    return visitor.send("/inbox", receipt=code)


def level(world: World, code: str) -> str:
    return stored(world, code)[1].consent


def consents(world: World, code: str) -> list[Consent]:
    case, _ = stored(world, code)
    with world.database.reading() as session:
        return list(session.scalars(select(Consent).where(Consent.case_id == case.id).order_by(Consent.id)))


def asked(world: World, code: str) -> int:
    case, _ = stored(world, code)
    with world.database.reading() as session:
        return len(session.scalars(select(Offer).where(Offer.case_id == case.id)).all())


def test_the_page_with_the_code_offers_it_and_shows_the_code_again(visitor: Visitor, world: World) -> None:
    page = locked(visitor, world)
    code = page.code
    assert "Nobody reads it until you say so." in page.text
    assert TAP in page.text
    assert asked(world, code) == 0
    page = visitor.send("/let-read")
    assert page.status == 200
    assert "A helper may read it now." in page.text
    assert page.code == code
    assert TAP not in page.text
    assert level(world, code) == ConsentLevel.HELPER
    assert asked(world, code) > 0
    assert "Your messages" not in page.text
    assert "Open your messages" in visitor.open("/en/inbox").text  # nobody is let in by it


def test_the_inbox_offers_it_where_danger_is_told_there(visitor: Visitor, world: World) -> None:
    code = locked(visitor, world, words="They owe us pay.", danger="").code
    page = inside(visitor, code)
    assert TAP not in page.text
    page = visitor.send("/inbox/worse", words="", danger="yes")
    assert "Nobody is told, because you asked us to lock it." in page.text
    assert TAP in page.text
    page = visitor.send("/inbox/let-read")
    assert level(world, code) == ConsentLevel.HELPER
    assert TAP not in page.text
    assert "Nobody is told" not in page.text


def test_words_alone_that_call_offer_it_too(visitor: Visitor, world: World) -> None:
    assert TAP in locked(visitor, world, words=SELF_HARM, danger="").text


def test_somebody_is_told_with_the_tap_where_anybody_can_be(visitor: Visitor, world: World) -> None:
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, lead, Channel.TEXT, "+60123456789")
    try:
        assert "We are telling" not in locked(visitor, world).text
        assert "We are telling a helper from Mawar Workers Aid now." in visitor.send("/let-read").text
    finally:
        with world.database.writing() as session:
            forget_address(session, world.vault, lead, Channel.TEXT)


def test_the_consent_is_signed_with_the_receipt(visitor: Visitor, world: World) -> None:
    code = locked(visitor, world).code
    visitor.send("/let-read")
    (after,) = [row for row in consents(world, code) if row.withdrawn_hour is None]
    assert len(consents(world, code)) == 2
    assert after.signature is not None


@pytest.mark.parametrize("door", ("the code's page", "the inbox"))
def test_sent_twice_it_is_done_once(visitor: Visitor, world: World, door: str) -> None:
    page = locked(visitor, world)
    code = page.code
    page = page if door == "the code's page" else inside(visitor, code)
    form = page.form("let-read")
    for _ in range(2):
        assert visitor.client.post(form.action, data=form.values).status_code in (200, 303)
    assert len(consents(world, code)) == 2
    assert level(world, code) == ConsentLevel.HELPER


@pytest.mark.parametrize("chosen", ("nobody", "union"))
def test_an_old_tap_undoes_nothing_that_was_chosen_since(visitor: Visitor, world: World, chosen: str) -> None:
    page = locked(visitor, world)
    code, form = page.code, page.form("/let-read")
    visitor.send("/let-read")
    inside(visitor, code)
    visitor.send("/inbox/consent", consent=chosen)
    assert level(world, code) == chosen
    visitor.client.post(form.action, data=form.values)
    assert level(world, code) == chosen


def test_it_opens_no_other_case(visitor: Visitor, world: World) -> None:
    first = locked(visitor, world)
    other = locked(visitor, world, words="Another day, another case.")
    form = first.form("/let-read")
    page = Page(visitor.client.post(form.action, data={**form.values, "receipt": other.code}))
    assert page.status == 422
    assert level(world, first.code) == level(world, other.code) == ConsentLevel.NOBODY


def test_after_leaving_it_shows_no_code(visitor: Visitor, world: World) -> None:
    page = locked(visitor, world)
    code, form = page.code, page.form("/let-read")
    visitor.send("/let-read")
    visitor.open("/en/exit")
    page = Page(visitor.client.post(form.action, data=form.values))
    assert page.code == ""
    assert code not in page.text


def test_what_is_stopped_is_not_opened_by_it(visitor: Visitor, world: World) -> None:
    code = locked(visitor, world).code
    form = inside(visitor, code).form("/inbox/let-read")
    visitor.send("/inbox/stop")
    visitor.client.post(form.action, data=form.values)
    assert level(world, code) == ConsentLevel.NOBODY
    assert stored(world, code)[0].stopped_hour is not None


def test_a_session_that_ended_asks_for_the_code_and_does_it_then(visitor: Visitor, world: World) -> None:
    code = locked(visitor, world).code
    form = inside(visitor, code).form("/inbox/let-read")
    visitor.client.delete_cookie("redress_worker")
    visitor.page = Page(visitor.client.post(form.action, data=form.values))
    assert "You want to let one helper read it. Nobody reads it yet." in visitor.page.text
    visitor.send("/inbox", receipt=code)
    assert level(world, code) == ConsentLevel.HELPER


def test_a_complaint_about_a_helper_goes_to_one_person_and_not_to_that_helper(
    visitor: Visitor, world: World
) -> None:
    page = locked(visitor, world, category=["mechanism_itself"])
    assert "Let one person read it, not that helper" in page.text
    code = page.code
    assert "One person may read it now." in visitor.send("/let-read").text
    assert stored(world, code)[0].organisation_id is None
