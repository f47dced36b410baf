"""However many marks stand on one sign, and between whatever others, few of them are ever put into order."""

import sys
import unicodedata
from collections.abc import Callable
from itertools import groupby

import pytest

from app.cases.desk.search_match import excerpt, read_search
from app.language import MOST_MARKS, few_marks, folded
from app.messaging.gateways import twilio_gateway
from app.network.logins import normal_login
from app.network.matching import best_match, named, plain_text
from app.network.organisations import clean_name
from app.network.os_ids import os_ids_in

# Each of the marks that a form keeps may be written as up to four, and the letter below them brings some of its own.
_LONGEST_ROW = 4 * MOST_MARKS + 4

PILES = {
    "out of order": "a" + "\u0301\u0316" * 2_000,
    "in two heaps": "a" + "\u0301" * 2_000 + "\u0316" * 2_000,
    "with joiners between": "a" + "\u0301\u200d\u0316\u200d" * 1_000,
    "with isolates between": "a" + "\u0301\u2068\u0316\u2069" * 1_000,
    "half-width marks": "\uff76" + "\uff9e\u0301" * 2_000,
    "marks that are two": "\u0f40" + "\u0f77\u0316" * 2_000,
    "letters that bring marks": "\u1f82" * 50 + "\u0301\u0316" * 2_000,
    "vowel signs": "\u0915" + "\u093c\u094d\u0301" * 2_000,
    "with nothing below": "\u0316\u0301" * 2_000,
}

DOORS: dict[str, Callable[[str], object]] = {
    "search": read_search("foxglove").is_in,
    "excerpt": lambda text: excerpt(text, read_search("foxglove")),
    "what is searched for": lambda text: read_search("fox" + text[:190]),
    "topic words and giveaways": plain_text,
    "names": lambda text: best_match(text, [named(1, ["Foxway"])]),
    "OS IDs": os_ids_in,
    "logins": normal_login,
    "names of organisations": clean_name,
    "bodies at the provider": twilio_gateway._letters,
}


def rows(text: str) -> list[int]:
    """How many signs stand in each row that Unicode has to sort, once every sign is taken apart."""
    apart = (part for sign in text for part in unicodedata.normalize("NFKD", sign))
    return [
        len(list(row))
        for sorted_, row in groupby(apart, lambda part: unicodedata.combining(part) > 0)
        if sorted_
    ]


@pytest.mark.parametrize("pile", PILES.values(), ids=list(PILES))
@pytest.mark.parametrize("door", DOORS.values(), ids=list(DOORS))
def test_no_door_sorts_a_long_row(
    door: Callable[[str], object], pile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = [0]
    normalize = unicodedata.normalize

    def watch(form: str, text: str) -> str:
        with monkeypatch.context() as unwatched:
            unwatched.setattr(unicodedata, "normalize", normalize)
            longest.extend(rows(text))
        return normalize(form, text)  # type: ignore[arg-type] # the form is one of four words

    monkeypatch.setattr(unicodedata, "normalize", watch)
    door(pile)
    assert max(longest) <= _LONGEST_ROW


def test_every_sign_that_is_sorted_is_counted() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    uncounted = [
        f"{ord(sign):04X}"
        for sign in every
        if unicodedata.combining(unicodedata.normalize("NFKD", sign)[0])
        and len(few_marks("a" + sign * 50)) > 1 + MOST_MARKS
    ]
    assert uncounted == []


def test_no_sign_grows_to_many_when_it_is_folded() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    assert max(len(folded(sign, "NFKC")) for sign in every) <= 8


@pytest.mark.parametrize(
    "written",
    (
        "Lương tháng 13 không được trả",
        "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
        "ཧཱུྂ་ བསྒྲུབས་ རྐྱབ་",
        "ကျွန်တော်တို့ကို မလွှတ်ဘူး",
        "नौकरी छोड़ने नहीं दे रहे",
        "لَا يُعْطُونَنَا رَوَاتِبَنَا",
        "--------------------- ?!?!?!?!?!?!?!",
        "👩🏽\u200d🏭👨\u200d👩\u200d👧\u200d👦🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ),
)
def test_what_people_write_is_left_alone(written: str) -> None:
    assert few_marks(written) == written
    for form in ("NFC", "NFKC", "NFKD"):
        assert folded(written, form) == unicodedata.normalize(form, written)


def test_words_below_a_pile_are_still_found() -> None:
    text = "They said " + "".join(sign + "\u0301\u0316" * 40 for sign in "foxglove") + " pays later."
    assert read_search("pays later").is_in(text)
    shown = excerpt(text, read_search("pays later"))
    assert shown.found == "pays later"
    assert len(shown.before) < 60 * (MOST_MARKS + 1)


def test_words_far_into_a_long_text_are_shown() -> None:
    for before in (0, 1_990, 2_000, 2_995, 7_000, 19_980):
        text = "é " * (before // 2) + "the FOX\u00adglove press"
        assert excerpt(text, read_search("foxglove")).found == "FOX\u00adglove"
