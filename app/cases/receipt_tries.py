"""Limits on trying receipts that do not exist, so that being refused tells nothing about the receipt."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.network import (
    ALL_UNKNOWN_RECEIPTS,
    EVERYBODY,
    UNKNOWN_IN_A_FLOOD,
    UNKNOWN_RECEIPTS,
    attempts_so_far,
    count_attempt,
    window_end,
)
from app.vault import ReceiptKeys, ReceiptRow, Vault, find_receipt


class ReceiptsRest(Exception):
    """Too many unknown receipts came from this sender: none is tried for it `until` then, a right one neither."""

    def __init__(self) -> None:
        super().__init__("too many unknown receipts")
        self.until: datetime = window_end(UNKNOWN_RECEIPTS)


def check_receipt_tries(session: Session, vault: Vault, sender: str) -> None:
    """Raise `ReceiptsRest` when no receipt may be tried for this sender now.

    It only reads, so that of a flood nothing is hashed and nothing written.
    """
    _check_number(session, vault, attempts_so_far(session, vault, UNKNOWN_RECEIPTS, sender) + 1)


def try_receipt(session: Session, vault: Vault, sender: str, keys: ReceiptKeys) -> ReceiptRow | None:
    """Look for a receipt and count it if no case has it; raises `ReceiptsRest`.

    Nobody may be told that there is none before this unit of work has committed.
    """
    # Counted before it is looked for: of many tries at one moment each waits here for the one before, so that they cannot all
    # find the last place free. A right one leaves no trace of its address, and lets go of the row at once.
    counting = session.begin_nested()
    number = count_attempt(session, vault, UNKNOWN_RECEIPTS, sender)
    _check_number(session, vault, number)
    row = find_receipt(session, keys)
    if row is not None:
        counting.rollback()
        return row
    everywhere = count_attempt(session, vault, ALL_UNKNOWN_RECEIPTS, EVERYBODY)
    if number > UNKNOWN_IN_A_FLOOD and everywhere > ALL_UNKNOWN_RECEIPTS.most:
        raise ReceiptsRest
    return None


def _check_number(session: Session, vault: Vault, number: int) -> None:
    """Whether a sender's try of this number may be made."""
    if number <= UNKNOWN_IN_A_FLOOD:
        return
    everywhere = attempts_so_far(session, vault, ALL_UNKNOWN_RECEIPTS, EVERYBODY)
    if number > UNKNOWN_RECEIPTS.most or everywhere >= ALL_UNKNOWN_RECEIPTS.most:
        raise ReceiptsRest
