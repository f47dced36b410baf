"""The check digit of a receipt (ISO 7064, mod 11,10): it finds every wrong digit and nearly every two that changed places.

The phone computes the same; python-stdnum, which both are held against, would bring half a megabyte of other modules.
"""


def check_digit(digits: str) -> str:
    """The digit that belongs behind these."""
    return str((1 - _doubled(_sum_of(digits))) % 10)


def is_checked(digits: str) -> bool:
    """Whether the last of these digits is the check digit of all before it."""
    return digits.isascii() and digits.isdigit() and _sum_of(digits) == 1


def _sum_of(digits: str) -> int:
    found = 5
    for digit in digits:
        found = (_doubled(found) + int(digit)) % 10
    return found


def _doubled(found: int) -> int:
    return (found or 10) * 2 % 11
