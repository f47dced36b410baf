"""Numbers and the safe place on every page that answers danger, and only what is true of who is told."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.cases.case.models import Case
from app.cases.enums import Urgency
from app.database import CaseId
from app.intake import reporting
from app.vault import Receipt, TooBusy, find_receipt
from app.web.worker import danger, deeds
from tests.harness.world import World
from tests.support.browsing import Page, Visitor

SAFE = "If you can get to a safe place, do not wait for us."
MALAYSIA = "Numbers you can call in this country: Malaysia"
INDIA = "Numbers you can call in this country: India"
ANY_COUNTRY = "Numbers you can call, for each country"
NOBODY_CALLED = "We cannot call anybody for you now."
ORDINARY = "Pay is late."
LOCKED_IN = "HELP we are locked inside and there is fire now!! smoke"
HARM = (LOCKED_IN, "He raped me", "they killed my friend", "My boss beats me every day")


def helps(page: Page, country: str = MALAYSIA) -> None:
    assert SAFE in page.text
    assert ANY_COUNTRY not in page.text
    assert country in page.text
    assert page.text.count(SAFE) == 1


def helps_anywhere(page: Page) -> None:
    """None is said to be the worker's own: a wrong number costs time. None at all costs more."""
    assert SAFE in page.text
    [pressed] = [each for each in page.root.iter("details") if ANY_COUNTRY in "".join(each.itertext())]
    named = [each.text for each in pressed.iter("p")]
    assert (named.count("Malaysia"), named.count("India")) == (1, 1)
    assert "in this country" not in page.text


def tells_of_nobody(page: Page) -> None:
    """Nothing of it is stored, so nothing is said of who is told."""
    for untrue in ("We are telling", NOBODY_CALLED):
        assert untrue not in page.text


def enter(visitor: Visitor, code: str) -> Page:
    visitor.open("/en/inbox")
    return visitor.send("/inbox", receipt=code)


def inside(visitor: Visitor, **answers: Any) -> str:
    """File an ordinary report and open its messages; the code."""
    visitor.open("/en/")
    code = visitor.send("/report", **{"words": ORDINARY, **answers}).code
    assert SAFE not in enter(visitor, code).text
    return code


def urgency(world: World, code: str) -> Urgency:
    keys = world.vault.derive_receipt_keys(Receipt(code.replace(" ", "")))
    with world.database.reading() as session:
        row = find_receipt(session, keys)
        assert row is not None
        return session.get_one(Case, CaseId(row.case_id)).urgency


@pytest.mark.parametrize("words", HARM)
def test_words_of_harm_bring_the_numbers_and_promise_nobody(visitor: Visitor, words: str) -> None:
    visitor.open("/en/")
    receipt = visitor.send("/report", words=words, site="Penang")
    for page in (receipt, enter(visitor, receipt.code)):
        helps(page)
        for untrue in ("We are telling", "You said", "You ticked", "because you"):
            assert untrue not in page.text


@pytest.mark.parametrize(
    ("form", "answers"), (("/write", {"words": LOCKED_IN}), ("/worse", {"words": "", "danger": "yes"}))
)
def test_the_inbox_shows_them_for_what_is_written_there(
    visitor: Visitor, form: str, answers: dict[str, Any]
) -> None:
    inside(visitor, phone="+91 98404 50111")
    helps(visitor.send(form, **answers), INDIA)


def test_ordinary_words_bring_no_note(visitor: Visitor) -> None:
    inside(visitor, site="Penang", category=["wages"])
    assert SAFE not in visitor.send("/write", words="It is in Penang, still late.").text
    assert SAFE not in visitor.send("/about-helper", words="The helper was slow.").text
    assert SAFE not in visitor.open("/en/").text
    assert SAFE not in visitor.send("/report", words="x" * 20_001).text


