"""What decides who is asked next of a late clock: who there is to ask."""

from sqlalchemy.orm import Session

from app.cases.case import Case, Clock
from app.cases.clocks import Footing
from app.cases.routing import custodian_of, is_foreseen
from app.cases.rules import Rules
from app.database import CaseId
from app.network import Member, MemberState
from app.vault import Vault, is_sound


def footing_of(session: Session, vault: Vault, rules: Rules, case: Case | None, late: Clock) -> Footing:
    """Who there is to ask of a late clock of a case; None stands for a case that others wrote."""
    if case is None:
        return Footing(late.kind, late.who, forged=True)
    return Footing(
        late.kind,
        late.who,
        helper=_has_helper(session, vault, case),
        coordinator=custodian_of(session, CaseId(case.id)) is not None,
        standby=is_foreseen(session, vault, rules, case),
    )


def _has_helper(session: Session, vault: Vault, case: Case) -> bool:
    helper = None if case.assignee_id is None else session.get(Member, case.assignee_id)
    return (
        helper is not None
        and is_sound(vault, helper)
        and helper.state is MemberState.ACTIVE
        and helper.organisation_id == case.organisation_id
    )
