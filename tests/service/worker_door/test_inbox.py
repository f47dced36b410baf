"""A worker comes back: in with the receipt, and one form for each thing that can be done."""

import gzip
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from app.cases.desk.answering import reply
from app.cases.desk.reading import open_case
from app.cases.routing.offers import accept_offer
from app.cases.worker.entering import Worker
from app.web.worker import deeds
from app.web.worker.worker_session import find_worker
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.stored_cases import case_of

WORDS = "They keep my passport."


@pytest.fixture
def code(visitor: Visitor, world: World) -> str:
    """The code of a report that was sent from a poster's page."""
    visitor.open(f"/en/s/{world.site.code}")
    return visitor.send("/report", words=WORDS, category=["wages"]).code


@pytest.fixture
def inside(visitor: Visitor, code: str) -> Visitor:
    """The same worker, back in the inbox."""
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=code)
    return visitor


def opens(visitor: Visitor, code: str) -> bool:
    visitor.open("/en/inbox")
    return "Your messages" in visitor.send("/inbox", receipt=code).text


def test_the_code_opens_the_messages_with_digits_of_any_script(
    visitor: Visitor, code: str, another_visitor: Callable[[], Visitor]
) -> None:
    burmese = "-".join("".join(chr(0x1040 + int(digit)) for digit in group) for group in code.split())
    for typed in (code, code.replace(" ", ""), f"\u200f {burmese} "):
        page = another_visitor().open("/en/inbox")
        assert page.status == 200
        fresh = another_visitor()
        fresh.open("/en/inbox")
        page = fresh.send("/inbox", receipt=typed)
        assert page.status == 200
        assert WORDS in page.text
        assert "Where it is now" in page.text


def test_a_script_gets_the_messages_as_the_answer_and_a_browsers_own_post_is_led_to_them(
    visitor: Visitor, code: str
) -> None:
    by_script = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
    answer = visitor.client.post("/en/inbox", data={"receipt": code}, headers=by_script)
    assert answer.status_code == 200
    assert WORDS in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "worker=" in answer.headers["Set-Cookie"]
    # What Reload and Back would send again is never answered with the messages.
    for own in ({}, {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}):
        led = visitor.client.post("/en/inbox", data={"receipt": code}, headers=own)
        assert (led.status_code, led.headers["Location"]) == (303, "/en/inbox#top")
        assert WORDS not in led.text
    wrong = visitor.client.post("/en/inbox", data={"receipt": "1234"}, headers=by_script)
    assert wrong.status_code == 422
    assert "A number is mistyped." in wrong.text


def test_only_what_tells_nothing_by_its_length_is_compressed_on_the_way_into_the_inbox(
    visitor: Visitor, code: str
) -> None:
    gzipped = {"Accept-Encoding": "gzip"}
    question = visitor.client.get("/en/inbox", headers=gzipped)
    assert question.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(question.data).decode()
    named = re.findall(r"<(/static/[^>]+)>; rel=preload", question.headers["Link"])
    assert len(named) == 2
    assert all(f'="{address}"' in page for address in named)
    # The session and its tokens were made for this one answer, which echoes nothing.
    opened = visitor.client.post(
        "/en/inbox", data={"receipt": code}, headers=gzipped | {"Sec-Fetch-Dest": "empty"}
    )
    assert opened.headers["Content-Encoding"] == "gzip"
    assert WORDS in gzip.decompress(opened.data).decode()
    # The same page, asked for as often as somebody likes, and one that gives back what was typed.
    for answer in (
        visitor.client.get("/en/inbox", headers=gzipped),
        visitor.client.post("/en/inbox", data={"receipt": "1234"}, headers=gzipped),
    ):
        assert "Content-Encoding" not in answer.headers
        assert "Link" not in answer.headers
        assert b"<html" in answer.data


def test_the_session_cookie_says_nothing_and_belongs_to_this_browser_only(
    visitor: Visitor, code: str
) -> None:
    response = visitor.client.post("/en/inbox", data={"receipt": code})
    cookie = response.headers["Set-Cookie"]
    assert response.status_code == 303
    assert response.headers["Location"] == "/en/inbox#top"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert code.replace(" ", "") not in str(response.headers)


