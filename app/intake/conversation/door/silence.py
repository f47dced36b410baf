"""Silence: what the worker left open is settled with what is known, and a number that nobody may text is forgotten."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Offer, lock_case
from app.cases.enums import ConsentLevel, OfferState, State
from app.cases.routing import route_again
from app.cases.rules import Rules
from app.database import CaseId, apart, has_id
from app.intake.conversation.machine import ErasePhone, Position, fall_silent
from app.intake.conversation.store import Conversation, live_conversations, move_conversation, position_of
from app.logs import log_event
from app.messaging.models import Phone, TextRequest
from app.messaging.queue import forget_phone
from app.vault import Vault

KEPT_IN_DANGER = timedelta(days=2)
"""How long a number is kept after danger was told: a helper has 12 hours to take the case and 24 for the first contact."""

KEPT_FOR_ANSWER = timedelta(days=1)
"""How long a number is kept where the question of danger was not answered: a late yes still counts."""

# A number that wrote only an order such as HELP has no conversation; its answer went out or never will within this.
_STRAY_FOR = timedelta(hours=2)

_Result = TypeVar("_Result")


def settle_silence(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Settle conversations that fell silent, and forget numbers without any; how many. Safe with several dispatchers at once."""
    due = (
        select(Phone)
        .join(Conversation, Conversation.phone_id == Phone.id)
        .where(Conversation.ended.is_(False), Conversation.silent_at <= clock.now(), has_id(Phone.id))
        .order_by(Conversation.silent_at)
        .limit(limit)
        .with_for_update(of=Phone, skip_locked=True)
    )
    settled: list[_Settled] = []
    phones = [*session.scalars(due), *session.scalars(_forgotten(limit))]
    for phone in {phone.id: phone for phone in phones}.values():
        settled += _alone(session, partial(_settle, session, vault, phone)) or []
    strays = _forget_strays(session, vault, limit)
    # Cases are locked after all phones and their texts (app/database/lock_order.py).
    for each in sorted(settled, key=lambda each: each.case_id):
        _alone(session, partial(_route, session, vault, rules, each))
    return len(settled) + strays


def _alone(session: Session, settle: Callable[[], _Result]) -> _Result | None:
    """What comes of one phone or case; one over which it stumbles is left as it was, so that the others have their turn."""
    try:
        with apart(session):
            return settle()
    except OperationalError:
        raise  # the whole unit of work is done once more
    except Exception as error:  # noqa: BLE001 - whatever others wrote about one phone, the other workers are settled
        log_event("silence.failed", level=logging.ERROR, error=type(error).__name__)
        return None


def _route(session: Session, vault: Vault, rules: Rules, settled: "_Settled") -> None:
    case = lock_case(session, settled.case_id)
    if case is not None:
        # Also where the routing ran already: what was kept ready for answers that never came is not needed any more.
        route_again(session, vault, rules, case, complete=settled.complete)


@dataclass(frozen=True)
class _Settled:
    """A conversation that fell silent: its case, and whether nothing more is waited for."""

    case_id: CaseId
    complete: bool


def _settle(session: Session, vault: Vault, phone: Phone) -> list[_Settled]:
    """Settle what is due of a locked phone, asked again under the lock: a text may have come meanwhile."""
    conversations = live_conversations(session, phone.id)
    settled, erase = [], False
    for talk in conversations:
        position = position_of(vault, talk)
        if position is None:
            talk.ended = True  # others wrote it: it keeps nobody's number
            continue
        if not _is_silent(talk, position):
            continue
        heard = fall_silent(position)
        kept_until = _kept_until(heard.position)
        move_conversation(vault, talk, replace(heard.position, kept_until=kept_until), kept_until)
        settled.append(_Settled(CaseId(talk.case_id), complete=_is_complete(heard.position)))
        erase = erase or ErasePhone() in heard.acts
    session.flush()
    # Somebody else on the same phone may still want to be answered.
    if erase and all(talk.ended for talk in conversations):
        forget_phone(session, vault, phone)
    return settled


def _is_complete(position: Position) -> bool:
    """Whether nothing more is waited for; where nobody may know, nothing is kept ready however long the number is kept."""
    return not position.held or position.consent is ConsentLevel.NOBODY


def _is_silent(talk: Conversation, position: Position) -> bool:
    """Whether silence has come: by its column, unless what is veiled says that the number is kept longer, or that it must come."""
    if position.held and position.kept_until is not None and position.kept_until > clock.now():
        return False
    return position.waits and (talk.silent_at is None or talk.silent_at <= clock.now())


def _forgotten(limit: int) -> Select[Phone]:
    """Phones with a conversation that no time settles though its case still waits for the answers: others emptied the column."""
    return (
        select(Phone)
        .join(Conversation, Conversation.phone_id == Phone.id)
        .join(Case, Case.id == Conversation.case_id)
        .where(
            Conversation.ended.is_(False),
            Conversation.silent_at.is_(None),
            has_id(Phone.id),
            Case.state == State.RECEIVED,
            Case.organisation_id.is_(None),
            Case.is_open,
            Case.received_hour <= clock.now() - KEPT_FOR_ANSWER,
            exists().where(Offer.case_id == Case.id, Offer.state == OfferState.STANDBY),
        )
        .limit(limit)
        .with_for_update(of=Phone, skip_locked=True)
    )


def _kept_until(position: Position) -> datetime | None:
    if not position.held:
        return None
    return clock.now() + (KEPT_IN_DANGER if position.danger else KEPT_FOR_ANSWER)


def _forget_strays(session: Session, vault: Vault, limit: int) -> int:
    live = exists().where(Conversation.phone_id == Phone.id, Conversation.ended.is_(False))
    wished = exists().where(TextRequest.phone_id == Phone.id)
    strays = session.scalars(
        select(Phone)
        .where(Phone.tag.is_not(None), Phone.made_hour <= clock.now() - _STRAY_FOR, ~live, ~wished)
        .where(has_id(Phone.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_alone(session, partial(_forget, session, vault, phone)) or 0 for phone in strays)


def _forget(session: Session, vault: Vault, phone: Phone) -> int:
    forget_phone(session, vault, phone)
    return 1
