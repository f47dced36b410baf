"""What became of the calls to providers, written down for a whole batch in one short unit of work."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, select
from sqlalchemy.orm import Session

from app import clock
from app.database import Lock, insert_into, locking
from app.messaging.delivery import UNCLEAR_REASON, UNHEARD, Delivery
from app.messaging.models import OutgoingStep, OutgoingText
from app.messaging.queue import note_unheard
from app.messaging.receiving import move_on, remember_stop
from app.vault import Vault, sound

MOST_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)
_LOOK_AGAIN = timedelta(seconds=30)
_LONGEST_REASON = 60


@dataclass(frozen=True)
class SendOutcome:
    """What a claimed text came to: a state for good or for now, the provider's id and reason where there are any.

    WAITING and UNCLEAR go back to the queue: after a failed attempt with a growing pause, else after `pause`.
    """

    id: UUID
    state: Delivery
    reason: str | None = None
    provider_id: str | None = None
    attempted: bool = False
    pause: timedelta = timedelta()


def record(session: Session, vault: Vault, claim_id: UUID, outcomes: Sequence[SendOutcome]) -> None:
    """Write down a batch; what a report said meanwhile stays where it is further, and a claim that was lost sets nothing back."""
    told = {outcome.id: outcome for outcome in outcomes}
    # Phones first, in the order of their keys, and then texts likewise: as everybody does who locks both.
    for phone_id in _phones_that_stopped(session, vault, outcomes):
        remember_stop(session, vault, phone_id)
    locking(session, Lock.TEXT)
    rows = session.scalars(
        select(OutgoingText)
        .where(OutgoingText.id.in_(list(told)))
        .order_by(OutgoingText.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    taken = _taken_by_others(session, rows, told)
    steps: list[tuple[UUID, Delivery, str | None]] = []
    for row in rows:
        outcome = told[row.id]
        if outcome.provider_id is not None and outcome.provider_id in taken:
            # Another text of ours has this id: which of the two the provider means, only a person can find out.
            outcome = SendOutcome(row.id, Delivery.FAILED, UNCLEAR_REASON)
        if outcome.provider_id is not None and row.provider_id is None:
            row.provider_id, row.redacted = outcome.provider_id, False
        ours = row.claim_id == claim_id
        if outcome.state in (Delivery.WAITING, Delivery.UNCLEAR):
            outcome = _put_back(row, outcome) if ours else outcome
        if outcome.state is Delivery.WAITING or not (ours or outcome.provider_id):
            continue
        if move_on(row, outcome.state) and outcome.reason is not None:
            row.reason = outcome.reason[:_LONGEST_REASON]
        if row.state is not Delivery.UNCLEAR:
            row.claim_id = None
        steps.append((row.id, outcome.state, outcome.reason))
    session.flush()
    note_unheard(session, vault, [row.id for row in rows if row.state in UNHEARD])
    write_steps(session, steps)


def write_steps(session: Session, steps: Iterable[tuple[UUID, Delivery, str | None]]) -> None:
    """Add states to the histories of texts; one that a text had before stays as it is."""
    hour = clock.hour_of(clock.now())
    rows: list[dict[str, Any]] = [
        {"text_id": text_id, "state": state, "hour": hour, "reason": reason and reason[:_LONGEST_REASON]}
        for text_id, state, reason in steps
    ]
    if rows:
        session.connection().execute(_new_steps(session.get_bind().dialect.name), rows)


@cache
def _new_steps(database: str) -> Insert:
    return insert_into(OutgoingStep, database).on_conflict_do_nothing()


def _put_back(row: OutgoingText, outcome: SendOutcome) -> SendOutcome:
    """Let a text of ours be claimed again later, unless it was tried often enough: then what it came to."""
    row.claim_id = None
    row.attempts += outcome.attempted
    may_be_out = Delivery.UNCLEAR in (row.state, outcome.state)
    # One that may be out is looked for once more after its last attempt; when not even that works, nobody knows.
    if row.attempts >= MOST_ATTEMPTS + may_be_out:
        return SendOutcome(row.id, Delivery.FAILED, UNCLEAR_REASON if may_be_out else outcome.reason)
    if outcome.reason is not None:
        row.reason = outcome.reason[:_LONGEST_REASON]
    if row.state is Delivery.CLAIMED:
        row.state = outcome.state
    row.due_at = clock.now() + (_pause_after(row) if outcome.attempted else outcome.pause)
    return outcome


def _pause_after(row: OutgoingText) -> timedelta:
    grown: timedelta = _FIRST_PAUSE * 2 ** (row.attempts - 1)
    if row.state is Delivery.UNCLEAR:
        # Time for the provider to finish what it may be doing, before it is asked.
        grown = max(grown, _LOOK_AGAIN)
    # Never all at once: what failed together would come back together.
    jitter: float = random.uniform(0.75, 1.25)  # noqa: S311 - a pause is no secret
    return min(grown, _LONGEST_PAUSE) * jitter


def _phones_that_stopped(session: Session, vault: Vault, outcomes: Sequence[SendOutcome]) -> list[UUID]:
    stopped = [
        outcome.id for outcome in outcomes if outcome.state is Delivery.OPTED_OUT and outcome.attempted
    ]
    if not stopped:
        return []
    texts = session.scalars(select(OutgoingText).where(OutgoingText.id.in_(stopped)))
    return sorted({text.phone_id for text in sound(vault, texts) if text.phone_id is not None})


def _taken_by_others(
    session: Session, rows: Sequence[OutgoingText], told: dict[UUID, SendOutcome]
) -> set[str]:
    """Ids of this batch that stand on other rows already, or on two rows of it."""
    mine: dict[tuple[str, str], UUID] = {}
    twice: set[str] = set()
    for row in rows:
        provider_id = told[row.id].provider_id
        if provider_id is not None and mine.setdefault((row.gateway, provider_id), row.id) != row.id:
            twice.add(provider_id)
    if not mine:
        return twice
    query = select(OutgoingText.gateway, OutgoingText.provider_id, OutgoingText.id).where(
        OutgoingText.gateway.in_({gateway for gateway, _ in mine}),
        OutgoingText.provider_id.in_({provider_id for _, provider_id in mine}),
    )
    for gateway, provider_id, text_id in session.execute(query):
        if provider_id is not None and mine.get((gateway, provider_id), text_id) != text_id:
            twice.add(provider_id)
    return twice
