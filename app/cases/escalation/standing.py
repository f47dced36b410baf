"""The rungs of a case as a page shows them, and the one on which somebody stands now."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cases.case import AskedRung, Case, Clock, Escalation
from app.cases.clocks import climbs
from app.cases.enums import ClockKind, ClockState, Rung, RungState, State, Who
from app.network import Member, Organisation, member_name
from app.vault import Vault, is_sound

_OF_CASE = (
    select(Escalation, Organisation, Member)
    .outerjoin(Organisation, Organisation.id == Escalation.organisation_id)
    .outerjoin(Member, Member.id == Escalation.member_id)
    .where(Escalation.case_id == bindparam("case"))
    .order_by(Escalation.asked_hour, Escalation.due_at)
)


def rungs_of(session: Session, vault: Vault, case: Case) -> tuple[AskedRung, ...]:
    """Everybody who was asked of a case, in the order in which they were; what others wrote is not shown. One statement."""
    found = session.execute(_OF_CASE, {"case": case.id})
    return tuple(
        AskedRung(
            rung.clock_id,
            rung.kind,
            rung.late_since,
            rung.rung,
            rung.state,
            rung.organisation_id,
            _name(vault, organisation),
            _member_name(vault, member),
            rung.asked_hour,
            rung.due_at,
            rung.ended_hour,
        )
        for rung, organisation, member in found
        if is_sound(vault, rung)
    )


def standing_rung(case: Case, rungs: Sequence[AskedRung], clocks: Sequence[Clock]) -> AskedRung | None:
    """The rung on which somebody stands: who was asked last and still has to act, or by whom the case has just been left."""
    if not case.is_open or case.stopped_hour is not None:
        return None
    late = {
        row.id for row in clocks if row.state is ClockState.MISSED and climbs(row.kind, row.who, case.state)
    }
    for state in (RungState.ASKED, RungState.LAST):
        standing = [rung for rung in rungs if rung.state is state and rung.clock_id in late]
        if standing:
            return standing[0]
    moved = [rung for rung in rungs if rung.state is RungState.MOVED and _is_there(case, rung)]
    return moved[-1] if moved and not late else None


def still_waits_for(case: Case, rung: Escalation, *, done: bool) -> bool:
    """Whether it is still true what whoever was asked on a rung was to be told: the case is theirs, and what is late is not done.

    Whoever was asked before the next one was may still be told.
    """
    if not case.is_open or case.stopped_hour is not None:
        return False
    if rung.state is RungState.MOVED:
        return _is_there(case, rung)
    theirs = rung.rung in (Rung.COORDINATOR, Rung.CUSTODIAN) or case.organisation_id == rung.organisation_id
    who = Who.COORDINATOR if rung.kind is ClockKind.PLACE else Who.PARTNER
    return theirs and not done and climbs(rung.kind, who, case.state)


def _is_there(case: Case, rung: AskedRung | Escalation) -> bool:
    """Whether a case that a partner lost is still where it went then: whoever is asked after that has dates of their own."""
    if rung.rung is Rung.STANDBY:
        return case.state is State.OFFERED and rung.organisation_id in case.partners
    return case.state is State.RECEIVED


def _name(vault: Vault, organisation: Organisation | None) -> str:
    return "" if organisation is None or not is_sound(vault, organisation) else organisation.name


def _member_name(vault: Vault, member: Member | None) -> str:
    return "" if member is None or not is_sound(vault, member) else member_name(vault, member)
