"""What others wrote over a clock: what it is taken to ask for, and of whom, so that somebody is asked whatever they made of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, inspect, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Offer
from app.cases.enums import ClockKind, ClockState, OfferState, State, Who
from app.vault import KeyHolder, holder_of, row_fits

ASKING = (ClockState.RUNNING, ClockState.MISSED)
"""A missed clock still asks for the same thing; only what was met, passed on or paused stops waiting."""

ON_THE_WAY = frozenset({ClockKind.ACCEPT, ClockKind.PLACE})
BY_THE_HOLDER = frozenset({Who.PARTNER, Who.COMPANY})
"""Whose clocks whoever has a case has to see to: their own, and what the company owes them."""

_KINDS = frozenset(ClockKind)


def was(holder: KeyHolder, values: Mapping[Any, Any], state: ClockState) -> bool:
    """Whether this deployment wrote a clock with these values, but for its state, which was this one."""
    return row_fits(holder, Clock, {**values, "state": state})


def what_it_asks(session: Session, values: Mapping[Any, Any]) -> dict[str, Any]:
    """The kind of a clock that others wrote and who has to see to it: nothing for which nobody is asked where its case stands."""
    kind = _kind_before(holder_of(session), values) or _kind_that_asks(session, values)
    if kind is ClockKind.PLACE:
        return {"kind": kind, "who": Who.COORDINATOR}
    return {"kind": kind, "who": values["who"] if values["who"] in BY_THE_HOLDER else Who.PARTNER}


def _kind_before(holder: KeyHolder, values: Mapping[Any, Any]) -> ClockKind | None:
    """The kind with which this deployment wrote it, where nothing else was changed but its state."""
    written = ({**values, "kind": kind} for kind in ClockKind)
    return next(
        (each["kind"] for each in written if any(was(holder, each, state) for state in ClockState)), None
    )


def _kind_that_asks(session: Session, values: Mapping[Any, Any]) -> ClockKind:
    """What nobody can tell any more is asked as an answer to the worker, and of a case that waits with custody as its placing."""
    kind, asked = values["kind"], _asked_beside(session, values)
    state = session.scalars(select(Case.state).where(Case.id == values["case_id"])).first()
    if state is State.RECEIVED and ClockKind.PLACE not in asked and not _kept_ready(session, values):
        return ClockKind.PLACE
    if kind in _KINDS - ON_THE_WAY:
        return ClockKind(kind)
    being_asked = state is State.OFFERED and kind is ClockKind.ACCEPT and ClockKind.ACCEPT not in asked
    return ClockKind.ACCEPT if being_asked else ClockKind.ACKNOWLEDGE


def _asked_beside(session: Session, values: Mapping[Any, Any]) -> set[ClockKind]:
    """What the other clocks of the case ask for that are as this deployment wrote them."""
    others = select(*inspect(Clock).columns).where(
        Clock.case_id == values["case_id"], Clock.id != values["id"], Clock.state.in_(ASKING)
    )
    holder = holder_of(session)
    found = session.execute(others).mappings()
    return {row["kind"] for row in found if row_fits(holder, Clock, row)}


def _kept_ready(session: Session, values: Mapping[Any, Any]) -> bool:
    """Whether partners stand by, while the worker answers by text: nobody has to place the case then."""
    standby = exists().where(Offer.case_id == values["case_id"], Offer.state == OfferState.STANDBY)
    return bool(session.scalar(select(standby)))
