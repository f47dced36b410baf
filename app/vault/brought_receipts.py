"""Receipts that a phone made by itself: looked at before one is taken, since nobody here drew its digits.

A phone whose random numbers are broken makes codes that somebody can guess, or one that another worker has already.
"""

from dataclasses import replace
from itertools import pairwise

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_11_10

from app.database import Ready, Statement, send_together
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


_RECEIPTS = ReceiptRow.__table__.c

# Prepared, because every report from a phone asks it. Of an ended code the tag is gone: what checks its signatures tells it.
_USED = Ready(
    select(
        select(_RECEIPTS.id).where(_RECEIPTS.tag == bindparam("tag")).scalar_subquery(),
        select(_RECEIPTS.id)
        .where(_RECEIPTS.ended_hour.is_not(None), _RECEIPTS.signing == bindparam("signing"))
        .limit(1)
        .scalar_subquery(),
    )
)


def refuse_used_receipt(session: Session, keys: ReceiptKeys) -> None:
    """Raise `ReceiptNotTaken` where a case has this code, or had it before its worker took another."""
    # Those under older peppers are derived only where there are any.
    under = [
        keys if pepper == keys.pepper else replace(keys, pepper=pepper, masters={pepper: master})
        for pepper, master in keys.masters.items()
    ]
    asked = [
        Statement(_USED, {"tag": each.tags[each.pepper], "signing": each.signing_public}) for each in under
    ]
    for [(live, ended)] in send_together(session, asked):
        if live is not None or ended is not None:
            raise ReceiptNotTaken