@pytest.mark.parametrize(
    ("answers", "country"),
    (
        ({"phone": "+60 12-345 0111"}, MALAYSIA),
        ({"phone": "0060 12 345 0111"}, MALAYSIA),
        ({"phone": "+60 4-226 1234", "contact": "call"}, MALAYSIA),
        ({"phone": "call +91 98404 50111 at night"}, INDIA),
        ({"words": "fire here in Penang, Malaysia help"}, MALAYSIA),
        ({"words": "Fire. We are many. It is in Chennai. Come."}, INDIA),
        ({"words": "In Chennai", "phone": "+60 12-345 0111"}, MALAYSIA),
        ({"site": "Foxglove Circuits, Penang", "phone": "+91 98404 50111"}, MALAYSIA),
        ({"site": "near Chennai", "words": "We came from Malaysia."}, INDIA),
    ),
)
def test_the_country_comes_from_the_place_the_number_or_the_words(
    visitor: Visitor, answers: dict[str, Any], country: str
) -> None:
    visitor.open("/en/")
    helps(visitor.send("/report", danger="yes", token="x", **answers), country)
    receipt = visitor.send("/report")
    for page in (receipt, enter(visitor, receipt.code)):
        helps(page, country)
        assert NOBODY_CALLED in page.text


@pytest.mark.parametrize(
    "answers",
    (
        {},
        {"phone": "012-345 0111"},
        {"phone": "98404 50111"},
        {"words": "I am from Nepal. It is in Penang."},
        {"phone": "+", "words": "fire"},
        {"words": "Fire. " + "Nobody comes. " * 200 + "It is in Penang."},
    ),
)
def test_where_no_one_country_is_told_those_of_each_stand_behind_a_press(
    visitor: Visitor, answers: dict[str, Any]
) -> None:
    visitor.open("/en/")
    receipt = visitor.send("/report", danger="yes", **answers)
    for page in (receipt, enter(visitor, receipt.code)):
        helps_anywhere(page)


def test_the_newest_words_that_tell_a_country_tell_it(visitor: Visitor) -> None:
    inside(visitor, words="Pay is late in Chennai.")
    visitor.send("/write", words="They moved us to Penang.")
    helps(visitor.send("/worse", words="Please come.", danger="yes"))


def test_the_number_that_was_left_is_shown_nowhere(visitor: Visitor) -> None:
    visitor.open("/en/")
    receipt = visitor.send("/report", danger="yes", phone="+60 12-345 0111")
    for page in (receipt, enter(visitor, receipt.code)):
        assert "345 0111" not in page.response.get_data(as_text=True)


@pytest.mark.parametrize(
    "second",
    (
        {"danger": "yes", "site": "Penang"},
        {"words": LOCKED_IN},
        {"danger": "yes", "site": ""},
        {"danger": "yes", "site": "", "words": ""},
    ),
)
def test_a_page_that_was_sent_before_shows_them(visitor: Visitor, second: dict[str, Any]) -> None:
    visitor.open("/en/")
    form = visitor.page
    visitor.send("/report", words=ORDINARY, site="Penang")
    visitor.page = form
    page = visitor.send("/report", **{"words": ORDINARY, "site": "Penang", **second})
    assert page.status == 409
    helps(page)
    tells_of_nobody(page)
    # And the question for the code again, where it was mistyped.
    helps(visitor.send("/inbox", receipt="1234"))


@pytest.mark.parametrize("answers", ({"words": ORDINARY}, {"words": LOCKED_IN, "danger": "yes"}))
def test_after_leaving_the_numbers_are_there_and_do_not_tell_what_was_sent(
    visitor: Visitor, answers: dict[str, Any]
) -> None:
    visitor.open("/en/")
    form = visitor.page
    visitor.send("/report", site="Penang", **answers)
    visitor.open("/en/exit")
    visitor.page = form
    page = visitor.send("/report", site="Penang", **answers)
    assert "sent already" in page.text
    assert MALAYSIA in page.text
    assert SAFE not in page.text


