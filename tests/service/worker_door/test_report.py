"""A worker reports: what is filed, what comes back, and that no word is lost on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app import clock
from app.intake import reporting
from app.vault import FORM_TOKEN_LASTS
from tests.harness.world import World
from tests.support.browsing import Visitor, cases

# Of no kind that only trained helpers may have.
ORDINARY = "Pay is late."
WORDS = "They keep my passport.\n\nသူတို့ မပေးဘူး <b>&amp;\n  وجوازي"


def test_a_few_words_are_a_report_and_the_receipt_says_who_reads_it(visitor: Visitor, world: World) -> None:
    before = cases(world)
    visitor.open("/en/")
    page = visitor.send("/report", button=0, words=ORDINARY)
    assert page.status == 200
    assert "We have your message." in page.text
    assert [len(group) for group in page.code.split()] == [4, 4, 4, 4, 4]
    assert "A helper from" in page.text
    assert "We will not text or call." in page.text
    assert cases(world) == before + 1


def test_the_receipt_stands_on_the_page_and_nowhere_else(visitor: Visitor) -> None:
    visitor.open("/en/")
    page = visitor.send("/report", words=WORDS)
    digits = page.code.replace(" ", "")
    sent = f"{page.response.headers} {page.response.request.url}"
    assert len(digits) == 20
    assert digits not in sent.replace(" ", "")
    assert page.code not in sent
    # A cookie says that something was sent, so that leaving can hide the code from whoever comes next; nothing of it is in there.
    assert page.response.headers.get("Set-Cookie", "").startswith("redress_sent=")
    title = page.root.find("head/title")
    assert title is not None
    assert title.text == "Help and information"


def test_every_answer_of_the_form_comes_back_when_nothing_was_said(visitor: Visitor, world: World) -> None:
    before = cases(world)
    answers: dict[str, Any] = {
        "site": "Foxtown",
        "exclude": ["union", "other"],
        "exclude_other": "Mr <Khan>",
        "contact": "text",
        "phone": "+95 1",
        "safe_times": "Sunday",
        "name": "May",
        "consent": "union",
        "danger": "no",
    }
    visitor.open("/en/")
    page = visitor.send("/report", **answers)
    assert page.status == 422
    assert "Nothing is sent yet." in page.text
    kept = page.form("/report").values
    assert {name: kept[name] for name in answers} == {
        name: value if isinstance(value, list) else [value] for name, value in answers.items()
    }
    assert cases(world) == before
    assert visitor.send("/report", category=["hours"]).code


@pytest.mark.parametrize("answers", ({"category": ["gbvh"]}, {"words": "x"}))
def test_a_topic_or_one_letter_is_enough(visitor: Visitor, answers: dict[str, Any]) -> None:
    visitor.open("/en/")
    assert visitor.send("/report", **answers).code


@pytest.mark.parametrize("words", ("", "  \r\n\t ", "\u200b\u200f\u202e", "\x00\x00"))
def test_words_that_nobody_can_see_are_no_report(visitor: Visitor, words: str) -> None:
    visitor.open("/en/")
    assert visitor.send("/report", words=words).status == 422


def test_words_up_to_20000_characters_are_kept_and_longer_ones_come_back(visitor: Visitor) -> None:
    visitor.open("/en/")
    words = "ကျွန်" * 4000
    page = visitor.send("/report", words=words + "x")
    assert page.status == 422
    assert "Nothing is sent yet. This is too long" in page.text
    assert page.form("/report").values["words"] == [words + "x"]
    assert visitor.send("/report", words=words).code


def test_half_a_megabyte_comes_back_on_the_page_and_more_gets_a_page_that_says_how_to_go_back(
    visitor: Visitor,
) -> None:
    visitor.open("/en/")
    words = "ကခဂ" * 55_000  # 495,000 bytes, which a form writes with three times as many
    page = visitor.send("/report", words=words)
    assert page.status == 422
    assert page.form("/report").values["words"] == [words]
    for much in ("x" * 500_001, "x" * 3_000_000):
        visitor.open("/en/")
        page = visitor.send("/report", words=much)
        assert page.status == 413
        assert "Press Back" in page.text


@pytest.mark.parametrize(
    "raw",
    (
        b"words=caf%E9+%ED%A0%80+%00+ok",
        b"words=\xff\xfe\x00 ok",
        b"words=ok%EF%BF%BE%EF%B7%90&category=nonsense&danger=maybe&consent=all&contact=fax&exclude=me",
        "words=\u202eok\u2066".encode(),
        b"words=ok&words=two&phone=%00&name=%0D%0Ax&site=%E2%80%AE",
    ),
)
def test_broken_bytes_and_unknown_choices_are_filed_all_the_same(
    visitor: Visitor, world: World, raw: bytes
) -> None:
    token = world.vault.form_token().encode()
    response = visitor.client.post(
        "/en/report", data=raw + b"&token=" + token, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert b"We have your message." in response.data


@pytest.mark.parametrize("body", (b"", b"[]", b"\x00", b"words"))
def test_a_post_that_is_no_form_gets_the_form(visitor: Visitor, body: bytes) -> None:
    response = visitor.client.post("/en/report", data=body, content_type="text/plain")
    assert response.status_code == 422


@pytest.mark.parametrize(
    "spoil", (lambda _token: "", lambda token: token[:-1] + "?", lambda token: "B" + token[1:])
)
def test_a_forged_token_brings_every_field_back_with_a_fresh_one(
    visitor: Visitor, world: World, spoil: Callable[[str], str]
) -> None:
    visitor.open("/en/")
    token = visitor.page.form("/report").values["token"][0]
    page = visitor.send("/report", words=WORDS, category=["wages"], token=spoil(token))
    assert page.status == 400
    assert "Nothing is sent yet." in page.text
    kept = page.form("/report").values
    assert kept["words"] == [WORDS.replace("\n", "\r\n")]
    assert kept["category"] == ["wages"]
    assert visitor.send("/report").code


def test_a_page_that_was_open_for_more_than_a_week_is_sent_with_a_second_press(visitor: Visitor) -> None:
    visitor.open("/en/")
    clock.set_offset(int(FORM_TOKEN_LASTS.total_seconds()) + 60)
    assert visitor.send("/report", words=WORDS).status == 400
    assert visitor.send("/report").code


def test_the_same_form_sent_twice_gives_the_same_code(visitor: Visitor, world: World) -> None:
    visitor.open("/en/")
    form = visitor.page
    first = visitor.send("/report", words=WORDS).code
    count = cases(world)
    visitor.page = form
    assert visitor.send("/report", words=WORDS).code == first
    assert cases(world) == count


def test_the_same_form_with_other_words_can_be_added_to_the_first(visitor: Visitor, world: World) -> None:
    visitor.open("/en/")
    form = visitor.page
    code = visitor.send("/report", words="First words.").code
    visitor.page = form
    page = visitor.send("/report", words="Other words.")
    assert page.status == 409
    assert "Other words." in page.text
    assert code not in page.text
    count = cases(world)
    page = visitor.send("/inbox", receipt=code)
    assert page.status == 200
    assert "First words." in page.text
    assert "Other words." in page.text
    assert cases(world) == count


def test_the_same_form_with_other_words_can_become_a_new_report(visitor: Visitor) -> None:
    visitor.open("/en/")
    form = visitor.page
    first = visitor.send("/report", words="First words.", exclude=["police"]).code
    visitor.page = form
    visitor.send("/report", words="Other\nwords.", exclude=["police"])
    kept = visitor.page.form("/report").values
    assert kept["words"] == ["Other\nwords."]
    assert kept["exclude"] == ["police"]
    second = visitor.send("/report").code
    assert second
    assert second != first


def test_danger_and_nobody_asks_once_and_yes_lets_one_helper_read(visitor: Visitor) -> None:
    visitor.open("/en/")
    page = visitor.send("/report", words=WORDS, danger="yes", consent="nobody")
    assert "Nobody will come unless a helper reads this. May one helper read it?" in page.text
    assert not page.code
    page = visitor.send("/report", button=0)
    assert page.code
    # Nobody in this network left an address for alerts.
    assert "We cannot call anybody for you now." in page.text


def test_danger_and_nobody_stays_locked_when_the_worker_says_no(visitor: Visitor) -> None:
    visitor.open("/en/")
    visitor.send("/report", words=WORDS, danger="yes", consent="nobody")
    page = visitor.send("/report", button=1)
    assert page.code
    assert "Nobody reads it until you say so." in page.text
    assert "We are telling a helper" not in page.text


def test_help_numbers_are_shown_for_danger_only(visitor: Visitor, world: World) -> None:
    poster = f"/en/s/{world.site.code}"
    for address, danger, shown in ((poster, "yes", True), (poster, "no", False), ("/en/", "yes", True)):
        visitor.open(address)
        page = visitor.send("/report", words=WORDS, danger=danger)
        assert ("0000 0000" in page.text) is shown


def test_who_filled_the_trap_by_accident_gets_out_of_it(visitor: Visitor, world: World) -> None:
    before = cases(world)
    visitor.open("/en/")
    page = visitor.send("/report", words=WORDS, website="http://x.example")
    assert page.status == 422
    assert cases(world) == before
    assert "website" not in page.form("/report").values
    assert visitor.send("/report").code


def test_when_nothing_can_be_stored_every_word_stays_and_the_second_press_files_it_once(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = visitor.open("/en/").form("/report").values["token"]

    def fail(*_arguments: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(reporting, "file_grievance", fail)
        page = visitor.send("/report", words=WORDS, category=["wages"], consent="union")
    assert page.status == 503
    assert "Your words are still here." in page.text
    kept = page.form("/report").values
    assert kept["words"] == [WORDS.replace("\n", "\r\n")]
    assert kept["consent"] == ["union"]
    # Had it been stored after all, only the same token would keep the second press from storing it again.
    assert kept["token"] == token
    before = cases(world)
    assert visitor.send("/report").code
    assert cases(world) == before + 1


def test_a_poster_notes_the_workplace_without_naming_it(visitor: Visitor, world: World) -> None:
    page = visitor.open(f"/en/s/{world.site.code}")
    assert "Your workplace’s code is noted." in page.text
    assert "Foxglove" not in page.response.get_data(as_text=True)
    assert "site" not in page.form("/report").values
    page = visitor.send("/report", words=ORDINARY)
    assert f"A helper from {world.near.name}" in page.text


def test_an_unknown_workplace_code_gets_a_kind_line_and_the_form(visitor: Visitor, world: World) -> None:
    page = visitor.open("/en/s/nosuch99")
    assert page.status == 200
    assert "We do not know this workplace code." in page.text
    assert "nosuch99" not in page.response.get_data(as_text=True)
    assert "site" in page.form("/report").values
