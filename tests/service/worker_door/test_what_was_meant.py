"""What a worker meant is what is done: for the same page sent twice, for an old page, in other messages, after a session's end."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.cases.enums import Urgency
from app.database import CaseId
from app.vault import Receipt, find_receipt
from app.web.worker import deeds
from tests.harness.world import World
from tests.support.browsing import Page, Visitor

FIRST = "They keep my passport."
INVISIBLE = "\u200f"
TOO_LONG = "ab " * 7000
Phones = Callable[[], Visitor]


@pytest.fixture
def code(visitor: Visitor, world: World) -> str:
    """The code of a report that was sent from a poster's page."""
    return report(visitor, world)


@pytest.fixture
def inside(visitor: Visitor, code: str) -> Visitor:
    """The same worker, back in the inbox."""
    return enter(visitor, code)


def report(visitor: Visitor, world: World, words: str = FIRST) -> str:
    visitor.open(f"/en/s/{world.site.code}")
    return visitor.send("/report", words=words, consent="helper").code


def enter(visitor: Visitor, code: str) -> Visitor:
    visitor.open("/en/code")
    visitor.send("/inbox", receipt=code)
    assert "Your messages" in visitor.page.text
    return visitor


def case_of(world: World, code: str) -> Case:
    keys = world.vault.derive_receipt_keys(Receipt(code.replace(" ", "")))
    with world.database.reading() as session:
        row = find_receipt(session, keys)
        assert row is not None
        return session.get_one(Case, CaseId(row.case_id))


def thread(phones: Phones, code: str) -> str:
    """What the messages of this code say, read on another phone."""
    return enter(phones(), code).page.text


def ticked(page: Page, ending: str, name: str) -> list[str]:
    return page.form(ending).values.get(name, [])


def fail(*_arguments: object, **_named: object) -> None:
    raise OperationalError("INSERT", {}, Exception("disk full"))


# The same page sent again: the same is stored once, anything else is something new.


def test_a_danger_ticked_after_going_back_is_heard(inside: Visitor, code: str, world: World) -> None:
    page = inside.page
    inside.send("/write", words="I am scared.")
    inside.page = page
    shown = inside.send("/worse", words="I am scared.", danger="yes")
    assert "You: it got worse" in shown.text
    assert shown.text.count("I am scared.") == 2
    assert case_of(world, code).urgency is Urgency.DANGER


def test_a_tick_added_to_the_same_form_is_something_new(inside: Visitor, code: str, world: World) -> None:
    page = inside.page
    inside.send("/worse", words="He shouts.")
    inside.page = page
    inside.send("/worse", words="He shouts.", danger="yes")
    assert case_of(world, code).urgency is Urgency.DANGER


def test_edited_words_are_a_second_message_and_the_same_words_are_not(inside: Visitor) -> None:
    page = inside.page
    for words in ("One thing.", "One thing, and more.", "One thing.", " One thing.\n"):
        inside.page = page
        inside.send("/write", words=words)
    text = inside.open("/en/inbox").text
    assert text.count("One thing.") == 1
    assert text.count("One thing, and more.") == 1


def test_words_sent_from_the_page_are_not_doubled_when_it_is_sent_again_with_the_code(
    inside: Visitor, code: str
) -> None:
    page = inside.page
    inside.send("/write", words="Once only.")
    inside.open("/en/exit")
    inside.page = page
    inside.send("/write", words="Once only.")
    assert inside.send("/inbox", receipt=code).text.count("Once only.") == 1


# Two tabs, two codes.


