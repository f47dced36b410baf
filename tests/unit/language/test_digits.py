"""Digits of every script become those of ASCII; everything else stays."""

import unicodedata

import pytest

from app.language import to_ascii


@pytest.mark.parametrize(
    "digits",
    (
        "0123456789",
        "၀၁၂၃၄၅၆၇၈၉",
        "٠١٢٣٤٥٦٧٨٩",
        "۰۱۲۳۴۵۶۷۸۹",
        "০১২৩৪৫৬৭৮৯",
        "०१२३४५६७८९",
        "០១២៣៤៥៦៧៨៩",
        "๐๑๒๓๔๕๖๗๘๙",
        "௦௧௨௩௪௫௬௭௮௯",
        "０１２３４５６７８９",
    ),
)
def test_the_digits_of_a_script(digits: str) -> None:
    assert to_ascii(f"x{digits} ") == "x0123456789 "


def test_ethiopic_digits_too() -> None:
    assert to_ascii("፩፭") == "15"


def test_nothing_but_digits_changes() -> None:
    letters = "".join(map(chr, range(0x3000))).replace("\0", "")
    rest = "".join(letter for letter in letters if unicodedata.digit(letter, None) is None)
    assert to_ascii(rest) == rest
