"""Of cases that a query found by their grants: those whose own row and grant this deployment wrote."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cases.case.access import NOT_CUSTODY
from app.cases.case.models import Case
from app.cases.enums import State
from app.database import is_one_of
from app.vault import (
    GRANT_COLUMNS,
    GrantRow,
    GrantState,
    Vault,
    is_sound,
    row_fits,
    stands_as_read,
    with_heads,
)


def seen_by(session: Session, vault: Vault, holders: Iterable[UUID], cases: Sequence[Case]) -> list[Case]:
    """Of cases that `granted` found, those whose row and grant this deployment wrote; in one more statement."""
    standing = standing_grants(session, vault, holders, [case.id for case in cases])
    return [case for case in cases if is_seen(vault, case, standing)]


def is_seen(vault: Vault, case: Case, standing: set[tuple[UUID, str]]) -> bool:
    """Whether a case is ours and one of these `standing_grants` lets its holder see it."""
    needed = GrantState.OFFERED if case.state is State.OFFERED else GrantState.LIVE
    return (case.id, needed.value) in standing and is_sound(vault, case)


CASE_COLUMNS = tuple(column for column in Case.__table__.c if column.name not in Case.FREE)
"""What a case's MAC covers, and the MAC: for a query that reads hundreds of rows without making an object of each."""

_CASE_NAMES = tuple(column.name for column in CASE_COLUMNS)


def is_seen_as_read(vault: Vault, row: Sequence[Any], standing: set[tuple[UUID, str]]) -> bool:
    """As `is_seen`, of a row of `CASE_COLUMNS`."""
    values = dict(zip(_CASE_NAMES, row, strict=True))
    needed = GrantState.OFFERED if values["state"] is State.OFFERED else GrantState.LIVE
    return (values["id"], needed.value) in standing and row_fits(vault, Case, values)


def standing_grants(
    session: Session, vault: Vault, holders: Iterable[UUID], case_ids: Collection[UUID] | Select[UUID]
) -> set[tuple[UUID, str]]:
    """For which of these cases these holders have a grant that this deployment wrote, and in which state."""
    of_cases = (
        GrantRow.case_id.in_(case_ids)
        if isinstance(case_ids, Select)
        else is_one_of(session, GrantRow.case_id, case_ids)
    )
    found = session.execute(
        with_heads(
            select(*GRANT_COLUMNS).where(
                of_cases,
                GrantRow.holder_id.in_(tuple(holders)),
                GrantRow.state != GrantState.ENDED,
                NOT_CUSTODY,
            )
        )
    )
    return {(row.case_id, row.state) for row in found if stands_as_read(vault, row)}
