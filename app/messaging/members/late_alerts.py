"""Telling members that something is late, when a rung of the ladder asks them; like every alert it says nothing else."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Escalation, circle_that_opens
from app.cases.enums import Rung, RungState
from app.database import CaseId, MemberId, OrganisationId
from app.messaging.members.calling import called_in, called_member
from app.messaging.members.notices import Notice
from app.messaging.models import MemberAddress
from app.messaging.queue import enqueue_alert, note_merged_alert
from app.network import Limit, Member, Role, count_attempt, window_end
from app.vault import SYSTEM, CircleName, CircleRow, Vault, circle_of, is_sound, journal

LATE_SUBJECT = "Redress: something is late"
LATE = "Redress: something is late and waits for you. Please log in."

LATES = Limit("late alert to one address", 1, timedelta(hours=4))
"""The first at once; whatever becomes late within the same hours is said by one more at their end, whichever case it is of.

The count is of an address and not of a case, so a unit of work tells of one case only: two would wait for each other in a circle.
"""

_VALID_FOR = timedelta(days=2)


def alert_late(session: Session, vault: Vault, case: Case) -> int:
    """Tell whoever the newest rung of a case asks, once for each rung and address; how many alerts are new."""
    rung = newest_rung(session, vault, case)
    if rung is None:
        return 0
    new = sum(_tell(session, vault, case, rung, address) for address in _asked(session, vault, case, rung))
    journal(
        session, vault, CaseId(case.id), "case.late_told", SYSTEM, {"rung": rung.rung.value, "alerts": new}
    )
    return new


def newest_rung(session: Session, vault: Vault, case: Case) -> Escalation | None:
    """The rung on which somebody stands, or the one by which the case has just moved."""
    asks = Escalation.state.in_((RungState.ASKED, RungState.MOVED, RungState.LAST))
    rungs = session.scalars(select(Escalation).where(Escalation.case_id == case.id, asks)).all()
    ours = [rung for rung in rungs if is_sound(vault, rung)]
    return max(ours, key=lambda rung: (_ORDER.index(rung.state), rung.asked_hour, rung.due_at), default=None)


_ORDER = (RungState.LAST, RungState.MOVED, RungState.ASKED)


def _asked(session: Session, vault: Vault, case: Case, rung: Escalation) -> Sequence[MemberAddress]:
    """The addresses of those whom a rung asks: its helper, the leads who can open the case, or whoever is called in its circle.

    Where none of the leads, or a helper not, can be called now, it is whoever else can open it.
    """
    if rung.rung is Rung.HELPER and rung.member_id is not None:
        helper = called_member(session, vault, MemberId(rung.member_id), Notice.LATE)
        if helper:
            return helper
    found = (_circle(session, vault, case, rung, organisation) for organisation in _whom(case, rung))
    circles = [circle for circle in found if circle is not None]
    asks_leads = rung.rung in (Rung.LEAD, Rung.COORDINATOR)
    leads = set(session.scalars(select(Member.id).where(Member.role == Role.LEAD)) if asks_leads else ())
    called = (called_in(session, vault, circle, Notice.LATE, foremost=leads) for circle in circles)
    return [address for addresses in called for address in addresses]


def _whom(case: Case, rung: Escalation) -> tuple[UUID, ...]:
    """The organisations that a rung asks: on the fast track two partners at once, where it went on to those who stood by."""
    if rung.organisation_id is None:
        return ()
    return case.partners if rung.rung is Rung.STANDBY else (rung.organisation_id,)


def _circle(
    session: Session, vault: Vault, case: Case, rung: Escalation, organisation_id: UUID
) -> CircleRow | None:
    organisation = OrganisationId(organisation_id)
    if rung.rung in (Rung.COORDINATOR, Rung.CUSTODIAN):
        return circle_of(session, vault, organisation, CircleName.CUSTODY)
    return circle_that_opens(session, vault, case, organisation)


def _tell(session: Session, vault: Vault, case: Case, rung: Escalation, address: MemberAddress) -> bool:
    """Tell one address: at once, at the end of these hours, or by what waits for that; whether it is an alert of its own."""
    key: tuple[str, ...] = ("late", str(rung.id), str(address.member_id), address.channel)
    if rung.state is RungState.LAST:
        key = (*key, rung.due_at.isoformat())  # whoever is left to the last is told each time
    case_id, subject = CaseId(case.id), str(address.id)
    number, later = count_attempt(session, vault, LATES, subject), window_end(LATES)
    if number > LATES.most + 1:
        note_merged_alert(session, vault, key=key, address=address, case_id=case_id, rung_id=rung.id)
        return False
    waits = number > LATES.most
    if waits:
        count_attempt(session, vault, LATES, subject, at=later)
    enqueue_alert(
        session,
        vault,
        key=key,
        body=LATE,
        address=address,
        valid_for=_VALID_FOR,
        subject=LATE_SUBJECT,
        # One that waits speaks for others too: it goes out while any of them is late.
        case_id=None if waits else case_id,
        rung_id=rung.id,
        due_at=later if waits else None,
    )
    return True
