"""Reminding helpers of the dates that the world sets, before they come."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import case as either
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import WARNED_BEFORE, Case, Happened, OutsideDate, note, read_date
from app.cases.enums import State
from app.database import has_id
from app.vault import Vault

_NOBODY_HAS_IT = (State.RECEIVED, State.OFFERED)
_LOOKED_AT = 50
_OVER = -2
"""So many days before a date it has passed everywhere, see `KnownDate.over`."""


def next_warning(on: date, now: datetime) -> datetime | None:
    """When a helper is to be reminded next of a date, at the beginning of a day (UTC); None when the date is over.

    After the last reminder it is when the date is over: then who empties the column silences no reminder that was not given yet.
    """
    moments = (datetime.combine(on - timedelta(days=days), time(), UTC) for days in (*WARNED_BEFORE, _OVER))
    return next((moment for moment in moments if moment > now), None)


def remind_of_dates(session: Session, vault: Vault, limit: int) -> int:
    """Note for each date whose next reminder is due that it comes near, for at most so many; how many. Safe with several at once.

    After an outage one reminder is given and the ones that were missed are not made up for; none of a day that is over. While
    nobody could be told, a reminder waits: whoever has the case next is told once. No MAC covers when the next one is due: of those
    that seem not to be due some are looked at each time, and one that others emptied or put off is given now.
    """
    now = clock.now()
    due = (
        select(OutsideDate, Case)
        .join(Case, Case.id == OutsideDate.case_id)
        .where(OutsideDate.ended_hour.is_(None), has_id(Case.id), has_id(OutsideDate.id))
        .where(Case.is_open, Case.stopped_hour.is_(None), ~Case.practice)
        .where(Case.organisation_id.is_not(None), Case.state.not_in(_NOBODY_HAS_IT))
        # In no order: rows of others stay due for ever, and must not stand before ours each time.
        .order_by(either((OutsideDate.warn_at <= now, 0), else_=1), func.random())
        .limit(max(limit, _LOOKED_AT))
        # Whoever changes anything of a case locks its row first.
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    claimed = session.execute(due).all()
    # Their dates were read before their cases were locked: another dispatcher may have told of them and gone in between.
    anew = select(OutsideDate).where(OutsideDate.id.in_([row.id for row, _ in claimed]))
    session.scalars(anew.execution_options(populate_existing=True)).all()
    reminded = 0
    for row, case in claimed:
        known = read_date(vault, row)
        following = None if known is None else next_warning(known.on, now)
        if known is None or row.ended_hour is not None or row.warn_at == following:
            continue  # others wrote it, or it is not due any more: another dispatcher, or a helper, was here before
        row.warn_at = following
        if not known.over:
            note(session, vault, Happened.DATE_NEAR, case)
        reminded += 1
        if reminded == limit:
            break
    return reminded
