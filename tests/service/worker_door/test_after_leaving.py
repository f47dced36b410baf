"""A browser posts a sent form again for whoever presses Back and Reload: after leaving, that shows no code and no words."""

from collections.abc import Callable

import pytest

from app import clock
from app.cases.case.models import Case
from app.intake.conversation.store.receipts import give_receipt
from app.vault import Receipt, find_receipt, new_receipt
from tests.harness.world import World
from tests.support.browsing import Page, Visitor, cases

WORDS = "They keep our passports in the office."


def send(visitor: Visitor) -> tuple[Page, dict[str, object]]:
    """File a report from a fresh form; the page with its code, and what was posted."""
    form = visitor.open("/en/").form("/report")
    posted: dict[str, object] = {**form.values, "words": WORDS, "category": ["wages"]}
    visitor.page = Page(visitor.client.post(form.action, data=posted))
    return visitor.page, posted


def again(visitor: Visitor, posted: dict[str, object]) -> Page:
    """Back, and Reload."""
    return Page(visitor.client.post("/en/report", data=posted))


def leave(visitor: Visitor, _code: str) -> None:
    visitor.open("/en/exit")


def ask_for_the_code(visitor: Visitor, _code: str) -> None:
    visitor.open("/en/code")


def open_and_close(visitor: Visitor, code: str) -> None:
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=code)
    visitor.send("/leave")


def only_open(visitor: Visitor, code: str) -> None:
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=code)


@pytest.mark.parametrize("go", (leave, ask_for_the_code, open_and_close, only_open))
def test_after_leaving_a_form_sent_again_shows_no_code(
    visitor: Visitor, world: World, go: Callable[[Visitor, str], None]
) -> None:
    page, posted = send(visitor)
    code = page.code
    assert code
    assert again(visitor, posted).code == code  # an answer may be lost on its way
    before = cases(world)
    go(visitor, code)
    shown = again(visitor, posted)
    assert shown.code == ""
    assert code not in shown.text
    assert WORDS not in shown.response.get_data(as_text=True)
    assert "sent already" in shown.text
    assert cases(world) == before


@pytest.mark.parametrize("allow", ("yes", "no"))
@pytest.mark.parametrize("gone", (True, False), ids=("left", "only back"))
def test_the_question_about_danger_sent_again_once_it_was_answered_shows_no_words(
    visitor: Visitor, world: World, allow: str, gone: bool
) -> None:
    """Back to the page in between: "Nothing is sent yet" would be untrue there, and a press would show the report's words."""
    form = visitor.open("/en/").form("/report")
    asked: dict[str, object] = {**form.values, "words": WORDS, "danger": "yes", "consent": "nobody"}
    visitor.page = again(visitor, asked)
    assert "Nothing is sent yet" in visitor.page.text
    code = visitor.send("/report", allow=allow).code
    assert code
    before = cases(world)
    if gone:
        leave(visitor, "")
    shown = again(visitor, asked)
    body = shown.response.get_data(as_text=True)
    assert "sent already" in shown.text
    assert "Nothing is sent yet" not in shown.text
    assert WORDS not in body
    assert code not in body
    assert "danger" not in shown.text
    assert cases(world) == before


def test_new_words_on_the_old_page_are_asked_about_and_not_lost(visitor: Visitor) -> None:
    form = visitor.open("/en/").form("/report")
    asked: dict[str, object] = {**form.values, "words": WORDS, "danger": "yes", "consent": "nobody"}
    visitor.page = again(visitor, asked)
    assert visitor.send("/report", allow="no").code
    more = again(visitor, {**asked, "words": "He came back with a knife."})
    assert "He came back with a knife." in more.response.get_data(as_text=True)
    assert "sent already" not in more.text


def test_an_old_form_that_was_sent_does_not_say_that_nothing_is_sent(visitor: Visitor) -> None:
    _, posted = send(visitor)
    clock.set_offset(30 * 86_400)
    shown = again(visitor, posted)
    assert "sent already" in shown.text
    assert WORDS not in shown.response.get_data(as_text=True)
    unsent = again(visitor, {**posted, "words": "Other words."})
    assert "Nothing is sent yet" in unsent.text
    assert "Other words." in unsent.response.get_data(as_text=True)


def test_the_next_ones_own_report_shows_its_code_also_when_sent_twice(visitor: Visitor) -> None:
    send(visitor)
    leave(visitor, "")
    page, posted = send(visitor)
    assert page.code
    assert again(visitor, posted).code == page.code


def test_an_answer_that_got_lost_before_leaving_in_another_tab_is_still_shown(visitor: Visitor) -> None:
    """Two tabs: one report is sent and left; the other one's answer never came, and only its form can show its code."""
    form = visitor.open("/en/").form("/report")
    lost: dict[str, object] = {**form.values, "words": "Another tab.", "category": ["hours"]}
    cookies = visitor.client.get_cookie("redress_sent")
    assert cookies is None
    _, posted = send(visitor)
    kept = visitor.client.get_cookie("redress_sent")
    visitor.client.post("/en/report", data=lost)
    assert kept is not None
    visitor.client.set_cookie("redress_sent", kept.value)  # the answer with its cookie did not arrive
    leave(visitor, "")
    assert again(visitor, posted).code == ""
    assert again(visitor, lost).code


def test_the_cookies_say_nothing_of_what_was_sent(visitor: Visitor, world: World) -> None:
    _, posted = send(visitor)
    first = visitor.client.get_cookie("redress_sent")
    assert first is not None
    token = world.vault.read_form_token(str(posted["token"][0]))  # type: ignore[index]
    assert token.submission_id.hex not in first.value
    assert len(first.value) == 16


@pytest.mark.parametrize("how", ("another report", "a new code", "time"))
def test_why_messages_are_closed_is_told_as_it_is(visitor: Visitor, world: World, how: str) -> None:
    """Nobody is told that time went by where it was another report, or a code that somebody asked for, that closed them."""
    code = send(visitor)[0].code
    only_open(visitor, code)
    write = visitor.page.form("/inbox/write")
    if how == "another report":
        send(visitor)
    elif how == "a new code":
        with world.database.writing() as session:
            row = find_receipt(session, world.vault.derive_receipt_keys(Receipt(code.replace(" ", ""))))
            assert row is not None
            case = session.get_one(Case, row.case_id)
            give_receipt(session, world.vault, case, world.vault.derive_receipt_keys(new_receipt()))
    else:
        clock.set_offset(86_400)
    page = Page(visitor.client.post(write.action, data={**write.values, "words": "More words"}))
    assert "because some time went by" not in page.text
    assert "Your messages are closed on this phone now." in page.text
    assert "More words" in page.text
    if how == "a new code":
        assert "Give your newest code" in page.text
