"""A clock waits for a reason, where its law or the network's procedure lets it, and goes on with the time that it had left.

The reason is sealed into the thread as an internal note; that it waits, and since when, stands in the case's record.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Clock, change_case
from app.cases.clocks import ASKING, clocks_of, go_on, let_wait, store_next_date, waits
from app.cases.desk.answering import note, refuse_old_page
from app.cases.enums import ClockKind, ClockState
from app.cases.rules import Rules
from app.database import CaseId
from app.network import SignedIn
from app.vault import Vault, journal

_HOUR = timedelta(hours=1)


class MayNotPause(Exception):
    """The clock is not running, no rule lets it wait, or the case would be left without a next date."""


class NotPaused(Exception):
    """No helper made that clock wait."""


def pause_clock(  # noqa: PLR0913 - what makes a clock wait, each by its name
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    case_id: CaseId,
    kind: ClockKind,
    reason: str,
    submission_id: UUID,
    seen_version: int | None,
) -> None:
    """Let a clock wait; sent twice it waits once.

    Raises `MayNotPause`, `EmptyText`, `TextTooLong`, `AlreadySent`, `CaseMovedOn` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    clocks = clocks_of(session, case)
    found = next((row for row in clocks if row.kind is kind and row.state is ClockState.RUNNING), None)
    if found is None and _paused(clocks, kind) is not None:
        # Sent twice it is kept once; another reason is kept too.
        note(session, vault, by, case_id, reason, submission_id)
        return
    refuse_old_page(case, seen_version)
    if found is None or not rules.deadlines.may_pause(kind, found.law):
        raise MayNotPause
    if not any(row.state in ASKING and row is not found for row in clocks):
        raise MayNotPause
    note(session, vault, by, case_id, reason, submission_id)
    let_wait(found)
    store_next_date(session, case)
    case.count_edit()
    journal(session, vault, case_id, "clock.paused", by.actor, {"clock": kind.value})


def resume_paused(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, kind: ClockKind, seen_version: int | None
) -> None:
    """Let a clock go on with the time that it had left; sent twice it goes on once.

    Raises `NotPaused`, `CaseMovedOn` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    clocks = clocks_of(session, case)
    found = _paused(clocks, kind)
    if found is None:
        if any(row.kind is kind and row.state in ASKING for row in clocks):
            return
        raise NotPaused
    refuse_old_page(case, seen_version)
    waited = go_on(found)
    store_next_date(session, case)
    case.count_edit()
    journal(
        session,
        vault,
        case_id,
        "clock.resumed",
        by.actor,
        {"clock": kind.value, "hours": waited // _HOUR},
    )


def _paused(clocks: Iterable[Clock], kind: ClockKind) -> Clock | None:
    return next((row for row in clocks if row.kind is kind and waits(row)), None)
