"""Open cases and own next steps go to one colleague, where that one may read them; the others stay.

Who is away gives their own; a lead gives those of a colleague who cannot, as somebody who fell ill.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cases.case import (
    CannotBeAssigned,
    Case,
    Escalation,
    Happened,
    Task,
    holders_of,
    holders_of_member,
    lock_cases,
    note,
    open_tasks,
    refuse_viewers,
    seen_by,
    standing_grants,
)
from app.cases.clocks import NOT_HELD
from app.cases.enums import Rung, RungState
from app.database import CaseId, MemberId
from app.network import Member, MemberState, Role, SignedIn, require_lead
from app.vault import CaseAct, GrantState, Vault, is_sound, journal_many


@dataclass(frozen=True)
class OwnCase:
    """An open case that a member works on, or in which a next step is theirs."""

    id: CaseId
    reference: str


@dataclass(frozen=True)
class HandedOver:
    """How many cases went to the colleague, and which stayed, because that one may not read them."""

    number: int
    stayed: tuple[OwnCase, ...]


def open_cases_of(session: Session, vault: Vault, by: SignedIn, of: MemberId) -> tuple[OwnCase, ...]:
    """The open cases that whoever asks can open and that are this member's, or a next step in them is; by reference."""
    their_step = select(Task.case_id).where(Task.member_id == of, Task.ended_hour.is_(None))
    query = select(Case).where(
        or_(Case.assignee_id == of, Case.id.in_(their_step)),
        Case.is_open,
        Case.organisation_id == by.organisation.id,
    )
    found = seen_by(session, vault, holders_of(session, by), session.scalars(query).all())
    return tuple(
        sorted((OwnCase(CaseId(case.id), case.reference) for case in found), key=lambda each: each.reference)
    )


def hand_over(
    session: Session, vault: Vault, by: SignedIn, of: MemberId, to: MemberId, ids: Collection[CaseId]
) -> HandedOver:
    """Give what is a member's in these cases to a colleague, with what their ladders ask: as many statements however many cases.

    What is closed meanwhile, or is not theirs any more, is passed over. Raises `CannotBeAssigned` where the colleague takes no
    case, `ReadOnly`, and `LeadsOnly` for somebody else's.
    """
    refuse_viewers(by)
    if of != by.member.id:
        require_lead(by, by.organisation.id)
    if of == to or not _takes_cases(session, vault, by, to):
        raise CannotBeAssigned
    cases = _ours(session, vault, by, lock_cases(session, ids))
    tasks, rungs = _tasks_of(session, vault, of, cases), _rungs_of(session, vault, of, cases)
    theirs = [case for case in cases if case.assignee_id == of or case.id in tasks]
    able = _that_open_to(session, vault, holders_of_member(session, to, by.organisation.id), theirs)
    acts = [act for case in able for act in _give(case, tasks.get(case.id, ()), of, to, by)]
    asked = [(case, rungs[case.id]) for case in able if case.id in rungs]
    for _, rung in asked:
        rung.member_id = to
    journal_many(session, vault, acts)
    for case, _ in asked:
        # Who is asked now is told as whoever was asked before.
        note(session, vault, Happened.LATE, case)
    stayed = (OwnCase(CaseId(case.id), case.reference) for case in theirs if case not in able)
    return HandedOver(len(able), tuple(sorted(stayed, key=lambda each: each.reference)))


def _give(case: Case, tasks: Sequence[Task], of: MemberId, to: MemberId, by: SignedIn) -> Iterator[CaseAct]:
    case_id = CaseId(case.id)
    if case.assignee_id == of:
        case.assignee_id = to
        yield CaseAct(case_id, "case.assigned", by.actor, {"member": str(to), "before": str(of)})
    for task in tasks:
        task.member_id = to
        case.count_edit()
        detail = {"task": str(task.id), "member": str(to), "before": str(of)}
        yield CaseAct(case_id, "task.handed_over", by.actor, detail)


def _takes_cases(session: Session, vault: Vault, by: SignedIn, member_id: MemberId) -> bool:
    member = session.get(Member, member_id)
    return (
        member is not None
        and is_sound(vault, member)
        and member.organisation_id == by.organisation.id
        and member.state is MemberState.ACTIVE
        and member.role is not Role.VIEWER
    )


def _ours(session: Session, vault: Vault, by: SignedIn, cases: Sequence[Case]) -> list[Case]:
    """The open cases that the member's organisation has taken on and the member can open."""
    held = [
        case
        for case in cases
        if case.is_open and case.organisation_id == by.organisation.id and case.state not in NOT_HELD
    ]
    return [
        case for case in _that_open_to(session, vault, holders_of(session, by), held) if is_sound(vault, case)
    ]


def _that_open_to(
    session: Session, vault: Vault, holders: Collection[UUID], cases: Sequence[Case]
) -> list[Case]:
    standing = standing_grants(session, vault, holders, [case.id for case in cases])
    return [case for case in cases if (case.id, GrantState.LIVE.value) in standing]


def _tasks_of(
    session: Session, vault: Vault, member_id: MemberId, cases: Sequence[Case]
) -> dict[UUID, list[Task]]:
    """The member's next steps in these cases that are still to be done."""
    ids = [case.id for case in cases]
    known = open_tasks(session, vault, select(Case.id).where(Case.id.in_(ids)))
    wanted = [each.id for each in known if each.member_id == member_id]
    found: dict[UUID, list[Task]] = {}
    for task in session.scalars(select(Task).where(Task.case_id.in_(ids), Task.id.in_(wanted))):
        if task.member_id == member_id and is_sound(vault, task):
            found.setdefault(task.case_id, []).append(task)
    return found


def _rungs_of(
    session: Session, vault: Vault, member_id: MemberId, cases: Sequence[Case]
) -> dict[UUID, Escalation]:
    """Where the member is the one who is asked, because something is late."""
    asked = session.scalars(
        select(Escalation).where(
            Escalation.case_id.in_([case.id for case in cases]),
            Escalation.rung == Rung.HELPER,
            Escalation.state == RungState.ASKED,
            Escalation.member_id == member_id,
        )
    )
    return {rung.case_id: rung for rung in asked if is_sound(vault, rung)}
