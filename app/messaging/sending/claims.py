"""Which dispatcher sends which text: claimed in batches, and taken over from one that died.

A claim carries no time. Wall clocks of several hosts differ and jump, so whoever wants to take a batch over has to see the very
same claim for as long as it may last on its own monotonic clock, and its owner stops calling the provider well before that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Database, chosen_once, has_id
from app.messaging.delivery import Delivery
from app.messaging.models import OutgoingText
from app.messaging.sending.recording import write_steps

_UNDERWAY = (Delivery.CLAIMED, Delivery.UNCLEAR)
_DUE = (Delivery.UNCLEAR, Delivery.WAITING)  # what may already be out is looked for first


@dataclass(frozen=True)
class Pace:
    """How many texts a dispatcher claims and hands over at a time, and for how long: seconds on a monotonic clock.

    `call_seconds` is more than any call to a gateway can take, and a call may only begin while that much is left of its claim.
    """

    batch: int = 64
    at_once: int = 16
    claim_seconds: float = 150.0
    call_seconds: float = 60.0
    # Between the end of a claim and its taking over, for a process that was put to sleep between looking and calling.
    grace_seconds: float = 10.0


PACE = Pace()


@dataclass(frozen=True)
class Claim:
    """A batch of texts that is ours until the claim runs out."""

    id: UUID
    began: float
    texts: tuple[UUID, ...]

    def leaves(self, seconds: float, pace: Pace) -> bool:
        """Whether so much is left of the claim."""
        return time.monotonic() + seconds < self.began + pace.claim_seconds


def claim_due(database: Database, pace: Pace) -> Claim | None:
    """Claim a batch of what is due, in one short unit of work; None when nothing is."""
    with database.reading() as session:
        # On SQLite a writer waits for its turn, which is not worth it every second for nothing.
        anything = select(OutgoingText.id).where(
            OutgoingText.state.in_(_DUE), OutgoingText.due_at <= clock.now(), OutgoingText.claim_id.is_(None)
        )
        if session.scalar(anything.limit(1)) is None:
            return None
    began, claim_id = time.monotonic(), uuid4()
    texts: list[UUID] = []
    with database.writing() as session:
        for state in _DUE:
            if len(texts) < pace.batch:
                texts += _claim(session, claim_id, state, pace.batch - len(texts))
    return Claim(claim_id, began, tuple(texts)) if texts else None


@dataclass
class ClaimWatch:
    """What one dispatcher has seen of everybody's claims; those that stay too long belong to somebody who died."""

    pace: Pace = PACE
    now: Callable[[], float] = time.monotonic
    _first_seen: dict[UUID, float] = field(default_factory=dict)

    def take_over(self, database: Database) -> int:
        """Give the texts of claims that ran out back to the queue, as ones that may be out already; how many."""
        seen_at = self.now()
        claimed = select(OutgoingText.claim_id).where(
            OutgoingText.state.in_(_UNDERWAY), OutgoingText.claim_id.is_not(None)
        )
        with database.reading() as session:
            claims = [claim_id for claim_id in session.scalars(claimed.distinct()) if claim_id is not None]
        self._first_seen = {claim_id: self._first_seen.get(claim_id, seen_at) for claim_id in claims}
        patience = self.pace.claim_seconds + self.pace.grace_seconds
        over = [claim_id for claim_id, first in self._first_seen.items() if seen_at - first >= patience]
        if not over:
            return 0
        values = {"state": Delivery.UNCLEAR, "claim_id": None, "due_at": clock.now()}
        freeing = (
            update(OutgoingText)
            .where(OutgoingText.claim_id.in_(over), OutgoingText.state.in_(_UNDERWAY))
            .values(values)
            .returning(OutgoingText.id)
        )
        with database.writing() as session:
            freed = session.scalars(freeing, execution_options={"synchronize_session": False}).all()
            write_steps(session, [(text_id, Delivery.UNCLEAR, None) for text_id in freed])
        return len(freed)


def _claim(session: Session, claim_id: UUID, state: Delivery, limit: int) -> list[UUID]:
    free = _due(state, clock.now()).limit(limit).with_for_update(skip_locked=True)
    # The state is asked for once more outside: a claimer that waited for another one's commit must find nothing left.
    values: dict[str, Any] = {"claim_id": claim_id}
    if state is Delivery.WAITING:
        values["state"] = Delivery.CLAIMED
    claiming = (
        update(OutgoingText)
        .where(
            OutgoingText.id.in_(chosen_once(free)),
            OutgoingText.state == state,
            OutgoingText.claim_id.is_(None),
        )
        .values(values)
        .returning(OutgoingText.id)
    )
    return list(session.scalars(claiming, execution_options={"synchronize_session": False}))


def _due(state: Delivery, at: datetime) -> Select[UUID]:
    return (
        select(OutgoingText.id)
        .where(OutgoingText.state == state, OutgoingText.due_at <= at, OutgoingText.claim_id.is_(None))
        .where(has_id(OutgoingText.id))
        .order_by(OutgoingText.due_at)
    )
