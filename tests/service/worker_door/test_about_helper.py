"""*It is about the helper* in the inbox: one complaint for one content, out of the helpers' reach, whatever stands in the way."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.cases.case.models import Case
from app.cases.desk.answering import reply
from app.cases.enums import Urgency
from app.cases.routing.offers import accept_offer
from app.database import CaseId, OrganisationId
from app.web.worker import about_helper
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.stored_cases import stored

WORDS = "The man from the help group asked me for money."
FORM = "/inbox/about-helper"
Phones = Callable[[], Visitor]


@pytest.fixture
def code(visitor: Visitor, world: World) -> str:
    visitor.open(f"/en/s/{world.site.code}")
    return visitor.send("/report", words="They owe us pay.").code


@pytest.fixture
def inside(visitor: Visitor, code: str) -> Visitor:
    """The worker in the inbox of a case that a helper was asked for."""
    return enter(visitor, code)


def enter(visitor: Visitor, code: str) -> Visitor:
    visitor.open("/en/code")
    visitor.send("/inbox", receipt=code)
    assert "Your messages" in visitor.page.text
    return visitor


def cases(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def test_it_becomes_a_case_of_its_own_and_closes_the_messages(inside: Visitor, world: World) -> None:
    page = inside.send(FORM, words=WORDS)
    case, facts = stored(world, page.code)
    assert case.organisation_id is None
    assert OrganisationId(world.near.id) in facts.excluded
    assert facts.helper_excluded
    assert "mechanism_itself" in facts.topics
    assert "That helper does not get this." in page.text
    shown = inside.open("/en/inbox").text
    assert WORDS not in shown
    assert "Open your messages" in shown
    assert "should look at it by" in enter(inside, page.code).page.text


def test_the_same_content_twice_is_one_complaint_and_other_words_are_another(
    inside: Visitor, code: str, world: World
) -> None:
    form, before = inside.page, cases(world)
    first = inside.send(FORM, words=WORDS).code
    # Back, and the same again: the session is over, so the code is asked for, and the same receipt shown.
    inside.page = form
    shown = inside.send(FORM, words=WORDS)
    assert not shown.code
    assert WORDS in shown.text
    assert inside.send("/inbox", receipt=code).code == first
    assert cases(world) == before + 1
    for words, ticked in (("He asked again.", []), (WORDS, ["yes"])):
        inside.page = form
        inside.send(FORM, words=words, danger=ticked)
        other = inside.send("/inbox", receipt=code).code
        assert other not in ("", first)
    assert cases(world) == before + 3


def test_two_tabs_that_send_the_same_are_one_complaint(inside: Visitor, code: str, world: World) -> None:
    tab = inside.page
    other_tab = inside.open("/en/inbox")
    first = inside.send(FORM, words=WORDS).code
    inside.page = other_tab
    inside.send(FORM, words="Something else.")
    second = inside.send("/inbox", receipt=code).code
    inside.page = tab
    inside.send(FORM, words=WORDS)
    assert second not in ("", first)


def test_danger_is_told_also_without_words(inside: Visitor, world: World) -> None:
    page = inside.send(FORM, words="", danger="yes")
    assert "If you can get to a safe place, do not wait for us." in page.text
    assert stored(world, page.code)[0].urgency is Urgency.DANGER


def test_after_the_session_ended_it_is_kept_and_filed_with_the_code(
    inside: Visitor, code: str, world: World
) -> None:
    inside.client.delete_cookie("redress_worker")
    shown = inside.send(FORM, words=WORDS, danger="yes")
    assert "You want to say something about the helper. It is not sent yet." in shown.text
    assert "You ticked: I am in danger now" in shown.text
    assert WORDS in shown.text
    page = inside.send("/inbox", receipt=code)
    case, facts = stored(world, page.code)
    assert page.code not in ("", code)
    assert case.urgency is Urgency.DANGER
    assert OrganisationId(world.near.id) in facts.excluded
    assert "Open your messages" in inside.open("/en/inbox").text


def test_a_page_of_other_messages_files_nothing_from_these(
    inside: Visitor, world: World, another_visitor: Phones
) -> None:
    old, before = inside.page, cases(world)
    inside.open("/en/")
    other = inside.send("/report", words="Another matter.").code
    enter(inside, other)
    inside.page = old
    shown = inside.send(FORM, words=WORDS)
    assert "Other messages are open on this phone now." in shown.text
    assert WORDS in shown.text
    assert "This code opens other messages." in inside.send("/inbox", receipt=other).text
    assert cases(world) == before + 1


@pytest.mark.parametrize(("words", "danger"), (("ab " * 7000, "yes"), ("", ""), ("\u200f", "")))
def test_what_cannot_be_sent_comes_back_whole(inside: Visitor, world: World, words: str, danger: str) -> None:
    before = cases(world)
    shown = inside.send(FORM, words=words, danger=danger)
    assert shown.status == 422
    assert shown.form(FORM).values["words"] == [words]
    assert (shown.form(FORM).values.get("danger") == ["yes"]) is bool(danger)
    assert cases(world) == before
    assert inside.send(FORM, words="Shorter.").code


def test_a_broken_database_keeps_it_and_it_is_filed_once(
    inside: Visitor, code: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    before = cases(world)
    with monkeypatch.context() as broken:
        broken.setattr(about_helper, "file_report", fail)
        shown = inside.send(FORM, words=WORDS, danger="yes")
        assert shown.status == 503
        assert "You ticked: I am in danger now" in shown.text
        inside.client.delete_cookie("redress_worker")
        inside.send(FORM)
        shown = inside.send("/inbox", receipt=code)
        assert shown.status == 503
        assert shown.form(FORM).values["words"] == [WORDS]
    page = inside.send(FORM)
    assert stored(world, page.code)[0].urgency is Urgency.DANGER
    assert cases(world) == before + 1


def test_it_can_be_said_after_stopping_and_passes_the_same_helpers_by(inside: Visitor, world: World) -> None:
    assert "You stopped this." in inside.send("/inbox/stop").text
    page = inside.send(FORM, words=WORDS)
    case, facts = stored(world, page.code)
    assert case.stopped_hour is None
    assert OrganisationId(world.near.id) in facts.excluded


def test_words_about_the_helper_who_has_the_case_lead_to_the_complaint(
    inside: Visitor, world: World, code: str
) -> None:
    note = "seems to be about Mawar Workers Aid"
    case, _ = stored(world, code)
    named = "Mawar Workers Aid told my boss my name."
    assert note not in inside.send("/inbox/write", words="Thank you.").text
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, CaseId(case.id)).taken
    assert note not in inside.open("/en/inbox").text
    for words in (named, "Your staff told my boss what I said."):
        inside.send("/inbox/write", words=words)
        page = inside.open("/en/inbox")
        assert note in page.text
        links = [each.get("href") for each in page.root.iter("a")]
        (folded,) = (each for each in page.root.iter("details") if each.get("id") == "past-helper")
        assert "#past-helper" in links
        assert folded.get("open") is not None
        with world.database.writing() as session:
            reply(session, world.vault, lead, CaseId(case.id), "Who was it?", uuid4())
        assert note not in inside.open("/en/inbox").text
    case, facts = stored(world, code)
    assert (case.organisation_id, facts.excluded) == (world.near.id, frozenset())
    complaint, facts = stored(world, inside.send(FORM, words=named).code)
    assert complaint.organisation_id is None
    assert OrganisationId(world.near.id) in facts.excluded
