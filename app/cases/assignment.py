"""Who works on a case: claim it, or give it to a colleague who can open it."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cases.access import change_case, live_holders
from app.cases.models import Case
from app.database import CaseId, MemberId
from app.network import Member, MemberState, Role, SignedIn, member_name
from app.vault import CircleMemberRow, OpenedCompartments, Vault, journal


class AlreadyClaimed(Exception):
    """A colleague has claimed the case; `assignee` is their name."""

    def __init__(self, assignee: str) -> None:
        super().__init__("already claimed")
        self.assignee = assignee


class CannotBeAssigned(Exception):
    """That member is not an active caseworker or lead of the same organisation who can open this case."""


@dataclass(frozen=True)
class Colleague:
    """A member to whom the case may be given."""

    id: MemberId
    name: str


def colleagues_for(
    session: Session, vault: Vault, by: SignedIn, opened: OpenedCompartments
) -> tuple[Colleague, ...]:
    """The members of the own organisation who may write and can open the case too, by name."""
    able = _able(session, by, opened.case_id)
    found = [Colleague(member.id, member_name(vault, member)) for member in able]
    return tuple(sorted(found, key=lambda colleague: (colleague.name.casefold(), colleague.id)))


def claim(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> None:
    """Take an unclaimed case; claiming one's own again changes nothing. Raises `AlreadyClaimed` and as `change_case`."""
    case = change_case(session, by, case_id)
    if case.assignee_id == by.member.id:
        return
    if case.assignee_id is not None:
        assignee = session.get(Member, case.assignee_id)
        raise AlreadyClaimed("" if assignee is None else member_name(vault, assignee))
    _give(session, vault, by, case, by.member.id)


def assign(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, member_id: MemberId) -> None:
    """Give the case to a colleague; raises `CannotBeAssigned` and as `change_case`."""
    case = change_case(session, by, case_id)
    if all(member.id != member_id for member in _able(session, by, case_id)):
        raise CannotBeAssigned
    if case.assignee_id != member_id:
        _give(session, vault, by, case, member_id)


def _give(session: Session, vault: Vault, by: SignedIn, case: Case, member_id: MemberId) -> None:
    before = None if case.assignee_id is None else str(case.assignee_id)
    case.assignee_id = member_id
    detail = {"member": str(member_id), "before": before}
    journal(session, vault, CaseId(case.id), "case.assigned", by.actor, detail)


def _able(session: Session, by: SignedIn, case_id: CaseId) -> list[Member]:
    """Active members of the organisation who may write and hold the case's grant, themselves or through a circle."""
    holders = live_holders(case_id)
    in_circle = select(CircleMemberRow.member_id).where(CircleMemberRow.circle_id.in_(holders))
    return list(
        session.scalars(
            select(Member).where(
                Member.organisation_id == by.organisation.id,
                Member.state == MemberState.ACTIVE,
                Member.role != Role.VIEWER,
                or_(Member.id.in_(holders), Member.id.in_(in_circle)),
            )
        )
    )
