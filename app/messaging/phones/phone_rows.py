"""Phones that wrote to us: found again by a slow tag of the number, the number itself sealed to the dispatcher."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Base, Lock, Ready, Statement, insert_unless_taken, locking, new_id
from app.messaging.models import Phone
from app.messaging.phones.numbers import Number
from app.vault import Place, Vault, holder_of, is_sound


def phone_place(phone_id: UUID) -> Place:
    """Where a phone's number is sealed to the contact key."""
    return Place("phones", phone_id, "number_sealed")


# Made once: putting it together took longer than asking it, and every text asks it while others wait.
_LOCKED = (
    select(Phone)
    .where(Phone.tag.in_(bindparam("tags", expanding=True)))
    .with_for_update()
    .execution_options(populate_existing=True)
)

_PHONES = Base.metadata.tables[Phone.__tablename__].c
_HELD = Ready(
    select(_PHONES.id)
    .where(_PHONES.id == bindparam("phone_id"), _PHONES.tag == bindparam("tag"))
    .with_for_update()
)


def locked_phone(session: Session, tags: Mapping[str, bytes]) -> Phone | None:
    """The phone of a number's tags, its row locked and read afresh.

    A row that others wrote loses its tag: the number is as one that was never known, and whoever has it is heard.
    """
    locking(session, Lock.PHONE)
    holder, kept = holder_of(session), None
    for phone in session.scalars(_LOCKED, {"tags": list(tags.values())}).all():
        if is_sound(holder, phone):
            kept = phone
        else:
            # By its tag, which no other row has: an id that is none finds no row, and who brings the number would ask for ever.
            session.execute(
                update(Phone).where(Phone.tag == phone.tag).values(tag=None),
                execution_options={"synchronize_session": False},
            )
            session.expire(phone)
    return kept


def holding(phone_id: UUID, tag: bytes) -> Statement:
    """Lock the row of a phone that still has its number, for a unit of work that sends several statements together."""
    return Statement(_HELD, {"phone_id": phone_id, "tag": tag}, must=True)


def new_phone(vault: Vault, tags: Mapping[str, bytes], number: Number, gateway: str, line: str) -> Phone:
    """The row of a number that was not known, sealed before any unit of work, for `keep_phone`."""
    phone_id = new_id()
    pepper, tag = next(iter(tags.items()))
    return Phone(
        id=phone_id,
        pepper=pepper,
        tag=tag,
        number_sealed=vault.seal_to_contact(phone_place(phone_id), number.e164),
        gateway=gateway,
        line=line,
        country=number.country,
        made_hour=clock.hour_of(clock.now()),
    )


def keep_phone(session: Session, tags: Mapping[str, bytes], fresh: Phone) -> Phone:
    """The phone of these tags, locked: the fresh row, or the one that another text of the same number has brought meanwhile."""
    locking(session, Lock.PHONE)
    while True:
        if insert_unless_taken(session, fresh):
            return fresh  # nobody else can see it before this unit ends, so nothing has to be read again
        kept = locked_phone(session, tags)
        if kept is not None:
            return kept
        # It was there and was erased before its row could be locked, or others wrote it: now the fresh one has a place.


def lock_phone(session: Session, phone_id: UUID) -> Phone | None:
    """The phone with its row locked and read afresh."""
    locking(session, Lock.PHONE)
    return session.get(Phone, phone_id, with_for_update=True, populate_existing=True)


def erase_phone(session: Session, phone: Phone) -> None:
    """Forget a number whose row the caller has locked: nothing can be sent to it any more, and nobody can find it by trial."""
    phone.tag = phone.number_sealed = None
    session.flush()
