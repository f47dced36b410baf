"""Silence: what the worker left open is settled with what is known, and a number that nobody may text is forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import lock_case
from app.cases.routing import route_again
from app.cases.rules import Rules
from app.database import CaseId
from app.intake.conversation.machine import ErasePhone, Position, fall_silent
from app.intake.conversation.store import Conversation, live_conversations, move_conversation, position_of
from app.messaging.models import Phone, TextRequest
from app.messaging.queue import forget_phone
from app.vault import Vault

KEPT_IN_DANGER = timedelta(days=2)
"""How long a number is kept after danger was told: a helper has 12 hours to take the case and 24 for the first contact."""

KEPT_FOR_ANSWER = timedelta(days=1)
"""How long a number is kept where the question of danger was not answered: a late yes still counts."""

# A number that wrote only an order such as HELP has no conversation; its answer went out or never will within this.
_STRAY_FOR = timedelta(hours=2)


def settle_silence(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Settle conversations that fell silent, and forget numbers without any; how many. Safe with several dispatchers at once."""
    due = (
        select(Phone)
        .join(Conversation, Conversation.phone_id == Phone.id)
        .where(Conversation.ended.is_(False), Conversation.silent_at <= clock.now())
        .order_by(Conversation.silent_at)
        .limit(limit)
        .with_for_update(of=Phone, skip_locked=True)
    )
    settled = 0
    for phone in {phone.id: phone for phone in session.scalars(due)}.values():
        settled += _settle(session, vault, rules, phone)
    return settled + _forget_strays(session, limit)


def _settle(session: Session, vault: Vault, rules: Rules, phone: Phone) -> int:
    """Settle what is due of a locked phone, asked again under the lock: a text may have come meanwhile."""
    talks = live_conversations(session, phone.id)
    due = [talk for talk in talks if talk.silent_at is not None and talk.silent_at <= clock.now()]
    erase = False
    for talk in due:
        position = position_of(vault, talk)
        if position is None:
            talk.ended = True
            continue
        heard = fall_silent(position)
        case = lock_case(session, CaseId(talk.case_id))
        if case is not None:
            # Also where the routing ran already: what was kept ready for answers that never came is not needed any more.
            route_again(session, vault, rules, case, complete=not heard.position.held)
        move_conversation(vault, talk, heard.position, _kept_until(heard.position))
        erase = erase or ErasePhone() in heard.acts
    session.flush()
    # Somebody else on the same phone may still want to be answered.
    if erase and all(talk.ended for talk in talks):
        forget_phone(session, phone)
    return len(due)


def _kept_until(position: Position) -> datetime | None:
    if not position.held:
        return None
    return clock.now() + (KEPT_IN_DANGER if position.danger else KEPT_FOR_ANSWER)


def _forget_strays(session: Session, limit: int) -> int:
    live = exists().where(Conversation.phone_id == Phone.id, Conversation.ended.is_(False))
    wished = exists().where(TextRequest.phone_id == Phone.id)
    strays = session.scalars(
        select(Phone)
        .where(Phone.tag.is_not(None), Phone.made_hour <= clock.now() - _STRAY_FOR, ~live, ~wished)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for phone in strays:
        forget_phone(session, phone)
    return len(strays)