@pytest.mark.parametrize(
    ("form", "answers"),
    (
        ("/write", {"words": "Only for the first."}),
        ("/worse", {"words": "Only for the first.", "danger": "yes"}),
        ("/worse", {"danger": "yes"}),
        ("/consent", {"consent": "nobody"}),
        ("/stop", {}),
        ("/code", {}),
    ),
)
def test_a_page_of_other_messages_does_nothing_in_these_and_all_of_it_in_those(
    inside: Visitor,
    code: str,
    world: World,
    another_visitor: Phones,
    form: str,
    answers: dict[str, Any],
) -> None:
    page, other = inside.page, report(another_visitor(), world, "Another matter.")
    enter(inside, other)
    before = thread(another_visitor, other)
    inside.page = page
    shown = inside.send(form, **answers)
    assert shown.status == 422
    assert "Give the code of the messages that it belongs to." in shown.text
    assert not shown.code
    assert answers.get("words", "") in shown.text
    assert ("You ticked: I am in danger now" in shown.text) is ("danger" in answers)
    # The code of the other messages is not taken for the one that was asked for.
    shown = inside.send("/inbox", receipt=other)
    assert "This code opens other messages." in shown.text
    assert thread(another_visitor, other) == before
    assert case_of(world, other).urgency is not Urgency.DANGER
    shown = inside.send("/inbox", receipt=code)
    assert _done(shown, form, answers), shown.text
    if "danger" in answers:
        assert case_of(world, code).urgency is Urgency.DANGER
    assert thread(another_visitor, other) == before


def _done(page: Page, form: str, answers: dict[str, Any]) -> bool:
    match form:
        case "/write":
            return page.text.count(answers["words"]) == 1 and "You: it got worse" not in page.text
        case "/worse":
            return "You: it got worse" in page.text and answers.get("words", "") in page.text
        case "/consent":
            return "It is locked. Nobody reads it until you say so." in page.text
        case "/stop":
            return "You stopped this." in page.text
        case _:
            return bool(page.code)


def test_starting_again_belongs_to_the_messages_that_were_stopped(
    inside: Visitor, code: str, world: World, another_visitor: Phones
) -> None:
    stopped = inside.send("/stop")
    other = report(another_visitor(), world, "Another matter.")
    enter(inside, other).send("/stop")
    inside.page = stopped
    assert inside.send("/undo").status == 422
    assert "You stopped this." in thread(another_visitor, other)
    assert "You stopped this." not in inside.send("/inbox", receipt=code).text


def test_a_page_from_before_signing_in_again_keeps_everything_and_asks_for_another_press(
    inside: Visitor, code: str, world: World
) -> None:
    page = inside.page
    enter(inside, code)
    inside.page = page
    shown = inside.send("/worse", words="Now.", danger="yes")
    assert shown.status == 422
    assert "This page was old" in shown.text
    assert ticked(shown, "/worse", "danger") == ["yes"]
    assert ticked(shown, "/worse", "words") == ["Now."]
    assert "Now." in inside.send("/worse").text
    assert case_of(world, code).urgency is Urgency.DANGER
    inside.page = page
    assert ticked(inside.send("/consent", consent="nobody"), "/consent", "consent") == ["nobody"]


def test_words_for_messages_that_were_stopped_meanwhile_come_back_with_their_tick(
    inside: Visitor, code: str, world: World
) -> None:
    page = inside.page
    enter(inside, code).send("/stop")
    inside.page = page
    shown = inside.send("/worse", words="Still in my hand.", danger="yes")
    assert shown.status == 422
    assert ticked(shown, "/worse", "words") == ["Still in my hand."]
    assert ticked(shown, "/worse", "danger") == ["yes"]
    assert "Still in my hand." in inside.send("/worse").text
    assert case_of(world, code).urgency is Urgency.DANGER


# After the end of a session: the code is asked for, and then the very thing is done.


