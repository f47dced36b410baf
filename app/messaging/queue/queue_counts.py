"""How many texts do not go as they should, for the operator: counts by state only."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.messaging.delivery import UNCLEAR_REASON, Delivery
from app.messaging.models import OutgoingText


@dataclass(frozen=True)
class QueueCounts:
    """Texts that wait though they are due, that may be out though nobody knows, and that failed for good."""

    due: int
    unclear: int
    failed: int


def count_queue(session: Session) -> QueueCounts:
    """Count what an operator should look at; what waits for its time is not counted, and costs nothing."""
    unclear_for_good = OutgoingText.reason == UNCLEAR_REASON
    failed = _count(OutgoingText.state.in_((Delivery.FAILED, Delivery.UNDELIVERED)))
    given_up = session.scalar(_count(OutgoingText.state == Delivery.FAILED).where(unclear_for_good)) or 0
    being_found_out = session.scalar(_count(OutgoingText.state == Delivery.UNCLEAR)) or 0
    due = _count(OutgoingText.state == Delivery.WAITING).where(OutgoingText.due_at <= clock.now())
    return QueueCounts(
        due=session.scalar(due) or 0,
        unclear=being_found_out + given_up,
        failed=(session.scalar(failed) or 0) - given_up,
    )


def _count(which: Any) -> Select[int]:
    return select(func.count()).select_from(OutgoingText).where(which)
