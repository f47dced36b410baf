"""What the coordinator is asked about: cases that a partner has and is late with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Escalation
from app.cases.enums import ClockKind, Rung, RungState, Urgency
from app.network import Organisation, SignedIn
from app.vault import Vault, is_sound


@dataclass(frozen=True)
class LateCase:
    """A case with which a partner is late: nothing of it but what a coordinator needs to call that partner."""

    reference: str
    urgency: Urgency
    partner: str
    kind: ClockKind
    late_since: datetime
    by: datetime
    last: bool  # nobody is left to ask after the coordinator


def late_at_partners(session: Session, vault: Vault, by: SignedIn) -> tuple[LateCase, ...]:
    """The cases about which this coordinator is asked now, danger first; of a worker who shut the coordinator out there is none."""
    asked = session.execute(
        select(Escalation, Case, Organisation)
        .join(Case, Case.id == Escalation.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(
            Escalation.rung == Rung.COORDINATOR,
            Escalation.state.in_((RungState.ASKED, RungState.LAST)),
            Escalation.organisation_id == by.organisation.id,
            Case.is_open,
            Case.stopped_hour.is_(None),
        )
        .order_by(Case.queue_rank, Escalation.due_at, Case.id)
    )
    return tuple(
        LateCase(
            case.reference,
            case.urgency,
            partner.name,
            rung.kind,
            rung.late_since,
            rung.due_at,
            rung.state is RungState.LAST,
        )
        for rung, case, partner in asked
        if all(is_sound(vault, row) for row in (rung, case, partner))
    )
