"""Clocks whose own ids others spoilt: two of a case read as one, and neither may go with the other."""

from collections.abc import Sequence

from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock
from app.database import READS, has_id, new_id


def named_anew(session: Session, case: Case) -> Sequence[Clock]:
    """All the clocks of a case, the earliest first, those without an id under new ones: no MAC fits these, so they count as missed.

    Where something may be stored they keep the new ones; where not, those are no rows of the session.
    """
    of_case, ordered = Clock.case_id == case.id, (Clock.due_at, Clock.kind)
    if session.info.get(READS):
        sound = session.scalars(select(Clock).where(of_case, has_id(Clock.id)).order_by(*ordered)).all()
        columns = inspect(Clock).columns
        others = session.execute(select(*columns).where(of_case, ~has_id(Clock.id)).order_by(*ordered))
        named = [Clock(**{**row, "id": new_id()}) for row in others.mappings()]
        return sorted([*sound, *named], key=lambda row: (row.due_at, row.kind))
    for row in [row for row in session.identity_map.values() if isinstance(row, Clock) and not row.id.int]:
        session.expunge(row)
    # By what they are, as no statement finds one of them by its id: only SQLite holds such a row.
    drawn = func.lower(func.hex(func.randomblob(16)))
    change = update(Clock).where(of_case, ~has_id(Clock.id)).values(id=drawn)
    session.execute(change.execution_options(synchronize_session=False))
    found = select(Clock).where(of_case).order_by(*ordered)
    return session.scalars(found.execution_options(populate_existing=True)).all()
