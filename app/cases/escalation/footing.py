"""What decides who is asked next of a late clock: who there is to ask."""

from collections.abc import Container

from sqlalchemy.orm import Session

from app.cases.case import Case, Clock
from app.cases.clocks import Footing
from app.cases.routing import custodian_of, is_foreseen
from app.cases.rules import Rules
from app.database import CaseId, MemberId, OrganisationId
from app.network import Member, MemberState, Organisation, away_now, leads_of
from app.vault import Vault, is_sound


def footing_of(session: Session, vault: Vault, rules: Rules, case: Case | None, late: Clock) -> Footing:
    """Who there is to ask of a late clock of a case; None stands for a case that others wrote."""
    if case is None:
        return Footing(late.kind, late.who, forged=True)
    away = _away(session, vault, case)
    return Footing(
        late.kind,
        late.who,
        helper=_has_helper(session, vault, case, away),
        lead=_has_lead(session, vault, case, away),
        coordinator=custodian_of(session, CaseId(case.id)) is not None,
        standby=is_foreseen(session, vault, rules, case),
    )


def _away(session: Session, vault: Vault, case: Case) -> Container[MemberId]:
    """Who of the organisation that has the case is away today: nobody asks them and waits until they are back."""
    has_it = None if case.organisation_id is None else session.get(Organisation, case.organisation_id)
    return () if has_it is None else away_now(session, vault, has_it)


def _has_helper(session: Session, vault: Vault, case: Case, away: Container[MemberId]) -> bool:
    helper = None if case.assignee_id is None else session.get(Member, case.assignee_id)
    return (
        helper is not None
        and is_sound(vault, helper)
        and helper.state is MemberState.ACTIVE
        and helper.organisation_id == case.organisation_id
        and helper.id not in away
    )


def _has_lead(session: Session, vault: Vault, case: Case, away: Container[MemberId]) -> bool:
    """Whether a lead is there to be asked; an organisation without any is asked as a whole."""
    if case.organisation_id is None:
        return True
    leads = leads_of(session, vault, OrganisationId(case.organisation_id))
    return not leads or any(lead not in away for lead in leads)
