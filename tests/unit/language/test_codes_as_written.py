"""One reader for codes: a receipt, and the six digits of an authenticator, are read alike however they were put down."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from stdnum.iso7064 import mod_11_10

from app import clock
from app.language import find_codes, only_digits, plain_signs
from app.network import code_now
from app.network.codes import step_of_code
from app.vault import ReceiptMistyped, format_receipt, parse_receipt

_DIGITS = "4821773091542067339"
RECEIPT = _DIGITS + mod_11_10.calc_check_digit(_DIGITS)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOON = datetime(2026, 11, 21, 12, 0, 10, tzinfo=UTC)

Write = Callable[[str], str]
# Each takes a code in its usual groups.
WRITINGS: dict[str, Write] = {
    "in one piece": lambda code: code.replace(" ", ""),
    "in groups": lambda code: code,
    "with dashes": lambda code: code.replace(" ", "-"),
    "with long dashes": lambda code: code.replace(" ", " – "),
    "with dots": lambda code: code.replace(" ", "."),
    "with commas": lambda code: code.replace(" ", ", "),
    "with lines": lambda code: code.replace(" ", "\n"),
    "with low lines": lambda code: code.replace(" ", "_"),
    "with strokes": lambda code: code.replace(" ", "/"),
    "with bars": lambda code: code.replace(" ", "|"),
    "with wide spaces": lambda code: code.replace(" ", "\u3000"),
    "with fixed spaces": lambda code: code.replace(" ", "\u00a0\u2009\u202f"),
    "in brackets": lambda code: f"[{code}]",
    "in quotes": lambda code: f"“{code}”",
    "with tabs": lambda code: code.replace(" ", "\t"),
    "each for itself": lambda code: " ".join(code.replace(" ", "")),
    "with marks of direction": lambda code: f"\u202a\u200e{code}\u202c",
    "with invisible signs": "\u200b\ufeff\u00ad".join,
    "with NUL": lambda code: f"\0{code}\0",
    "in full width": lambda code: "".join(chr(0xFF10 + int(sign)) if sign != " " else sign for sign in code),
    "in Bengali": lambda code: "".join(chr(0x09E6 + int(sign)) if sign != " " else sign for sign in code),
    "in circles on keys": lambda code: "".join(
        f"{sign}\ufe0f\u20e3" if sign != " " else sign for sign in code
    ),
    "in its sentence": lambda code: f"my code is {code} thanks",
    "at the end of a sentence": lambda code: f"Code: {code}. It is 2 months now",
    "before a number": lambda code: f"{code}, 2 months now",
    "on its line": lambda code: f"Redress\n{code}\n2026",
    "in an unspaced script": lambda code: f"我的号码{code}谢谢",
    "behind its name": lambda code: f"code={code}",
}


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS.keys())
def test_both_codes_are_read_as_people_write_them(write: Write) -> None:
    assert parse_receipt(write(format_receipt(parse_receipt(RECEIPT)))) == RECEIPT
    six = code_now(SECRET)
    assert step_of_code(SECRET, write(f"{six[:3]} {six[3:]}")) == int(NOON.timestamp()) // 30


@pytest.mark.parametrize(
    "written",
    (
        RECEIPT[:-1],
        RECEIPT + "1",
        RECEIPT + " 1",
        RECEIPT[:10] + "x" + RECEIPT[10:],
        RECEIPT[:10] + "½" + RECEIPT[10:],
        RECEIPT[:10] + " and " + RECEIPT[10:],
        "a" + RECEIPT,
        "words " * 1_000 + RECEIPT,
    ),
)
def test_what_may_be_another_code_is_none(written: str) -> None:
    with pytest.raises(ReceiptMistyped):
        parse_receipt(written)


def test_two_codes_are_none_but_the_same_one_twice_is() -> None:
    other = "1" * 19 + mod_11_10.calc_check_digit("1" * 19)
    with pytest.raises(ReceiptMistyped):
        parse_receipt(f"{RECEIPT} or {other}")
    assert parse_receipt(f"{RECEIPT} again {RECEIPT}") == RECEIPT


def test_a_code_that_sticks_to_a_letter_is_found_where_asked_for() -> None:
    assert find_codes(f"code{RECEIPT}", 20) == ()
    assert find_codes(f"code{RECEIPT}", 20, glued=True) == (RECEIPT,)


@pytest.mark.parametrize(
    ("text", "digits"), (("48-21 7७", "48217" + "7"), ("48 a", ""), ("", ""), ("4,8", "48"))
)
def test_digits_alone(text: str, digits: str) -> None:
    assert only_digits(text) == digits


def test_signs_that_are_compared_with_a_code() -> None:
    assert plain_signs("\u200bＡb-①१\0\u0301") == "Ab-11"
