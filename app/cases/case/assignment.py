"""Who works on a case: claim it, or give it to a colleague who can open it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.cases.case.access import LIVE_HOLDERS, change_case
from app.cases.case.models import Case
from app.database import CaseId, MemberId
from app.network import Member, MemberState, Role, SignedIn, away_now, member_name, read_member_name
from app.vault import CircleMemberRow, OpenedCompartments, Vault, holder_of, journal, sound


class AlreadyClaimed(Exception):
    """A colleague has claimed the case; `assignee` is their name."""

    def __init__(self, assignee: str) -> None:
        super().__init__("already claimed")
        self.assignee = assignee


class CannotBeAssigned(Exception):
    """That member is not an active caseworker or lead of the same organisation who can open this case."""


@dataclass(frozen=True)
class AssignableMember:
    """A member to whom the case may be given."""

    id: MemberId
    name: str
    away_until: date | None = None  # the last day on which they are away, where they are today


def colleagues_for(
    session: Session, vault: Vault, by: SignedIn, opened: OpenedCompartments
) -> tuple[AssignableMember, ...]:
    """The members of the own organisation who may write and can open the case too, by name."""
    able, away = _able(session, by, opened.case_id), away_now(session, vault, by.organisation)
    found = [
        AssignableMember(member_id, read_member_name(vault, member_id, veiled), away.get(member_id))
        for member_id, veiled in able
    ]
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
    if not can_be_given(session, by, case_id, member_id):
        raise CannotBeAssigned
    if case.assignee_id != member_id:
        _give(session, vault, by, case, member_id)


def can_be_given(session: Session, by: SignedIn, case_id: CaseId, member_id: MemberId) -> bool:
    """Whether that member may work on the case, or on something that has to be done in it."""
    return any(able == member_id for able, _ in _able(session, by, case_id))


def _give(session: Session, vault: Vault, by: SignedIn, case: Case, member_id: MemberId) -> None:
    before = None if case.assignee_id is None else str(case.assignee_id)
    case.assignee_id = member_id
    detail = {"member": str(member_id), "before": before}
    journal(session, vault, CaseId(case.id), "case.assigned", by.actor, detail)


_IN_CIRCLE = select(CircleMemberRow.member_id).where(CircleMemberRow.circle_id.in_(LIVE_HOLDERS))
_ABLE = select(Member).where(
    Member.organisation_id == bindparam("organisation"),
    Member.state == MemberState.ACTIVE,
    Member.role != Role.VIEWER,
    or_(Member.id.in_(LIVE_HOLDERS), Member.id.in_(_IN_CIRCLE)),
)


def _able(session: Session, by: SignedIn, case_id: CaseId) -> Sequence[tuple[MemberId, bytes]]:
    """Active members of the organisation who may write and hold the case's grant, themselves or through a circle; names veiled."""
    asked = {"organisation": by.organisation.id, "case": case_id}
    able = sound(holder_of(session), session.scalars(_ABLE, asked))
    return [(member.id, member.name_veil) for member in able]
