"""Dates that others put off past us: later than any that begins now."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Clock, Offer
from app.cases.clocks.planning import due_after
from app.cases.clocks.written_over import ASKING
from app.cases.enums import ClockKind, ClockState, OfferState, State
from app.cases.rules import Deadlines

_APART = timedelta(hours=2)  # the clocks of a machine and of the zones
_ASKED_BY = (
    # A clock has a MAC as no offer's own date has, and nobody is given longer than it says.
    select(Case.reference, Offer.expires_at, func.max(Clock.due_at).label("due_at"))
    .join(Offer, Offer.case_id == Case.id)
    .join(Clock, Clock.case_id == Case.id)
    .where(Case.state == State.OFFERED, Offer.state == OfferState.OFFERED, Offer.expires_at.is_not(None))
    .where(Clock.kind == ClockKind.ACCEPT, Clock.state.in_(ASKING))
    .group_by(Case.reference, Offer.id, Offer.expires_at)
)


def put_off(session: Session, deadlines: Deadlines) -> list[str]:
    """The references of cases of which a running clock, or an offer, is due later than any that begins now: somebody moved it."""
    now, calendars = clock.now(), deadlines.every_calendar(_zones_now(clock.now()))
    found: set[str] = set()
    for deadline in deadlines.clocks:
        durations = [*deadline.durations.values(), *deadlines.asked_by_laws(deadline.kind)]
        latest = max(due_after(now, duration, calendar) for duration in durations for calendar in calendars)
        moved = select(Case.reference).join(Clock, Clock.case_id == Case.id)
        running = (Clock.kind == deadline.kind, Clock.state == ClockState.RUNNING)
        found.update(session.scalars(moved.where(*running, Clock.due_at > latest + _APART)))
        if deadline.kind is ClockKind.ACCEPT:
            put = select(Case.reference).join(Offer, Offer.case_id == Case.id)
            asked = (Offer.state == OfferState.OFFERED, Offer.expires_at > latest + _APART)
            found.update(session.scalars(put.where(*asked)))
            asked_by = session.execute(_ASKED_BY).all()
            found.update(each.reference for each in asked_by if each.expires_at > each.due_at + _APART)
    return sorted(found)


def _zones_now(moment: datetime) -> frozenset[timezone]:
    """Every distance from UTC that some clocks of the world have at the moment: a working day begins by one of them."""
    offsets = (moment.astimezone(ZoneInfo(name)).utcoffset() for name in available_timezones())
    return frozenset(timezone(offset) for offset in offsets if offset is not None)
