"""Receipts: whatever slips in copying twenty digits by hand, the worker hears of it instead of being sent away."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from app.vault import Receipt, ReceiptMistyped, format_receipt, parse_receipt
from app.vault.receipts import receipt_from_secret

receipts = st.binary(min_size=32, max_size=32).map(receipt_from_secret)

SCRIPTS = tuple(
    tuple(chr(code + step) for step in range(10))
    for code in range(sys.maxunicode - 9)
    if unicodedata.decimal(chr(code), -1) == 0
)
GAPS = ("", " ", "-", "–", "\u00a0", "\u200f", "\u200e", "\u2066", "\u200b", "\t", "\r\n", " - ")


@given(receipts, st.sampled_from(SCRIPTS))
def test_a_receipt_is_read_back_in_every_script(receipt: Receipt, digits: tuple[str, ...]) -> None:
    written = "".join(digits[int(sign)] if sign != " " else " " for sign in format_receipt(receipt))
    assert parse_receipt(written) == receipt


@given(receipts, st.lists(st.sampled_from(GAPS), min_size=21, max_size=21))
def test_a_receipt_is_read_back_whatever_stands_between_the_digits(receipt: Receipt, gaps: list[str]) -> None:
    written = gaps[0] + "".join(digit + gap for digit, gap in zip(receipt, gaps[1:], strict=True))
    assert parse_receipt(written) == receipt


@given(receipts, st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(receipt: Receipt, place: int, shift: int) -> None:
    wrong = str((int(receipt[place]) + shift) % 10)
    with pytest.raises(ReceiptMistyped):
        parse_receipt(receipt[:place] + wrong + receipt[place + 1 :])


@given(receipts, st.integers(0, 18))
def test_two_swapped_neighbours_are_noticed_or_were_next_to_each_other_in_counting(
    receipt: Receipt, place: int
) -> None:
    first, second = receipt[place], receipt[place + 1]
    swapped = receipt[:place] + second + first + receipt[place + 2 :]
    if abs(int(first) - int(second)) in (0, 1, 9):
        return
    with pytest.raises(ReceiptMistyped):
        parse_receipt(swapped)


def test_of_all_swaps_of_neighbours_one_in_forty_five_passes_the_check_digit() -> None:
    # ISO 7064 mod 11,10 promises no more; such a receipt is then simply not found. Each of the ten values that the sum can
    # have before the two digits is reached by one leading digit.
    unnoticed = [
        (lead, first, second)
        for lead in range(10)
        for first in range(10)
        for second in range(first + 1, 10)
        if mod_11_10.checksum(f"{lead}{first}{second}") == mod_11_10.checksum(f"{lead}{second}{first}")
    ]
    assert len(unnoticed) == 10  # of 450


@given(receipts, st.integers(0, 19), st.booleans())
def test_a_missing_or_doubled_digit_is_noticed(receipt: Receipt, place: int, doubled: bool) -> None:
    middle = receipt[place] * 2 if doubled else ""
    with pytest.raises(ReceiptMistyped):
        parse_receipt(receipt[:place] + middle + receipt[place + 1 :])


@given(st.text())
def test_any_text_is_a_receipt_or_mistyped_and_nothing_else(text: str) -> None:
    try:
        receipt = parse_receipt(text)
    except ReceiptMistyped:
        return
    assert len(receipt) == 20
