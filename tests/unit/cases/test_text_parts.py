"""Numbered parts of a long text are shown in their order, and nothing that only looks like a mark is ever moved or hidden."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.case.text_parts import Part, in_order, read_part

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MARKS = (
    "{n}/{of} {words}",
    "{n}/{of}: {words}",
    "{n}/{of}\n{words}",
    "({n}/{of}) {words}",
    "({n}/{of}){words}",
    "[{n}/{of}] {words}",
    "({n} of {of}) {words}",
    "{n} of {of} {words}",
    "{n} of {of}: {words}",
    "{n} / {of} {words}",
    "Part {n} of {of}: {words}",
    "part {n}/{of} {words}",
    "SMS {n}/{of} {words}",
    "<{n}/{of}> {words}",
    "{n}\\{of} {words}",
    "{words} {n}/{of}",
    "{words} ({n}/{of})",
    "{words}({n}/{of})",
    "{words} {n} of {of}",
    "{words} [{n} of {of}].",
    "{words}... {n}/{of}",
    "\u200e({n}/{of}) {words}\u200f",
)
WORDS = ("they kept our pay for", "three months and when we asked", "he said that we can go home")


def _thread(*texts: str, apart: float = 2) -> list[tuple[datetime, str]]:
    return [(AT + timedelta(seconds=apart * place), text) for place, text in enumerate(texts)]


def _shown(thread: list[tuple[datetime, str]]) -> list[str]:
    return [text for _at, text in in_order(thread, lambda item: item)]


@pytest.mark.parametrize("mark", MARKS)
def test_parts_are_put_in_order_however_they_came(mark: str) -> None:
    parts = [mark.format(n=number, of=3, words=words) for number, words in enumerate(WORDS, start=1)]
    for came in permutations(parts):
        assert _shown(_thread(*came)) == parts


@pytest.mark.parametrize("mark", MARKS)
def test_marks_in_local_digits(mark: str) -> None:
    local = str.maketrans("123", "၁၂၃")
    parts = [
        mark.format(n=number, of=3, words=words).translate(local)
        for number, words in enumerate(WORDS, start=1)
    ]
    assert _shown(_thread(*reversed(parts))) == parts


def test_long_parts_and_more_than_nine() -> None:
    parts = [f"({number}/12) " + f"word{number} " * 60 for number in range(1, 13)]
    assert _shown(_thread(*reversed(parts))) == parts


def test_what_came_between_stays_where_it_was() -> None:
    thread = _thread("3/3 home", "please help", "1/3 they", "2/3 said", "1/2 of my pay")
    assert _shown(thread) == ["1/3 they", "please help", "2/3 said", "3/3 home", "1/2 of my pay"]


@pytest.mark.parametrize(
    "texts",
    (
        ("2/3 of my pay is gone", "the boss took it"),
        ("he came on 2/3", "and again on 1/4"),
        ("2/3/2026 no pay", "1/3/2026 no pay"),
        ("2/3 of us are ill", "2/3 of us are ill"),
        ("24/7 work", "1/7 off"),
        ("3/2 wrong", "2/2 right"),
        ("work 2/3", "3"),
    ),
)
def test_what_does_not_fit_together_is_not_moved(texts: tuple[str, ...]) -> None:
    assert _shown(_thread(*texts)) == list(texts)


def test_a_part_of_another_day_belongs_to_another_text() -> None:
    thread = _thread("2/2 first", "1/2 second", apart=3_600)
    assert _shown(thread) == ["2/2 first", "1/2 second"]


def test_two_texts_in_parts_are_not_mixed() -> None:
    thread = _thread("2/2 a", "1/2 a", "2/2 b", "1/2 b")
    assert _shown(thread) == ["1/2 a", "2/2 a", "1/2 b", "2/2 b"]


def test_what_others_wrote_is_not_looked_at() -> None:
    items = [(AT, "2/2 mine"), None, (AT, "1/2 mine")]
    assert in_order(items, lambda item: item) == ((AT, "1/2 mine"), None, (AT, "2/2 mine"))


@given(st.lists(st.text(alphabet="123/ of()a", max_size=12), max_size=8))
def test_nothing_is_ever_lost(texts: list[str]) -> None:
    assert sorted(_shown(_thread(*texts))) == sorted(texts)


@pytest.mark.parametrize(
    ("text", "certain", "likely"),
    (
        ("(2/3) and", Part(2, 3), Part(2, 3)),
        ("2/3 and", None, Part(2, 3)),
        ("Part 2 of 3 and", Part(2, 3), Part(2, 3)),
        ("1/2 of my pay", None, Part(1, 2)),
        ("on 1/2 he came", None, None),
        ("(1/1) alone", None, None),
        ("(0/2)", None, None),
        ("(50/60) minutes", None, None),
        ("", None, None),
    ),
)
def test_a_mark_that_could_be_words_is_only_likely(
    text: str, certain: Part | None, likely: Part | None
) -> None:
    assert (read_part(text), read_part(text, likely=True)) == (certain, likely)