def test_a_mistyped_code_and_an_unknown_one_say_what_to_do(visitor: Visitor, code: str) -> None:
    wrong = str((int(code[0]) + 1) % 10) + code[1:]
    visitor.open("/en/inbox")
    page = visitor.send("/inbox", receipt=wrong)
    assert page.status == 422
    assert "A number is mistyped. Check each group of four." in page.text
    assert page.form("/inbox").values["receipt"] == [wrong]
    unknown = "1234 5678 9012 3456 789"
    valid = next(f"{unknown}{digit}" for digit in range(10) if _fits(f"{unknown}{digit}"))
    page = visitor.send("/inbox", receipt=valid)
    assert page.status == 422
    assert "We have no message with this code." in page.text
    assert "send a new message" in page.text
    for nonsense in ("", "hello", "1" * 5000, "\x00", "💥" * 20):
        assert visitor.send("/inbox", receipt=nonsense).status == 422


def _fits(text: str) -> bool:
    from app.vault import ReceiptMistyped, parse_receipt

    try:
        parse_receipt(text)
    except ReceiptMistyped:
        return False
    return True


def test_the_worker_reads_the_answer_and_who_has_read_it(inside: Visitor, code: str, world: World) -> None:
    assert "No helper has read it yet." in inside.page.text
    case, lead = case_of(world, code), world.sign_in("near.lead")
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, lead, case)
    with world.database.writing() as session:
        open_case(session, world.vault, lead, case)
        reply(session, world.vault, lead, case, "Are you safe tonight?", world.token().submission_id)
    page = inside.open("/en/inbox")
    assert "Are you safe tonight?" in page.text
    assert f"Read by a helper from {world.near.name} on" in page.text
    assert f"{world.near.name} can read it now." in page.text
    assert "A helper has read it." in page.text


def test_what_the_worker_writes_is_kept_once(inside: Visitor) -> None:
    form = inside.page
    page = inside.send("/write", words="One more\nthing.")
    assert page.status == 200
    assert page.text.count("One more thing.") == 1
    inside.page = form
    assert inside.send("/write", words="One more\nthing.").text.count("One more thing.") == 1


def test_empty_and_overlong_messages_come_back_with_their_words(inside: Visitor) -> None:
    page = inside.send("/write", words=" \u200f ")
    assert page.status == 422
    assert "Nothing is sent yet." in page.text
    long = "ab " * 7000
    page = inside.send("/write", words=long)
    assert page.status == 422
    assert "Nothing is sent yet. This is too long" in page.text
    assert page.form("/write").values["words"] == [long]


def test_it_got_worse_needs_no_words(inside: Visitor) -> None:
    page = inside.send("/worse", danger="yes")
    assert "You: it got worse" in page.text
    assert "Sent without words." in page.text


def test_words_written_after_the_session_ended_are_added_with_the_code(inside: Visitor, code: str) -> None:
    form = inside.page
    inside.open("/en/exit")
    inside.page = form
    page = inside.send("/write", words="Late words.")
    assert page.status == 422
    assert "These words are not sent yet." in page.text
    page = inside.send("/inbox", receipt="1")
    assert "Late words." in page.text
    page = inside.send("/inbox", receipt=code)
    assert page.status == 200
    assert "Late words." in page.text


def test_a_form_of_another_session_changes_nothing_and_keeps_the_words(inside: Visitor) -> None:
    page = inside.send("/write", words="Mine.", form_token="x")
    assert page.status == 422
    assert page.form("/write").values["words"] == ["Mine."]
    for form in ("/stop", "/code", "/worse", "/consent"):
        page = inside.send(form, form_token="", consent="nobody")
        assert page.status == 422, form
        assert not page.code
    assert "Where it is now" in inside.open("/en/inbox").text


def test_who_may_know_can_be_changed_and_an_empty_choice_is_asked_for(inside: Visitor) -> None:
    page = inside.send("/consent", consent="nobody")
    assert "It is locked. Nobody reads it until you say so." in page.text
    assert "can read it now" not in page.text
    page = inside.send("/consent", consent="buyers")
    assert "No helper has read it yet." in page.text
    assert page.form("/consent").values["consent"] == ["buyers"]
    page = inside.send("/consent", consent="everybody")
    assert page.status == 422


