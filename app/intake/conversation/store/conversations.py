"""The conversations of a phone: which of them a text belongs to, and where each stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import alias, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Base, CaseId, Ready, Statement, new_id
from app.intake.conversation.machine import Position, Step
from app.intake.conversation.store.models import Conversation
from app.messaging.phones import text_requests_on
from app.vault import Place, Vault, VeilBroken

_MOST_CONVERSATIONS = 1_000_000

_TABLE = Base.metadata.tables[Conversation.__tablename__]
_TALKS, _LATER = _TABLE.c, alias(_TABLE, "later").c

_MOVE = Ready(
    update(_TABLE)
    .where(
        _TALKS.id == bindparam("talk_id"),
        _TALKS.position_veil == bindparam("stood"),
        _TALKS.ended.is_(False),
        ~exists().where(
            _LATER.phone_id == _TALKS.phone_id, _LATER.ended.is_(False), _LATER.number > _TALKS.number
        ),
    )
    .values(position_veil=bindparam("veil"), silent_at=bindparam("silent"), ended=bindparam("over"))
    .returning(_TALKS.id)
)


def live_conversations(session: Session, phone_id: UUID) -> Sequence[Conversation]:
    """What is still going on with a phone whose row the caller has locked, the latest first: that one a text belongs to."""
    query = select(Conversation).where(Conversation.phone_id == phone_id, Conversation.ended.is_(False))
    query = query.order_by(Conversation.number.desc())
    return session.scalars(query.execution_options(populate_existing=True)).all()


def cases_of_phone(session: Session, vault: Vault, phone_id: UUID) -> set[CaseId]:
    """The cases about which a phone may be texted: of its live conversations, and of forms that named it."""
    talks = live_conversations(session, phone_id)
    texted = {CaseId(talk.case_id) for talk in talks if position_of(vault, talk) is not None}
    return texted | set(text_requests_on(session, vault, phone_id))


def last_number(session: Session, phone_id: UUID) -> int:
    """The highest number of a phone's conversations; one that others set to the highest there is must not silence the phone."""
    last = select(func.max(Conversation.number)).where(
        Conversation.phone_id == phone_id, Conversation.number < _MOST_CONVERSATIONS
    )
    return session.scalar(last) or 0


def position_of(vault: Vault, talk: Conversation) -> Position | None:
    """Where a conversation stands; None where its row was turned to another phone or case, which is as if it were not there."""
    return read_position(vault, talk.id, talk.phone_id, talk.case_id, talk.position_veil)


def read_position(
    vault: Vault, talk_id: UUID, phone_id: UUID, case_id: UUID, position_veil: bytes
) -> Position | None:
    """The same, for whoever read only these columns. What an older version left and nobody can read is only listened to."""
    for place in (
        _place(talk_id, phone_id, case_id),
        Place(Conversation.__tablename__, talk_id, "position_veil"),
    ):
        try:
            values = vault.unveil_json(place, position_veil)
        except VeilBroken:
            # A conversation from before its phone and case were bound into the veil; its next text binds them.
            continue
        try:
            return Position.from_json(values)
        except (KeyError, TypeError, ValueError):
            return Position(Step.QUIET, "")
    return None


def new_conversation(
    vault: Vault, phone_id: UUID, case_id: UUID, number: int, position: Position, silent_at: datetime
) -> Conversation:
    """A conversation about a new case, as a row to be added."""
    talk_id = new_id()
    return Conversation(
        id=talk_id,
        phone_id=phone_id,
        case_id=case_id,
        number=number,
        position_veil=vault.veil_json(_place(talk_id, phone_id, case_id), position.as_json()),
        silent_at=_stored_time(position, silent_at),
        ended=position.step is Step.ENDED,
    )


def move_conversation(
    vault: Vault, talk: Conversation, position: Position, silent_at: datetime | None
) -> None:
    """Store where a conversation stands now, and when silence settles it."""
    place = _place(talk.id, talk.phone_id, talk.case_id)
    talk.position_veil = vault.veil_json(place, position.as_json())
    talk.silent_at = _stored_time(position, silent_at)
    talk.ended = position.step is Step.ENDED


def moving(
    vault: Vault,
    talk_id: UUID,
    phone_id: UUID,
    case_id: UUID,
    stood: bytes,
    position: Position,
    silent_at: datetime,
) -> Statement:
    """Move a conversation on from where it was seen to stand, under the lock of its phone's row.

    Gives no row, and nothing happens, when it stands elsewhere by now, has ended, or its phone has a later one.
    """
    return Statement(
        _MOVE,
        {
            "talk_id": talk_id,
            "stood": stood,
            "veil": vault.veil_json(_place(talk_id, phone_id, case_id), position.as_json()),
            "silent": _stored_time(position, silent_at),
            "over": position.step is Step.ENDED,
        },
        must=True,
    )


def _stored_time(position: Position, silent_at: datetime | None) -> datetime | None:
    """When silence settles it, up to the next quarter of an hour: the minute would tell when the worker held the phone."""
    return clock.quarter_after(silent_at) if silent_at is not None and position.waits else None


def _place(talk_id: UUID, phone_id: UUID, case_id: UUID) -> Place:
    # With phone and case in it: whoever can only write the database must not make their phone the worker of another case.
    return Place(Conversation.__tablename__, talk_id, f"position_veil of {phone_id} and {case_id}")