@pytest.mark.parametrize("answers", ({"words": LOCKED_IN}, {"words": "", "danger": "yes"}))
@pytest.mark.parametrize(
    ("where", "country"), (({"site": "Penang"}, MALAYSIA), ({"phone": "+91 98404 50111"}, INDIA))
)
def test_a_complaint_about_the_helper_shows_those_of_where_it_came_from(
    visitor: Visitor, answers: dict[str, Any], where: dict[str, Any], country: str
) -> None:
    inside(visitor, **where)
    page = visitor.send("/about-helper", **answers)
    assert page.code
    helps(page, country)
    # Its own messages know it too: the first case is out of their reach.
    enter(visitor, page.code)
    helps(visitor.send("/worse", words="", danger="yes"), country)


def test_a_complaint_about_the_helper_on_the_form_shows_those_of_the_words(visitor: Visitor) -> None:
    visitor.open("/en/")
    page = visitor.send("/report", words="In Penang he beats me.", category=["mechanism_itself"])
    assert "That helper does not get this." in page.text
    helps(page)


def test_a_form_that_is_not_stored_shows_them(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {"danger": "yes", "phone": "+60 12-345 0111"}
    for wrong in ({"words": "x" * 20_001}, {"token": "x"}, {"consent": "nobody"}):
        visitor.open("/en/")
        page = visitor.send("/report", **{**told, **wrong})
        helps(page)
        tells_of_nobody(page)
    for error in (TooBusy(), OperationalError("INSERT", {}, Exception("disk full"))):

        def fail(*_given: object, error: Exception = error) -> None:
            raise error

        visitor.open("/en/")
        with monkeypatch.context() as broken:
            broken.setattr(reporting, "file_grievance", fail)
            page = visitor.send("/report", words=ORDINARY, **told)
        assert page.status == 503
        helps(page)
        tells_of_nobody(page)


def test_a_form_shows_them_also_while_the_database_is_away(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    visitor.open("/en/")
    monkeypatch.setattr(danger, "likely_country", away)
    helps(visitor.send("/report", words=f"{LOCKED_IN} in Penang", token="x"))


def test_a_form_of_a_poster_shows_those_of_its_workplace(visitor: Visitor, world: World) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    helps(visitor.send("/report", danger="yes", token="x"))


@pytest.mark.parametrize(
    ("form", "answers"),
    (
        ("/write", {"words": LOCKED_IN}),
        ("/worse", {"words": "", "danger": "yes"}),
        ("/about-helper", {"danger": "yes"}),
    ),
)
def test_what_waits_for_the_code_shows_them_though_no_messages_are_open(
    visitor: Visitor, form: str, answers: dict[str, Any]
) -> None:
    inside(visitor, phone="+60 12-345 0111")
    before = visitor.page
    visitor.send("/inbox/leave")
    visitor.page = before
    page = visitor.send(form, **answers)
    assert "Your secret code" in page.text
    helps(page)
    tells_of_nobody(page)
    helps(visitor.send("/inbox", receipt="1234"))


def test_what_waits_takes_no_country_that_is_none(visitor: Visitor) -> None:
    inside(visitor)
    before = visitor.page
    visitor.send("/inbox/leave")
    visitor.page = before
    page = visitor.send("/worse", danger="yes", country="Penang")
    helps_anywhere(page)
    assert 'name="country"' not in page.response.get_data(as_text=True)


def test_what_could_not_be_kept_shows_them(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    inside(visitor, site="Penang")
    monkeypatch.setattr(deeds, "say_worse", fail)
    page = visitor.send("/worse", words="", danger="yes")
    assert page.status == 503
    helps(page)
    tells_of_nobody(page)


def test_a_message_that_was_not_sent_is_answered_with_them(visitor: Visitor, world: World) -> None:
    code = inside(visitor, site="Penang")
    page = visitor.send("/write", words=f"{LOCKED_IN} {'x' * 20_000}")
    assert page.status == 422
    helps(page)
    tells_of_nobody(page)
    assert urgency(world, code) is Urgency.MEDIUM


def test_thanks_do_not_take_the_note_away(visitor: Visitor, another_visitor: Callable[[], Visitor]) -> None:
    visitor.open("/en/")
    code = visitor.send("/report", words=LOCKED_IN, site="Penang").code
    other = another_visitor()
    enter(other, code)
    helps(other.send("/write", words="Thank you."))
