"""Who is away hands over: open cases and own next steps go to one colleague, where they may read them; the others stay."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cases.case import (
    Case,
    Escalation,
    Happened,
    Task,
    assign,
    change_case,
    holders_of,
    note,
    open_tasks,
    seen_by,
)
from app.cases.desk.tasks import hand_over_task
from app.cases.enums import Rung, RungState
from app.database import CaseId, MemberId
from app.network import SignedIn
from app.vault import Vault, is_sound


@dataclass(frozen=True)
class OwnCase:
    """An open case that a member works on, or in which a next step is theirs."""

    id: CaseId
    reference: str


def own_open_cases(session: Session, vault: Vault, by: SignedIn) -> tuple[OwnCase, ...]:
    """The open cases that they can open and that are theirs, or a next step in them is; by reference."""
    their_step = select(Task.case_id).where(Task.member_id == by.member.id, Task.ended_hour.is_(None))
    query = select(Case).where(
        or_(Case.assignee_id == by.member.id, Case.id.in_(their_step)),
        Case.is_open,
        Case.organisation_id == by.organisation.id,
    )
    found = seen_by(session, vault, holders_of(session, by), session.scalars(query).all())
    return tuple(
        sorted((OwnCase(CaseId(case.id), case.reference) for case in found), key=lambda each: each.reference)
    )


def hand_over(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, member_id: MemberId) -> bool:
    """Give one's own case to a colleague, with what its ladder asks of oneself, and one's next steps; False where none is theirs.

    Raises `CannotBeAssigned` where the colleague may not read it, and as `change_case`.
    """
    case = change_case(session, by, case_id)
    if member_id == by.member.id:
        return False
    tasks = open_tasks(session, vault, select(Case.id).where(Case.id == case.id))
    own = [task for task in tasks if task.member_id == by.member.id]
    is_theirs = case.assignee_id == by.member.id
    if is_theirs:
        assign(session, vault, by, case_id, member_id)
        _hand_over_rung(session, vault, by, case, member_id)
    for task in own:
        hand_over_task(session, vault, by, case_id, task.id, member_id)
    return is_theirs or bool(own)


def _hand_over_rung(session: Session, vault: Vault, by: SignedIn, case: Case, member_id: MemberId) -> None:
    asked = session.scalars(
        select(Escalation).where(
            Escalation.case_id == case.id,
            Escalation.rung == Rung.HELPER,
            Escalation.state == RungState.ASKED,
            Escalation.member_id == by.member.id,
        )
    ).one_or_none()
    if asked is None or not is_sound(vault, asked):
        return
    asked.member_id = member_id
    session.flush()
    # Who is asked now is told as whoever was asked before.
    note(session, vault, Happened.LATE, case)
