"""Wishes to be texted, left on the form: the phone of each, found from its case and back only by whoever holds a keyring.

Whoever changes a wish locks its phone's row first and the case after it, as whoever hears a STOP does.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import Base, CaseId, insert_unless_taken, new_id
from app.messaging.models import Phone, TextRequest
from app.messaging.phones.numbers import Number
from app.messaging.phones.phone_rows import keep_phone, lock_phone, new_phone
from app.vault import (
    Place,
    Vault,
    VeilBroken,
    holder_of,
    is_sound,
    row_fits,
    sound,
    sound_or_none,
)

_PURPOSE = "text wish"
_WISHES = Base.metadata.tables[TextRequest.__tablename__].c


@dataclass(frozen=True)
class SealedTextRequest:
    """A wish whose number is hashed and sealed: rows for `keep_text_request`, and nothing that could be read back."""

    wish: TextRequest
    phone: Phone = field(repr=False)
    tags: Mapping[str, bytes] = field(repr=False)


def seal_text_request(
    vault: Vault, case_id: CaseId, number: Number, gateway: str, line: str
) -> SealedTextRequest:
    """Hash and seal a number, before any unit of work for writing: one run of Argon2id. Raises `TooBusy`."""
    tags = vault.number_tags(number.e164)
    phone = new_phone(vault, tags, number, gateway, line)
    wish_id = new_id()
    wish = TextRequest(
        id=wish_id,
        case_tag=vault.lookup(_PURPOSE, case_id.bytes),
        case_veil=vault.veil(_place(wish_id), str(case_id)),
        phone_id=phone.id,
    )
    return SealedTextRequest(wish, phone, tags)


def keep_text_request(session: Session, sealed: SealedTextRequest) -> None:
    """Store a wish, once for each case; a number that is known already is answered from the line that it knows."""
    sealed.wish.phone_id = keep_phone(session, sealed.tags, sealed.phone).id
    if insert_unless_taken(session, sealed.wish):
        return
    # One that others wrote must not stand in the way of the worker's own.
    taken = select(TextRequest).where(TextRequest.case_tag == sealed.wish.case_tag)
    if sound_or_none(holder_of(session), session.scalars(taken).one_or_none()) is None:
        session.execute(delete(TextRequest).where(TextRequest.case_tag == sealed.wish.case_tag))
        insert_unless_taken(session, sealed.wish)


def requested_phone(session: Session, vault: Vault, case_id: CaseId) -> UUID | None:
    """The phone on which the worker of a case wants to be texted; None where nobody asked, or others wrote that they did."""
    return next((wish.phone_id for wish in sound(vault, _wishes_of(session, vault, case_id))), None)


def text_requests_on(session: Session, vault: Vault, phone_id: UUID) -> list[CaseId]:
    """The cases whose workers want to be texted on this phone; wishes that others wrote are left out."""
    wishes = session.scalars(select(TextRequest).where(TextRequest.phone_id == phone_id)).all()
    cases = []
    for wish in sound(vault, wishes):
        with suppress(VeilBroken):
            cases.append(CaseId(UUID(vault.unveil(_place(wish.id), wish.case_veil))))
    return cases


def is_text_requested(session: Session, phone_id: UUID) -> bool:
    """Whether somebody who filed on the web is still to be texted on this phone."""
    requests = session.scalars(select(TextRequest).where(TextRequest.phone_id == phone_id))
    return any(is_sound(holder_of(session), wish) for wish in requests)


def end_text_request(session: Session, vault: Vault, case_id: CaseId) -> Phone | None:
    """The worker of this case is not to be texted any more; the phone that it was, its row locked, or None where nobody asked."""
    requests = _wishes_of(session, vault, case_id)
    if not requests:
        return None
    asked, phone = next(sound(vault, requests), None), None
    if asked is not None:
        phone = lock_phone(session, asked.phone_id)
    session.execute(delete(TextRequest).where(TextRequest.case_tag.in_(_tags_of(vault, case_id))))
    return phone


def end_text_requests_on(session: Session, vault: Vault, phone_id: UUID) -> list[CaseId]:
    """Nobody is to be texted on this phone any more, whose row the caller has locked; the cases of those who asked for it.

    A wish that others wrote goes too, and its case is left alone: a STOP is obeyed, and speaks for nobody else's case.
    """
    ending = delete(TextRequest).where(TextRequest.phone_id == phone_id).returning(*_WISHES)
    cases = []
    for row in session.execute(ending):
        # A row that somebody tampered with, even before it was signed, must not keep a STOP from being obeyed.
        with suppress(VeilBroken):
            if row_fits(vault, TextRequest, row._mapping):
                cases.append(CaseId(UUID(vault.unveil(_place(row.id), row.case_veil))))
    return cases


def _wishes_of(session: Session, vault: Vault, case_id: CaseId) -> Sequence[TextRequest]:
    requests = select(TextRequest).where(TextRequest.case_tag.in_(_tags_of(vault, case_id)))
    return session.scalars(requests).all()


def _tags_of(vault: Vault, case_id: CaseId) -> list[bytes]:
    return vault.lookups(_PURPOSE, case_id.bytes)


def _place(wish_id: UUID) -> Place:
    return Place("text_wishes", wish_id, "case_veil")