@pytest.mark.parametrize(
    ("form", "answers", "said"),
    (
        ("/write", {"words": "Late words."}, "These words are not sent yet."),
        ("/worse", {"words": "Late words.", "danger": "yes"}, "You ticked: I am in danger now"),
        ("/worse", {"words": INVISIBLE, "danger": "yes"}, "You ticked: I am in danger now"),
        ("/consent", {"consent": "nobody"}, "You chose: Nobody"),
        ("/stop", {}, "It is not stopped yet."),
        ("/code", {}, "You want a new code."),
    ),
)
def test_what_was_pressed_after_the_end_of_a_session_is_done_with_the_code(
    inside: Visitor,
    code: str,
    world: World,
    form: str,
    answers: dict[str, Any],
    said: str,
) -> None:
    page = inside.page
    inside.open("/en/exit")
    inside.page = page
    shown = inside.send(form, **answers)
    assert said in shown.text
    # A mistyped and an unknown code forget nothing of it.
    shown = inside.send("/inbox", receipt="1")
    assert said in shown.text
    shown = inside.send("/inbox", receipt=code)
    assert shown.status == 200
    assert _done(shown, form, {**answers, "words": answers.get("words", "").strip(INVISIBLE)}), shown.text
    assert (case_of_any(world, code, shown).urgency is Urgency.DANGER) is ("danger" in answers)


def case_of_any(world: World, code: str, page: Page) -> Case:
    return case_of(world, page.code or code)


# Whatever brings a page back, it brings all of it back.


def test_a_tick_survives_words_that_are_too_long(inside: Visitor, code: str, world: World) -> None:
    shown = inside.send("/worse", words=TOO_LONG, danger="yes")
    assert shown.status == 422
    assert ticked(shown, "/worse", "danger") == ["yes"]
    assert inside.send("/worse", words="Shorter.").status == 200
    assert case_of(world, code).urgency is Urgency.DANGER


def test_a_tick_survives_words_that_are_too_long_after_the_end_of_a_session(
    inside: Visitor, code: str, world: World
) -> None:
    page = inside.page
    inside.open("/en/exit")
    inside.page = page
    inside.send("/worse", words=TOO_LONG, danger="yes")
    shown = inside.send("/inbox", receipt=code)
    assert shown.status == 422
    assert ticked(shown, "/worse", "danger") == ["yes"]
    assert inside.send("/worse", words="Shorter.").status == 200
    assert case_of(world, code).urgency is Urgency.DANGER


def test_a_danger_with_nothing_but_an_invisible_sign_is_heard(
    inside: Visitor, code: str, world: World
) -> None:
    assert "You: it got worse" in inside.send("/worse", words=INVISIBLE, danger="yes").text
    assert case_of(world, code).urgency is Urgency.DANGER


def test_a_form_whose_token_is_not_ours_keeps_its_ticks(inside: Visitor, code: str, world: World) -> None:
    shown = inside.send("/worse", words="Now.", danger="yes", token="x")
    assert shown.status == 422
    assert ticked(shown, "/worse", "danger") == ["yes"]
    inside.send("/worse")
    assert case_of(world, code).urgency is Urgency.DANGER


