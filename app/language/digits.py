"""Digits of every script: people type the ones their keypad shows."""

import unicodedata


def to_ascii(text: str) -> str:
    """The text with every digit, of whichever script, written as 0 to 9; all else stays as it is."""
    return "".join(_ascii_digit(letter) for letter in text)


def _ascii_digit(letter: str) -> str:
    # `digit` also knows what `decimal` does not: the Ethiopic digits, and digits in circles.
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)
