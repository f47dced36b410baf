"""Counting receipts that do not exist: whoever tries many has to go slowly, and a right one opens all the same."""

from sqlalchemy.orm import Session

from app.network import (
    ALL_UNKNOWN_RECEIPTS,
    EVERYBODY,
    UNKNOWN_IN_A_FLOOD,
    UNKNOWN_RECEIPTS,
    attempts_so_far,
    count_attempt,
)
from app.vault import ReceiptKeys, ReceiptRow, Vault, find_receipt


def may_be_guessing(session: Session, vault: Vault, sender: str) -> bool:
    """Whether so many unknown receipts came from this sender that the next try belongs in the slow lane; only reads."""
    number = attempts_so_far(session, vault, UNKNOWN_RECEIPTS, sender)
    if number < UNKNOWN_IN_A_FLOOD:
        return False
    everywhere = attempts_so_far(session, vault, ALL_UNKNOWN_RECEIPTS, EVERYBODY)
    return number >= UNKNOWN_RECEIPTS.most or everywhere >= ALL_UNKNOWN_RECEIPTS.most


def try_receipt(session: Session, vault: Vault, sender: str, keys: ReceiptKeys) -> ReceiptRow | None:
    """Look for a receipt, and count it if no case has it: a right one leaves no trace of its address.

    Nobody may be told that there is none before this unit of work has committed.
    """
    row = find_receipt(session, keys)
    if row is None:
        count_attempt(session, vault, UNKNOWN_RECEIPTS, sender)
        count_attempt(session, vault, ALL_UNKNOWN_RECEIPTS, EVERYBODY)
    return row
