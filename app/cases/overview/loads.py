"""How much each partner has to do, counted by the database: no row is looked at one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.cases.case import Case
from app.cases.clocks import NOT_HELD
from app.cases.enums import State, Urgency

_URGENT = (Urgency.DANGER, Urgency.URGENT)
_HELD = Case.state.not_in(tuple(NOT_HELD))


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


_LOADS = (
    select(
        Case.organisation_id,
        _how_many(_HELD).label("held"),
        _how_many(and_(_HELD, Case.urgency.in_(_URGENT))).label("urgent"),
        _how_many(Case.state == State.OFFERED).label("offered"),
        _how_many(and_(_HELD, Case.assignee_id.is_(None))).label("without_helper"),
    )
    .where(Case.organisation_id.is_not(None), Case.is_open, Case.stopped_hour.is_(None), ~Case.practice)
    .group_by(Case.organisation_id)
)


# Offered to another one at once, which stands first on the case.
_ASKED_BESIDE = (
    select(Case.also_asked_id, func.count().label("offered"))
    .where(Case.also_asked_id.is_not(None), Case.state == State.OFFERED)
    .where(Case.is_open, Case.stopped_hour.is_(None), ~Case.practice)
    .group_by(Case.also_asked_id)
)


@dataclass(frozen=True)
class Load:
    """Of one partner: the open cases that it has, those of them that are urgent or danger, and those that nobody there works on.

    `offered` are beside these: it was asked and has not said yet whether it takes them.
    """

    held: int = 0
    urgent: int = 0
    offered: int = 0
    without_helper: int = 0


def loads(session: Session) -> Mapping[UUID, Load]:
    """Of every organisation that has or was offered an open case. Practice and what its worker took back are left out."""
    counted = {
        row.organisation_id: Load(row.held, row.urgent, row.offered, row.without_helper)
        for row in session.execute(_LOADS)
    }
    for row in session.execute(_ASKED_BESIDE):
        load = counted.get(row.also_asked_id, Load())
        counted[row.also_asked_id] = replace(load, offered=load.offered + row.offered)
    return counted
