"""Reminding members that a date which nobody can move comes near; like every alert it says nothing else."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, circle_that_opens
from app.database import MemberId, OrganisationId
from app.messaging.members.calling import called_in, called_member
from app.messaging.members.notices import Notice
from app.messaging.models import MemberAddress
from app.messaging.queue import enqueue_alert, is_written_down
from app.vault import Vault, is_sound

DATE_SUBJECT = "Redress: a date comes near"
DATE = "Redress: a date comes near. Please log in and look at your list."

_VALID_FOR = timedelta(days=1)


def alert_date_near(session: Session, vault: Vault, case: Case) -> int:
    """Remind the helper of a case, or whoever is called in its circle while there is none to remind; once a day for all dates.

    How many alerts are new.
    """
    today, new = clock.now().date().isoformat(), 0
    for address in _addresses(session, vault, case):
        key = ("date", today, str(address.member_id), address.channel)
        if is_written_down(session, vault, key):
            continue
        # It speaks for others too, so it goes out whatever becomes of this case.
        enqueue_alert(
            session, vault, key=key, body=DATE, address=address, valid_for=_VALID_FOR, subject=DATE_SUBJECT
        )
        new += 1
    return new


def _addresses(session: Session, vault: Vault, case: Case) -> list[MemberAddress]:
    if case.organisation_id is None or not is_sound(vault, case):
        return []
    if case.assignee_id is not None:
        helper = called_member(session, vault, MemberId(case.assignee_id), Notice.DATE)
        if helper:
            return helper
    circle = circle_that_opens(session, vault, case, OrganisationId(case.organisation_id))
    return [] if circle is None else called_in(session, vault, circle, Notice.DATE)
