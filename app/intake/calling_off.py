"""A reply whose text is called off, or fails, stays in the thread; what it met is asked for again.

Above the rooms of cases and of texts, as `app.intake.texting` is.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import (
    Case,
    NoAccess,
    change_case,
    facts_of,
    lock_case,
    owned_case,
    refuse_viewers,
)
from app.cases.clocks import ask_again
from app.cases.rules import rules_of
from app.database import CaseId
from app.intake.answers_in_journal import CALLED_OFF, NOT_HEARD, TEXTED, UNHEARD, unheard_answers
from app.messaging.delivery import Delivery
from app.messaging.models import OutgoingText
from app.messaging.phones import lock_phone
from app.messaging.queue import cancel_replies, cancel_waiting_text
from app.network import SignedIn
from app.vault import SYSTEM, Actor, Json, Vault, journal, read_journal

_ENDED = frozenset({Delivery.EXPIRED, Delivery.UNDELIVERED, Delivery.FAILED})


class NotWaiting(Exception):
    """The text was taken up meanwhile: it is out or about to be. Nothing was changed."""


def call_off_text(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, text_id: UUID) -> None:
    """Keep a reply's text that still waits from going out; the reply stays in the thread. Done twice it is called off once.

    What it met is asked for again, by the date it had, unless another answer or a talk came after it.
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
        _ask_again(session, vault, case, [text_id], by.actor)
    elif session.get_one(OutgoingText, text_id).state is not Delivery.CANCELLED:
        raise NotWaiting


def call_off_answers(session: Session, vault: Vault, case: Case) -> None:
    """Call off the answers that wait from whoever had the case, whose row the caller has locked, and has it no longer.

    What they promised is not the next one's promise. Whoever has it next is asked for what those met, with the full time for it.
    """
    case_id = CaseId(case.id)
    gone = cancel_replies(session, case_id)
    if gone:
        _ask_again(session, vault, case, gone, SYSTEM, changed_hands=True)


def ask_again_for_texts(session: Session, vault: Vault, case_id: CaseId, texts: Collection[UUID]) -> None:
    """Ask again for what these answers met, none of which anybody hears as a text: called off, too late to be sent, or failed."""
    case = lock_case(session, case_id)
    if case is not None:
        _ask_again(session, vault, case, texts, SYSTEM)


def _ask_again(
    session: Session,
    vault: Vault,
    case: Case,
    texts: Collection[UUID],
    by: Actor,
    *,
    changed_hands: bool = False,
) -> None:
    """The one rule for every answer that nobody hears: what it met is asked for again, unless another answer or a talk came later.

    It stands in the thread all the same, where a code opens it. Who asked to hear by text does not look there for it, so that it
    can be read meets nothing: to ask a helper once too often is the smaller harm. So is it where it arrived after all.
    Whoever has the case since has promised nothing by it, and has the full time.
    """
    case_id, ids = CaseId(case.id), {str(each) for each in texts}
    told = read_journal(session, vault, case_id)
    known = {entry.detail["text"] for entry in told if entry.act in UNHEARD}
    gone = [entry for entry in told if entry.act == TEXTED and entry.detail["text"] in ids - known]
    if not gone:
        return
    for each in gone:
        text = session.get_one(OutgoingText, UUID(each.detail["text"]))
        about: dict[str, Json] = {"entry": each.detail["entry"], "text": each.detail["text"]}
        act = NOT_HEARD if text.state in _ENDED else CALLED_OFF
        journal(session, vault, case_id, act, by, about)
        changed_hands |= each.actor.organisation_id != case.organisation_id
    unheard = unheard_answers(read_journal(session, vault, case_id))
    met = {UUID(clock) for answer in unheard for clock in answer.detail.get("met", ())}
    deadlines = rules_of(session).deadlines
    ask_again(session, case, facts_of(vault, case), deadlines, met, changed_hands=changed_hands)
