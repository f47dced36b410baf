"""Who is away hands over: each of their open cases goes to one colleague, where that colleague may read it; the others stay."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Escalation, Happened, assign, change_case, holders_of, note, seen_by
from app.cases.enums import Rung, RungState
from app.database import CaseId, MemberId
from app.network import SignedIn
from app.vault import Vault, is_sound


@dataclass(frozen=True)
class OwnCase:
    """An open case that a member works on."""

    id: CaseId
    reference: str


def own_open_cases(session: Session, vault: Vault, by: SignedIn) -> tuple[OwnCase, ...]:
    """The member's open cases that they can open, by reference."""
    query = select(Case).where(
        Case.assignee_id == by.member.id, Case.is_open, Case.organisation_id == by.organisation.id
    )
    found = seen_by(session, vault, holders_of(session, by), session.scalars(query).all())
    return tuple(
        sorted((OwnCase(CaseId(case.id), case.reference) for case in found), key=lambda each: each.reference)
    )


def hand_over(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, member_id: MemberId) -> bool:
    """Give one's own case to a colleague, and what its ladder asks of oneself with it; False where it is not one's own any more.

    Raises `CannotBeAssigned` where the colleague may not read it, and as `change_case`.
    """
    case = change_case(session, by, case_id)
    if case.assignee_id != by.member.id or member_id == by.member.id:
        return False
    assign(session, vault, by, case_id, member_id)
    asked = session.scalars(
        select(Escalation).where(
            Escalation.case_id == case.id,
            Escalation.rung == Rung.HELPER,
            Escalation.state == RungState.ASKED,
            Escalation.member_id == by.member.id,
        )
    ).one_or_none()
    if asked is not None and is_sound(vault, asked):
        asked.member_id = member_id
        session.flush()
        # Who is asked now is told as whoever was asked before.
        note(session, vault, Happened.LATE, case)
    return True
