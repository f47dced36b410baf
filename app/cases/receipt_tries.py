"""Limits on trying receipts that do not exist. Asked before a receipt is hashed, so that being refused tells nothing about it."""

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
from app.vault import Vault


class ReceiptsRest(Exception):
    """Too many unknown receipts came from this sender: none is tried for it `until` then, a right one neither."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many unknown receipts")
        self.until = until


def check_receipt_tries(session: Session, vault: Vault, sender: str) -> None:
    """Raise `ReceiptsRest` when no receipt may be tried for this sender now; only reads."""
    unknown = attempts_so_far(session, vault, UNKNOWN_RECEIPTS, sender)
    if unknown < UNKNOWN_IN_A_FLOOD:
        return
    flooded = attempts_so_far(session, vault, ALL_UNKNOWN_RECEIPTS, EVERYBODY) >= ALL_UNKNOWN_RECEIPTS.most
    if flooded or unknown >= UNKNOWN_RECEIPTS.most:
        raise ReceiptsRest(window_end(UNKNOWN_RECEIPTS))


def count_unknown_receipt(session: Session, vault: Vault, sender: str) -> None:
    """Count a receipt that no case has; what was tried is not told before this has committed."""
    count_attempt(session, vault, UNKNOWN_RECEIPTS, sender)
    count_attempt(session, vault, ALL_UNKNOWN_RECEIPTS, EVERYBODY)
