"""What people write is made fit to keep by one rule, and what shows nothing counts as nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.language import clean_line, clean_words, has_words

BLANK = {
    "nothing": "",
    "spaces": " \t\n\u00a0\u3000\u2003",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "marks of direction": "\u200e\u200f\u202a\u202e\u2066\u2069\u061c",
    "Hangul fillers": "\u3164\u115f\u1160\uffa0",
    "an empty Braille cell": "\u2800\u2800",
    "variation selectors": "\ufe0e\ufe0f\U000e0100\u180b",
    "tags": "\U000e0041\U000e007f",
    "marks without a letter": "\u0301\u034f\u20e3",
    "soft hyphen": "\u00ad",
    "an attachment's place": "\ufffc",
    "an empty note": "\U0001d159",
    "what a sign left that nothing could hold": "\ufffd\ufffd",
    "free for invisible signs": "\U000e0fff\ufff5\u2065",
    "NUL": "\0\0",
}
SEEN = ("a", ".", "?", "1", "ก", "क\u093f", "👍", "❤\ufe0f", "\U0001fae8", "\ue415", "\u3164가")


@pytest.mark.parametrize("text", BLANK.values(), ids=BLANK.keys())
def test_what_shows_nothing_is_no_words(text: str) -> None:
    assert not has_words(text)
    assert not has_words(clean_words(text))


@pytest.mark.parametrize("text", SEEN)
def test_whatever_can_be_seen_is_words(text: str) -> None:
    # Also a picture newer than our tables, and one of an old phone's own.
    assert has_words(text)
    assert has_words(f"\u200b {text}\u2800")


@pytest.mark.parametrize(
    ("written", "kept"),
    (
        ("a\0b\x1bc", "abc"),
        ("one\r\ntwo\rthree\u2028four\u2029five\u0085", "one\ntwo\nthree\nfour\nfive"),
        ("half \ud83d of a sign", "half \ufffd of a sign"),
        ("both \ud83d\ude4f halves", "both 🙏 halves"),
        ("no letter \ufffe\ufdd0\U0001ffff", "no letter \ufffd\ufffd\ufffd"),
        ("می\u200cخواهم \u202bright\u202c", "می\u200cخواهم \u202bright\u202c"),
        ("\ttab stays\n", "\ttab stays\n"),
    ),
)
def test_only_what_nothing_can_hold_is_taken_out(written: str, kept: str) -> None:
    assert clean_words(written) == kept


def test_a_line_has_single_spaces_and_no_end() -> None:
    assert clean_line("  Star \0\n\t Garments\u2028Ltd\u00a0 ") == "Star Garments Ltd"


@given(st.text(alphabet=st.characters()))
def test_what_was_cleaned_can_be_stored_and_stays(text: str) -> None:
    cleaned = clean_words(text)
    assert "\0" not in cleaned
    cleaned.encode()
    assert clean_words(cleaned) == cleaned