def test_a_seen_code_is_replaced_at_once(
    inside: Visitor, code: str, another_visitor: Callable[[], Visitor]
) -> None:
    page = inside.send("/code")
    fresh = page.code
    assert fresh
    assert fresh != code
    assert not opens(another_visitor(), code)
    assert opens(another_visitor(), fresh)


def test_a_new_code_whose_page_was_lost_is_shown_again(
    inside: Visitor, another_visitor: Callable[[], Visitor]
) -> None:
    form = inside.page
    fresh = inside.send("/code").code
    inside.page = form
    assert inside.send("/code").code == fresh
    # The answer with the new session never reached the phone: its cookie is the one of the ended session.
    lost = another_visitor()
    lost.page = form
    assert lost.send("/code").code == fresh
    assert opens(another_visitor(), fresh)


def test_two_windows_that_ask_for_a_new_code_at_once_make_one(
    inside: Visitor, another_visitor: Callable[[], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    form, fresh = inside.page, list[str]()
    faster = another_visitor()
    cookie = inside.client.get_cookie("redress_worker")
    assert cookie is not None
    faster.client.set_cookie("redress_worker", cookie.value)
    faster.open("/en/inbox")
    inside.page = form

    def found_and_overtaken() -> Worker | None:
        worker = find_worker()
        if not fresh:
            fresh.append("")
            # The other window's post comes and goes while this one is on its way to the lock.
            with ThreadPoolExecutor(1) as other:
                fresh[0] = other.submit(lambda: faster.send("/code").code).result()
        return worker

    monkeypatch.setattr("app.web.worker.new_code.find_worker", found_and_overtaken)
    page = inside.send("/code")
    assert page.status == 200
    assert page.code == ""
    assert 'name="receipt"' in page.response.get_data(as_text=True)
    assert opens(another_visitor(), fresh[0])


def test_who_kept_a_copy_of_the_form_does_not_get_the_code_of_what_was_sent_with_it(
    visitor: Visitor, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    visitor.open("/en/")
    token = visitor.page.form("/report").values["token"]
    code = visitor.send("/report", words=WORDS).code
    thief = another_visitor()
    response = thief.client.post("/en/inbox/code", data={"token": token})
    assert code not in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers
    response = thief.client.post("/en/report", data={"token": token, "words": "guess"})
    assert response.status_code == 409
    assert code not in response.get_data(as_text=True)


def test_stopping_says_until_when_it_can_be_undone(inside: Visitor) -> None:
    assert "Sharing stops now. You can start it again until" in inside.page.text
    page = inside.send("/stop")
    assert "You stopped this." in page.text
    assert WORDS in page.text
    assert "can read it now" not in page.text
    page = inside.send("/undo")
    assert "No helper has read it yet." in page.text
    assert "You stopped this." not in page.text


def test_leaving_ends_the_session_on_both_sides_and_shows_a_calendar(inside: Visitor) -> None:
    cookie = inside.client.get_cookie("redress_worker")
    assert cookie is not None
    response = inside.client.get("/en/exit")
    assert response.status_code == 303
    assert response.headers["Location"] == "/en/calendar"
    assert inside.client.get_cookie("redress_worker") is None
    inside.client.set_cookie("redress_worker", cookie.value)
    page = inside.open("/en/inbox")
    assert WORDS not in page.text
    assert "Give your newest code." in page.text


def test_leaving_works_when_the_database_does_not(inside: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("DELETE", {}, Exception("gone"))

    monkeypatch.setattr("app.web.worker.worker_session.end_session", fail)
    assert inside.client.get("/en/exit").headers["Location"] == "/en/calendar"


def test_when_nothing_can_be_stored_the_words_are_on_the_page_for_another_try(
    inside: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(deeds, "write_message", fail)
        page = inside.send("/write", words="Kept\nwords.")
    assert page.status == 503
    assert "Your words are still here:" in page.text
    assert "Kept words." in inside.send("/write").text
