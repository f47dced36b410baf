"""Receipts that a phone made by itself: looked at before one is taken, since nobody here drew its digits.

A phone whose random numbers are broken makes codes that somebody can guess, or one that another worker has already.
"""

from dataclasses import replace
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_11_10

from app.vault.receipts import Receipt, ReceiptKeys, ReceiptRow

# What broken random numbers look like. Of good ones one in some 50,000 does, and then the phone makes another.
_FEWEST_DIFFERENT = 5
_STEPS_OF_A_RUN = 7  # of eight digits
_LONGEST_PERIOD = 10


class ReceiptNotTaken(Exception):
    """The phone has to make another code. It is not said why: that somebody has this one is nobody's to know."""


def take_brought_receipt(digits: str) -> Receipt:
    """A code of twenty digits as a phone made it; raises `ReceiptNotTaken` where its check digit is wrong or it is patterned."""
    if not mod_11_10.is_valid(digits) or is_patterned(digits[:-1]):
        raise ReceiptNotTaken
    return Receipt(digits)


def is_patterned(digits: str) -> bool:
    """Whether digits look as no random ones do: few different ones, a long run by one step, or the same ones over again."""
    numbers = [int(digit) for digit in digits]
    steps = [(after - before) % 10 for before, after in pairwise(numbers)]
    window = _STEPS_OF_A_RUN
    runs = any(len(set(steps[start : start + window])) == 1 for start in range(len(steps) - window + 1))
    repeats = any(
        numbers[period:] == numbers[:-period]
        for period in range(1, min(_LONGEST_PERIOD, len(numbers) - 1) + 1)
    )
    return len(set(numbers)) < _FEWEST_DIFFERENT or runs or repeats


def refuse_used_receipt(session: Session, keys: ReceiptKeys) -> None:
    """Raise `ReceiptNotTaken` where a case has this code, or had it before its worker took another."""
    signing = [replace(keys, pepper=pepper).signing_public for pepper in keys.masters]
    live = select(ReceiptRow.id).where(ReceiptRow.tag.in_(keys.tags.values()))
    # Of an ended code the tag is gone; what it signed can still be checked, and tells it.
    ended = select(ReceiptRow.id).where(ReceiptRow.ended_hour.is_not(None), ReceiptRow.signing.in_(signing))
    if session.scalars(live.union_all(ended).limit(1)).first() is not None:
        raise ReceiptNotTaken
