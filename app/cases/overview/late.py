"""What is late where: for each partner how many cases, by who was asked of them last."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Escalation
from app.cases.clocks import climbs
from app.cases.enums import ClockState, Rung, RungState, State, Who
from app.vault import Vault, row_fits

# So that rows which others plant make the page no slower than that.
_LOOKED_AT = 5_000

_CASES, _RUNGS = Case.__table__, Escalation.__table__
# Narrow, since a case may be late for several things: its own row is read once.
_LATE = (
    select(Clock.case_id, Clock.id, Clock.kind, Clock.who, Case.state)
    .join(Case, Case.id == Clock.case_id)
    .where(Clock.state == ClockState.MISSED, Case.is_open, Case.stopped_hour.is_(None), ~Case.practice)
    # In no order: others' rows must not stand before ours each time.
    .order_by(func.random())
)
_STANDING = select(_RUNGS).where(Escalation.state.in_((RungState.ASKED, RungState.LAST)))


@dataclass(frozen=True)
class LateAt:
    """How many cases one partner is late with, by who was asked last; None stands for nobody yet.

    Where `organisation_id` is None no partner has them, and it is the coordinator who is late.
    """

    organisation_id: UUID | None
    asked: Mapping[Rung | None, int]

    @property
    def total(self) -> int:
        """How many they are."""
        return sum(self.asked.values())


@dataclass(frozen=True)
class Lateness:
    """Whoever is late, the most first; `more` where only the first thousands were counted."""

    places: tuple[LateAt, ...]
    more: bool


def late_by_partner(session: Session, vault: Vault) -> Lateness:
    """Count each late case once. A case or a rung that others wrote counts for nothing; clocks carry no MAC."""
    found = session.execute(_LATE.limit(_LOOKED_AT + 1)).all()
    late: dict[UUID, set[UUID]] = defaultdict(set)
    for row in found[:_LOOKED_AT]:
        # Where the company lets its date pass the partner is asked to see to it, and late with nothing.
        if row.who is not Who.COMPANY and climbs(row.kind, row.who, row.state):
            late[row.case_id].add(row.id)
    asked = _asked_last(session, vault, late)
    counted: dict[UUID | None, Counter[Rung | None]] = defaultdict(Counter)
    for case in session.connection().execute(select(_CASES).where(Case.id.in_(late))).mappings():
        if row_fits(vault, Case, case):
            where = None if case["state"] is State.RECEIVED else case["organisation_id"]
            counted[where][asked.get(case["id"])] += 1
    places = (LateAt(where, dict(rungs)) for where, rungs in counted.items())
    return Lateness(tuple(sorted(places, key=lambda place: -place.total)), len(found) > _LOOKED_AT)


def _asked_last(session: Session, vault: Vault, late: Mapping[UUID, set[UUID]]) -> dict[UUID, Rung]:
    """Of each case who stands on a rung: whoever has their time still, before whoever let it pass as the last one."""
    standing = session.connection().execute(_STANDING.where(Escalation.case_id.in_(late))).mappings()
    ours = [
        rung
        for rung in standing
        if rung["clock_id"] in late[rung["case_id"]] and row_fits(vault, Escalation, rung)
    ]
    ours.sort(key=lambda rung: (rung["state"] is RungState.ASKED, rung["due_at"]))
    return {rung["case_id"]: rung["rung"] for rung in ours}
