"""A helper adds a date that the world sets, or removes one that does not hold any more."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import OutsideDate, change_case, known_dates, place_of_date
from app.cases.clocks import next_warning
from app.cases.enums import OutsideDateKind
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault, journal

MOST_DATES = 20
"""Of one case at a time; each is looked at wherever the case stands in a list."""

_FURTHEST = timedelta(days=3653)


class DateIsPast(Exception):
    """The day has passed everywhere, so nobody could be reminded of it."""


class DateTooFar(Exception):
    """More than ten years ahead: the year was mistyped."""


class DateWasRemoved(Exception):
    """This very form added it before, and somebody has removed it since."""


class TooManyDates(Exception):
    """The case has `MOST_DATES` already."""


def add_outside_date(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    kind: OutsideDateKind,
    on: date,
    submission_id: UUID,
) -> None:
    """Add a date to the case, once however often it is sent.

    Raises `DateWasRemoved`, `DateIsPast`, `DateTooFar`, `TooManyDates` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    before = session.get(OutsideDate, (case.id, submission_id))
    if before is not None and before.ended_hour is not None:
        raise DateWasRemoved
    if before is not None:
        return
    now = clock.now()
    # It is still yesterday somewhere west of here.
    if on < now.date() - timedelta(days=1):
        raise DateIsPast
    if on > (now + _FURTHEST).date():
        raise DateTooFar
    if len(known_dates(session, vault, [case.id]).get(case.id, ())) >= MOST_DATES:
        raise TooManyDates
    session.add(
        OutsideDate(
            case_id=case.id,
            id=submission_id,
            date_veil=vault.veil_json(
                place_of_date(case.id, submission_id), {"kind": kind.value, "on": on.isoformat()}
            ),
            warn_at=next_warning(on, now),
            added_hour=clock.hour_of(now),
        )
    )
    case.count_edit()
    journal(session, vault, case_id, "case.date_added", by.actor, {"date": str(submission_id)})


def end_outside_date(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, date_id: UUID) -> None:
    """Remove a date, which stays in the database as evidence; one that is gone stays gone. Raises as `change_case`."""
    case = change_case(session, by, case_id)
    row = session.get(OutsideDate, (case.id, date_id))
    if row is None or row.ended_hour is not None:
        return
    row.ended_hour, row.warn_at = clock.hour_of(clock.now()), None
    case.count_edit()
    journal(session, vault, case_id, "case.date_removed", by.actor, {"date": str(date_id)})
