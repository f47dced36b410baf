"""What providers report of texts that they took, in whatever order and however often: a text only ever moves forward."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import Lock, insert_unless_taken, locking
from app.messaging.delivery import ASKED_ABOUT, ASKED_AFTER, UNHEARD, Delivery, further
from app.messaging.gateways.protocol import StatusReport
from app.messaging.models import OutgoingStep, OutgoingText
from app.messaging.phones import lock_phone, opt_out
from app.messaging.queue import cancel_texts, note_unheard
from app.vault import Vault, sound_or_none

# Only in these is a text still to be sent, or looked for by its words.
_OURS = frozenset({Delivery.WAITING, Delivery.CLAIMED, Delivery.UNCLEAR})

# Twilio's word for "this person told us to stop", also when it comes only after the text was taken.
_STOPPED = "21610"


def take_status(session: Session, vault: Vault, report: StatusReport) -> None:
    """Bring a text as far as the provider says it is; a report of a text that is not ours changes nothing."""
    state = report.state
    if report.reason == _STOPPED:
        state = Delivery.OPTED_OUT
        # Before the text's own row is locked: whoever hears STOP locks the phone first and its texts after it.
        remember_stop(session, vault, _phone_id_of(session, vault, report))
    locking(session, Lock.TEXT)
    text = _find(session, report)
    if text is not None:
        if move_on(text, state) and state in UNHEARD:
            note_unheard(session, vault, [text.id])
        session.flush()
        _write_step(session, text, state, report.reason)


def remember_stop(session: Session, vault: Vault, phone_id: UUID | None) -> None:
    """The provider says that the person told it to stop: the same as if they had told us."""
    if phone_id is None:
        return
    phone = sound_or_none(vault, lock_phone(session, phone_id))
    if phone is not None:
        opt_out(session, vault, phone)
        cancel_texts(session, vault, phone_id=phone_id)


def move_on(text: OutgoingText, state: Delivery) -> bool:
    """Bring a locked text to a state if that is further than where it is, and forget what is not needed from there on."""
    if not further(text.state, state):
        return False
    text.state = state
    text.ask_at = clock.hour_of(clock.now()) + ASKED_AFTER if state in ASKED_ABOUT else None
    if state is Delivery.DELIVERED:
        text.reason = None
    if state not in _OURS:
        # Whatever comes of it now, we never send it again.
        text.body_sealed = None
        text.claim_id = None
        # Only of a text that still waits may the row tell more than the hour.
        text.due_at, text.valid_until = clock.hour_of(text.due_at), clock.hour_of(text.valid_until)
    return True


def _phone_id_of(session: Session, vault: Vault, report: StatusReport) -> UUID | None:
    known = select(OutgoingText).where(OutgoingText.gateway == report.gateway)
    found = session.scalars(known.where(OutgoingText.provider_id == report.provider_id)).first()
    if found is None and report.text_id is not None:
        found = session.scalars(known.where(OutgoingText.id == report.text_id)).first()
    # Turned to another phone, a text must not say stop for whoever has that one.
    text = sound_or_none(vault, found)
    return None if text is None else text.phone_id


def _find(session: Session, report: StatusReport) -> OutgoingText | None:
    locked = select(OutgoingText).where(OutgoingText.gateway == report.gateway).with_for_update()
    locked = locked.execution_options(populate_existing=True)
    text = session.scalars(locked.where(OutgoingText.provider_id == report.provider_id)).one_or_none()
    if text is not None or report.text_id is None:
        return text
    # The report overtook the answer to our own call: the text is found by the id that we gave along.
    text = session.scalars(locked.where(OutgoingText.id == report.text_id)).one_or_none()
    if text is None:
        return None
    if text.provider_id is None:
        text.provider_id, text.redacted = report.provider_id, False
    elif report.state is not Delivery.DELIVERED:
        # Another copy of it, which the provider took without our knowing. Only that one of them arrived is news.
        return None
    return text


def _write_step(session: Session, text: OutgoingText, state: Delivery, reason: str | None) -> None:
    step = OutgoingStep(text_id=text.id, state=state, hour=clock.hour_of(clock.now()), reason=reason)
    new = insert_unless_taken(session, step)
    if reason is None:
        return
    steps = session.scalars(select(OutgoingStep).where(OutgoingStep.text_id == text.id)).all()
    if not new:
        known = next(step for step in steps if step.state is state)
        known.reason = known.reason or reason
    # The reason of the furthest step that has one, in whatever order they came; a later report may come without.
    told = [step for step in steps if step.reason is not None]
    furthest = max(told, key=lambda step: sum(further(other.state, step.state) for other in told))
    if text.state is not Delivery.DELIVERED:
        text.reason = furthest.reason
    session.flush()
