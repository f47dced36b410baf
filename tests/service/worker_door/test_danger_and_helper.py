"""Who is told of danger, said only where it is so; and the tile for complaints about a helper, which passes every helper by."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from app.cases.desk.answering import reply
from app.cases.desk.reading import open_case
from app.cases.enums import Urgency
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.messaging.members.addresses import Channel, forget_address, keep_address
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.stored_cases import SELF_HARM, stored

WORDS = "The man from the help group asked me for money."
NOBODY_CALLED = "We cannot call anybody for you now."


def inside(visitor: Visitor, world: World) -> Visitor:
    visitor.open(f"/en/s/{world.site.code}")
    code = visitor.send("/report", words="They owe us pay.").code
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=code)
    return visitor


def test_telling_a_helper_is_said_only_where_one_can_be_alerted(visitor: Visitor, world: World) -> None:
    poster = f"/en/s/{world.site.code}"
    visitor.open(poster)
    page = visitor.send("/report", words="A fire.", danger="yes")
    assert NOBODY_CALLED in page.text
    assert "They should look at it" not in page.text
    assert "We are telling" not in page.text
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, lead, Channel.TEXT, "+60123456789")
    try:
        visitor.open(poster)
        page = visitor.send("/report", words="A fire.", danger="yes")
        assert "We are telling a helper from Mawar Workers Aid now." in page.text
        assert NOBODY_CALLED not in page.text
    finally:
        with world.database.writing() as session:
            forget_address(session, world.vault, lead, Channel.TEXT)


def test_danger_in_the_inbox_is_answered_with_the_note_and_numbers(visitor: Visitor, world: World) -> None:
    page = inside(visitor, world).page
    assert "If you can get to a safe place" not in page.text
    page = visitor.send("/inbox/worse", words="", danger="yes")
    assert "If you can get to a safe place, do not wait for us." in page.text
    assert "0000 0000" in page.text
    assert "in this country: Malaysia" in page.text


def test_the_numbers_stay_while_the_case_is_in_danger_whoever_has_read_or_answered(
    visitor: Visitor, another_visitor: Callable[[], Visitor], world: World
) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    code = visitor.send("/report", words="A fire.", danger="yes").code
    calm = inside(another_visitor(), world).page
    assert "0000 0000" not in calm.text
    case, _ = stored(world, code)
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, CaseId(case.id)).taken
        open_case(session, world.vault, lead, CaseId(case.id))
        reply(session, world.vault, lead, CaseId(case.id), "We are on our way.", uuid4())
    visitor.open("/en/inbox")
    page = visitor.send("/inbox", receipt=code)
    assert "We are on our way." in page.text
    assert "If you can get to a safe place, do not wait for us." in page.text
    assert "0000 0000" in page.text


def test_numbers_are_shown_for_a_workplace_that_was_typed_and_recognised(visitor: Visitor) -> None:
    visitor.open("/en/")
    page = visitor.send("/report", words="A fire.", danger="yes", site="Foxglove Circuits, Penang")
    assert "0000 0000" in page.text
    assert "in this country: Malaysia" in page.text


def test_send_now_lets_only_a_helper_read_whatever_is_ticked_below(visitor: Visitor, world: World) -> None:
    for ticked in ("buyers", "nobody", "union"):
        visitor.open("/en/")
        form = visitor.page.form("/report")
        quick = form.buttons.index(("quick", "1"))
        page = visitor.send("/report", button=quick, words="Pay is late.", danger="yes", consent=ticked)
        assert stored(world, page.code)[1].consent == "helper"


def test_the_button_that_enter_presses_is_the_ordinary_one(visitor: Visitor) -> None:
    visitor.open("/en/")
    assert visitor.page.form("/report").buttons[0] == ("", "")


def test_a_tile_about_the_helper_goes_to_custody_and_to_no_partner(visitor: Visitor, world: World) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    page = visitor.send("/report", words=WORDS, category=["mechanism_itself"])
    case, _ = stored(world, page.code)
    assert case.organisation_id is None
    assert "That helper does not get this." in page.text
    assert "A person at Keel Coordination" in page.text


def test_words_alone_that_call_for_somebody_bring_the_note_and_claim_nothing(
    visitor: Visitor, world: World
) -> None:
    """The worker reads numbers and what happens, never that they said what the words were only taken for."""
    visitor.open(f"/en/s/{world.site.code}")
    receipt = visitor.send("/report", words=SELF_HARM)
    visitor.open("/en/inbox")
    for page in (receipt, visitor.send("/inbox", receipt=receipt.code)):
        assert NOBODY_CALLED in page.text
        assert "0000 0000" in page.text
        assert "You said" not in page.text
        assert "because you" not in page.text


def test_words_of_danger_in_the_inbox_bring_the_note_also_after_a_helper_has_read(
    visitor: Visitor, world: World
) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    code = visitor.send("/report", words="They owe us pay.").code
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=code)
    assert "If you can get to a safe place" not in visitor.page.text
    case_id = CaseId(stored(world, code)[0].id)
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, case_id).taken
    with world.database.writing() as session:
        open_case(session, world.vault, lead, case_id)
    visitor.send("/inbox/write", words=SELF_HARM)
    assert "If you can get to a safe place" in visitor.page.text


def test_danger_told_after_a_stop_says_that_nobody_reads_it_and_how_to_start_again(
    visitor: Visitor, world: World
) -> None:
    """Said in a tab that was still open; by tick, and by words alone."""
    for words, danger in (("", "yes"), (SELF_HARM, "")):
        inside(visitor, world)
        before = visitor.page
        stopped = visitor.send("/stop")
        assert "Nobody reads it, because you stopped it." not in stopped.text
        visitor.page = before
        page = visitor.send("/inbox/worse", words=words, danger=danger)
        assert "Nobody reads it, because you stopped it." in page.text
        assert "To let somebody know, press “Start it again”." in page.text
        assert "0000 0000" in page.text
        for untrue in (NOBODY_CALLED, "We are telling", "They should look at it", "you asked us to lock it"):
            assert untrue not in page.text
        again = visitor.send("/undo")
        assert "Nobody reads it, because you stopped it." not in again.text
        assert NOBODY_CALLED in again.text


def test_danger_told_where_nobody_may_know_says_what_has_to_be_chosen_after_starting_again(
    visitor: Visitor, world: World
) -> None:
    inside(visitor, world)
    visitor.send("/consent", consent="nobody")
    before = visitor.page
    visitor.send("/stop")
    visitor.page = before
    page = visitor.send("/inbox/worse", danger="yes")
    assert "Then choose who may know." in page.text


def test_danger_ticked_alone_is_a_report_with_the_note_and_numbers(visitor: Visitor, world: World) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    page = visitor.send("/report", danger="yes", words=" \u200b")
    assert page.status == 200
    assert NOBODY_CALLED in page.text
    assert "0000 0000" in page.text
    case, _ = stored(world, page.code)
    assert case.urgency is Urgency.DANGER
    visitor.open("/en/inbox")
    page = visitor.send("/inbox", receipt=page.code)
    assert "Sent without words." in page.text
    visitor.open("/en/")
    assert visitor.send("/report", danger="no").status == 422


@pytest.mark.parametrize(
    "words",
    ("they are beating us now", "there is a fire in the dormitory", "I swallowed pills", "he has a knife"),
)
def test_what_happens_now_is_danger_without_a_tick(visitor: Visitor, world: World, words: str) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    page = visitor.send("/report", words=words)
    assert stored(world, page.code)[0].urgency is Urgency.DANGER
    assert "Numbers you can call in this country: Malaysia" in page.text


def test_words_of_harm_show_whom_to_call_and_promise_nobody(visitor: Visitor, world: World) -> None:
    """Locked in at night and beaten: urgent by its words, so nobody is called, also where somebody could be."""
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, lead, Channel.TEXT, "+60123456789")
    try:
        visitor.open(f"/en/s/{world.site.code}")
        page = visitor.send("/report", words="they beat us and lock us in the dormitory at night")
        assert stored(world, page.code)[0].urgency is Urgency.URGENT
        assert "Numbers you can call in this country: Malaysia" in page.text
        assert NOBODY_CALLED in page.text
        assert "We are telling" not in page.text
        visitor.open(f"/en/s/{world.site.code}")
        assert "Numbers you can call" not in visitor.send("/report", words="They owe us pay.").text
        inside(visitor, world)
        assert "Numbers you can call" not in visitor.page.text
        page = visitor.send("/write", words="HELP he locked us in and fire")
        assert "Numbers you can call in this country: Malaysia" in page.text
    finally:
        with world.database.writing() as session:
            forget_address(session, world.vault, lead, Channel.TEXT)
