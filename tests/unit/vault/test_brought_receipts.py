"""Codes that phones made: good ones are taken, and those that broken random numbers make are not."""

import random

import pytest

from app.vault import ReceiptNotTaken, is_patterned, new_receipt, take_brought_receipt
from tests.support.outbox import with_check_digit


def test_a_good_code_is_taken_as_it_is() -> None:
    for _ in range(200):
        code = new_receipt()
        if not is_patterned(code[:-1]):
            assert take_brought_receipt(code) == code


def test_a_wrong_check_digit_is_not() -> None:
    code = new_receipt()
    for wrong in (str((int(code[-1]) + add) % 10) for add in range(1, 10)):
        with pytest.raises(ReceiptNotTaken):
            take_brought_receipt(code[:-1] + wrong)


@pytest.mark.parametrize(
    "digits",
    (
        "0" * 19,
        "7" * 19,
        "0123456789012345678",
        "9876543210987654321",
        "2468024680246802468",
        "1231231231231231231",
        "4711471147114711471",
        "1029384756102938475",
        "0000000000000012345",  # thirty-two random bits where there should be sixty-three
        "8391700000000572946",
        "5820123456789174936",
        "6180765432109539427",
        "1122112211222112212",
        "3141414131313144131",
    ),
)
def test_what_no_random_numbers_look_like_is_not(digits: str) -> None:
    assert is_patterned(digits)
    with pytest.raises(ReceiptNotTaken):
        take_brought_receipt(with_check_digit(digits))


@pytest.mark.parametrize("digits", ("8391702845617360294", "1357924680864213570", "5550123456911872043"))
def test_a_short_run_or_pair_in_random_digits_is_no_pattern(digits: str) -> None:
    assert take_brought_receipt(with_check_digit(digits)) == with_check_digit(digits)


def test_hardly_any_good_code_is_refused() -> None:
    """Each refusal is one more way to the server and back."""
    numbers = random.Random(1)  # noqa: S311 - the same ones each time
    drawn = (f"{numbers.randrange(10**19):019d}" for _ in range(200_000))
    assert sum(map(is_patterned, drawn)) < 20
