"""A reply's text that still waits is called off: it stays in the thread, and what it met is asked for again.

Above the rooms of cases and of texts, as `app.intake.texting` is.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import NoAccess, change_case, owned_case, refuse_viewers
from app.cases.clocks import ask_again
from app.cases.desk import REPLIED
from app.cases.followups import TALKED
from app.database import CaseId
from app.intake.texting import TEXTED
from app.messaging.delivery import Delivery
from app.messaging.models import OutgoingText
from app.messaging.phones import lock_phone
from app.messaging.queue import cancel_waiting_text
from app.network import SignedIn
from app.vault import JournalEntry, Json, Vault, journal, read_journal

CALLED_OFF = "case.text_called_off"


class NotWaiting(Exception):
    """The text was taken up meanwhile: it is out or about to be. Nothing was changed."""


def call_off_text(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, text_id: UUID) -> None:
    """Keep a reply's text that still waits from going out; the reply stays in the thread. Done twice it is called off once.

    Nobody heard it then: what it met is asked for again, by the date it had.
    Raises `NotWaiting`, and as `change_case`, also for a text that is no reply of this case.
    """
    owned_case(session, by, case_id)
    refuse_viewers(by)
    told = read_journal(session, vault, case_id)
    texted = (entry.detail for entry in told if entry.act == TEXTED)
    detail = next((each for each in texted if each["text"] == str(text_id)), None)
    if detail is None:
        raise NoAccess
    # The phone first, then its text and only then the case: a STOP locks them so, and would wait for us in a circle.
    phone_id = session.scalars(select(OutgoingText.phone_id).where(OutgoingText.id == text_id)).one()
    if phone_id is not None:
        lock_phone(session, phone_id)
    cancelled = cancel_waiting_text(session, text_id)
    case = change_case(session, by, case_id)
    if cancelled:
        about: dict[str, Json] = {"entry": detail["entry"], "text": detail["text"]}
        journal(session, vault, case_id, CALLED_OFF, by.actor, about)
        ask_again(session, case, _met_by_nothing(told, detail["entry"]))
    elif session.get_one(OutgoingText, text_id).state is not Delivery.CANCELLED:
        raise NotWaiting


def _met_by_nothing(told: Sequence[JournalEntry], called_off: str) -> set[UUID]:
    """The clocks that were met by replies which were all called off, this one the last, with no other answer after them."""
    gone = {entry.detail["entry"] for entry in told if entry.act == CALLED_OFF} | {called_off}
    met: set[UUID] = set()
    for entry in reversed(told):
        if entry.act == REPLIED and entry.detail["entry"] not in gone:
            break
        if entry.act == TALKED and entry.detail["reached"]:
            break
        if entry.act == TEXTED and entry.detail["entry"] in gone:
            met.update(UUID(each) for each in entry.detail.get("met", ()))
    return met