@pytest.mark.parametrize(
    ("verb", "form", "answers"),
    (
        ("say_worse", "/worse", {"words": "Now.", "danger": "yes"}),
        ("change_consent", "/consent", {"consent": "nobody"}),
        ("stop_sharing", "/stop", {}),
    ),
)
def test_a_broken_database_keeps_what_was_meant(
    inside: Visitor,
    code: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    form: str,
    answers: dict[str, Any],
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(deeds, verb, fail)
        shown = inside.send(form, **answers)
        assert shown.status == 503
        # Between two tries the session ends as well.
        inside.client.delete_cookie("redress_worker")
        shown = inside.send(form)
        assert "Give your newest code." in shown.text
        shown = inside.send("/inbox", receipt=code)
        assert shown.status == 503
    assert _done(inside.send(form), form, answers), inside.page.text
    if "danger" in answers:
        assert case_of(world, code).urgency is Urgency.DANGER


# The page for a form that was sent before with other answers.


def test_a_danger_ticked_on_the_form_after_going_back_reaches_the_first_message(
    visitor: Visitor, world: World
) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    form = visitor.page
    code = visitor.send("/report", words=FIRST).code
    for _ in range(2):
        visitor.page = form
        shown = visitor.send("/report", words=FIRST, danger="yes")
        assert shown.status == 409
        assert "You ticked: I am in danger now" in shown.text
        shown = visitor.send("/inbox", receipt=code)
    assert shown.text.count("You: it got worse") == 1
    assert case_of(world, code).urgency is Urgency.DANGER


def test_a_danger_without_words_can_be_added_too(visitor: Visitor, world: World) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    form = visitor.page
    code = visitor.send("/report", category=["wages"]).code
    visitor.page = form
    visitor.send("/report", category=["wages"], danger="yes")
    assert "You: it got worse" in visitor.send("/inbox", receipt=code).text
    assert case_of(world, code).urgency is Urgency.DANGER


def test_other_answers_become_a_new_message_with_every_one_of_them_once_however_often(
    visitor: Visitor, world: World
) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    form = visitor.page
    first = visitor.send("/report", words=FIRST).code
    answers: dict[str, Any] = {
        "words": FIRST,
        "danger": "yes",
        "category": ["wages", "gbvh"],
        "exclude": ["union", "other"],
        "exclude_other": "my agent",
        "contact": "call",
        "phone": "012-345 6711",
        "safe_times": "Friday",
        "name": "Ma",
        "consent": "nobody",
    }
    codes = []
    for _ in range(2):
        visitor.page = form
        assert "Nobody will come unless" in visitor.send("/report", **answers).text
        visitor.send("/report")
        assert visitor.page.status == 409
        sent = visitor.page.form("/report").values
        assert {name: sent[name] for name in answers} == {
            name: value if isinstance(value, list) else [value] for name, value in answers.items()
        }
        assert sent["allow"] == ["no"]
        codes.append(visitor.send("/report").code)
    assert codes[0]
    assert codes[0] == codes[1] != first
    with world.database.reading() as session:
        facts = facts_of(world.vault, session.get_one(Case, case_of(world, codes[0]).id))
    assert facts.consent == "nobody"


# Who holds the phone next.


def test_filing_closes_the_messages_that_were_open_on_this_phone(inside: Visitor, world: World) -> None:
    cookie = inside.client.get_cookie("redress_worker")
    assert cookie is not None
    page = inside.open("/en/")
    assert inside.send("/report", words="Somebody else.").code
    assert inside.client.get_cookie("redress_worker") is None
    assert FIRST not in inside.open("/en/inbox").text
    inside.client.set_cookie("redress_worker", cookie.value)
    assert FIRST not in inside.open("/en/inbox").text
    inside.page = page


@pytest.mark.parametrize("page", ("/en/", "/en/how"))
def test_i_have_a_code_closes_the_messages_that_were_open(inside: Visitor, page: str) -> None:
    cookie = inside.client.get_cookie("redress_worker")
    assert cookie is not None
    inside.open(page)
    link = next(each for each in inside.page.root.iter("a") if "I have a code" in "".join(each.itertext()))
    shown = inside.open(str(link.get("href")))
    assert "Your secret code" in shown.text
    assert FIRST not in shown.text
    inside.client.set_cookie("redress_worker", cookie.value)
    assert FIRST not in inside.open("/en/inbox").text


def test_after_a_new_code_it_is_asked_for(inside: Visitor) -> None:
    page = inside.page
    fresh = inside.send("/code").code
    assert FIRST not in inside.open("/en/inbox").text
    assert FIRST in inside.send("/inbox", receipt=fresh).text
    inside.page = page
    assert inside.send("/code").status == 422
    assert inside.send("/code").code == fresh
    assert FIRST not in inside.open("/en/inbox").text


def test_another_code_ends_the_session_before_it(
    inside: Visitor, world: World, another_visitor: Phones
) -> None:
    cookie = inside.client.get_cookie("redress_worker")
    assert cookie is not None
    other = report(another_visitor(), world, "Another matter.")
    inside.open("/en/inbox")
    inside.client.post("/en/inbox", data={"receipt": other})
    inside.client.set_cookie("redress_worker", cookie.value)
    assert FIRST not in inside.open("/en/inbox").text


def test_pages_of_a_case_and_those_after_it_are_kept_by_no_browser(inside: Visitor) -> None:
    for address in ("/en/inbox", "/en/code", "/en/exit"):
        assert inside.client.get(address).headers["Cache-Control"] == "no-store"
