"""By when the coordinator's people were asked again to place cases that wait with them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Clock, Escalation
from app.cases.enums import ClockKind, ClockState, RungState
from app.database import is_one_of
from app.vault import Vault, sound


def asked_to_place_by(session: Session, vault: Vault, case_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Of each of these cases by when somebody who was asked because nobody placed it has to act; one statement."""
    query = (
        select(Escalation)
        .join(Clock, (Clock.case_id == Escalation.case_id) & (Clock.id == Escalation.clock_id))
        .where(
            is_one_of(session, Escalation.case_id, case_ids),
            Escalation.state.in_((RungState.ASKED, RungState.LAST)),
        )
        .where(Clock.kind == ClockKind.PLACE, Clock.state == ClockState.MISSED)
    )
    standing = sorted(
        sound(vault, session.scalars(query).all()),
        key=lambda rung: (rung.state is RungState.ASKED, rung.due_at),
    )
    return {rung.case_id: rung.due_at for rung in standing}
