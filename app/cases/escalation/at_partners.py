"""What the coordinator is asked about: cases that a partner has and is late with, or in which the company does not answer."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Escalation
from app.cases.clocks import climbs, next_rung
from app.cases.enums import ClockKind, ClockState, Rung, RungState, Urgency, Who
from app.cases.escalation.footing import footing_of
from app.cases.escalation.standing import rungs_of
from app.cases.rules import Rules
from app.network import Organisation, SignedIn
from app.vault import Vault, is_sound

_MOST = 200


@dataclass(frozen=True)
class LateCase:
    """A case of a partner in which something is late: nothing of it but what a coordinator needs to call that partner."""

    reference: str
    urgency: Urgency
    partner: str
    kind: ClockKind
    late_since: datetime
    by: datetime
    of_company: bool  # it let its date pass, which is nobody's lateness here
    next: Rung | None  # as it stands now; None where nobody is left to ask after the coordinator


@dataclass(frozen=True)
class AtPartner:
    """About how many cases of one partner the coordinator is asked, and in how many of these it is the company that is silent."""

    name: str
    cases: int
    of_company: int


@dataclass(frozen=True)
class LateCases:
    """The first of them, and whether there are more."""

    cases: tuple[LateCase, ...]
    more: bool

    @property
    def by_partner(self) -> list[AtPartner]:
        """How many of them each partner has, the most first: all of them, so that they add up."""
        silent = Counter(case.partner for case in self.cases if case.of_company)
        number = Counter(case.partner for case in self.cases)
        return [AtPartner(name, cases, silent[name]) for name, cases in number.most_common()]


def late_at_partners(session: Session, vault: Vault, rules: Rules, by: SignedIn) -> LateCases:
    """The cases about which this coordinator is asked now, danger first; of a worker who shut the coordinator out there is none."""
    asked = session.execute(
        select(Escalation, Case, Clock, Organisation)
        .join(Case, Case.id == Escalation.case_id)
        .join(Clock, (Clock.case_id == Escalation.case_id) & (Clock.id == Escalation.clock_id))
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(
            Escalation.rung == Rung.COORDINATOR,
            Escalation.state.in_((RungState.ASKED, RungState.LAST)),
            Escalation.organisation_id == by.organisation.id,
            Case.is_open,
            Case.stopped_hour.is_(None),
            ~Case.practice,
            Clock.state == ClockState.MISSED,  # else it was done, and nobody has noted that yet
        )
        .order_by(Case.queue_rank, Escalation.due_at, Case.id)
    )
    ours = (
        (rung, case, late, partner)
        for rung, case, late, partner in asked
        if climbs(late.kind, late.who, case.state)
        and all(is_sound(vault, row) for row in (rung, case, partner))
    )
    found = list(islice(ours, _MOST + 1))
    return LateCases(
        tuple(
            LateCase(
                case.reference,
                case.urgency,
                partner.name,
                rung.kind,
                rung.late_since,
                rung.due_at,
                late.who is Who.COMPANY,
                _next(session, vault, rules, case, late) if rung.state is RungState.ASKED else None,
            )
            for rung, case, late, partner in found[:_MOST]
        ),
        more=len(found) > _MOST,
    )


def _next(session: Session, vault: Vault, rules: Rules, case: Case, late: Clock) -> Rung | None:
    """Who is asked after the coordinator, by the rule that will decide it."""
    used = {rung.rung for rung in rungs_of(session, vault, case) if rung.clock_id == late.id}
    return next_rung(footing_of(session, vault, rules, case, late), rules.ladder, used)
