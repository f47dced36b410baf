"""What is late where: for each partner how many cases, by who was asked of them last."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Escalation
from app.cases.clocks import climbs
from app.cases.enums import ClockState, Rung, RungState, State
from app.vault import Vault, row_fits

# So that rows which others plant make the page no slower than that.
_LOOKED_AT = 5_000

_CASES, _RUNGS = Case.__table__, Escalation.__table__
_OF_RUNG = {f"rung_{column.name}": column.name for column in _RUNGS.columns}
_STANDING = and_(
    Escalation.case_id == Clock.case_id,
    Escalation.clock_id == Clock.id,
    Escalation.state.in_((RungState.ASKED, RungState.LAST)),
)
_LATE = (
    select(
        _CASES,
        Clock.kind.label("clock_kind"),
        Clock.who.label("clock_who"),
        *(_RUNGS.c[name].label(label) for label, name in _OF_RUNG.items()),
    )
    .join(Clock, Clock.case_id == Case.id)
    .outerjoin(Escalation, _STANDING)
    .where(Clock.state == ClockState.MISSED, Case.is_open, Case.stopped_hour.is_(None), ~Case.practice)
    # In no order: others' rows must not stand before ours each time.
    .order_by(func.random())
)


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
    found = session.connection().execute(_LATE.limit(_LOOKED_AT + 1)).mappings().all()
    late: dict[UUID, list[RowMapping]] = defaultdict(list)
    for row in found[:_LOOKED_AT]:
        if climbs(row["clock_kind"], row["clock_who"], row["state"]):
            late[row["id"]].append(row)
    counted: dict[UUID | None, Counter[Rung | None]] = defaultdict(Counter)
    for rows in late.values():
        case = rows[0]
        if row_fits(vault, Case, case):
            where = None if case["state"] is State.RECEIVED else case["organisation_id"]
            counted[where][_asked_last(vault, rows)] += 1
    places = (LateAt(where, dict(asked)) for where, asked in counted.items())
    return Lateness(tuple(sorted(places, key=lambda place: -place.total)), len(found) > _LOOKED_AT)


def _asked_last(vault: Vault, rows: Iterable[RowMapping]) -> Rung | None:
    """Who stands on a rung: whoever has their time still, before whoever let it pass as the last one."""
    rungs = [{name: row[label] for label, name in _OF_RUNG.items()} for row in rows if row["rung_id"]]
    ours = [rung for rung in rungs if row_fits(vault, Escalation, rung)]
    ours.sort(key=lambda rung: (rung["state"] is not RungState.ASKED, rung["due_at"]))
    return ours[0]["rung"] if ours else None
