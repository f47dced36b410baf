"""Wishes to be texted, left on the form: the phone of each, found from its case and back only by whoever holds a keyring.

Whoever changes a wish locks its phone's row first and the case after it, as whoever hears a STOP does.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from app.database import CaseId, new_id
from app.inserts import insert_unless_taken
from app.messaging.models import Phone, TextWish
from app.messaging.numbers import Number
from app.messaging.phones import keep_phone, new_phone
from app.vault import Place, Vault, VeilBroken

_PURPOSE = "text wish"


@dataclass(frozen=True)
class SealedWish:
    """A wish whose number is hashed and sealed: rows for `keep_wish`, and nothing that could be read back."""

    wish: TextWish
    phone: Phone = field(repr=False)
    tags: Mapping[str, bytes] = field(repr=False)


def seal_wish(vault: Vault, case_id: CaseId, number: Number, gateway: str, line: str) -> SealedWish:
    """Hash and seal a number, before any unit of work for writing: one run of Argon2id. Raises `TooBusy`."""
    tags = vault.number_tags(number.e164)
    phone = new_phone(vault, tags, number, gateway, line)
    wish_id = new_id()
    wish = TextWish(
        id=wish_id,
        case_tag=vault.lookup(_PURPOSE, case_id.bytes),
        case_veil=vault.veil(_place(wish_id), str(case_id)),
        phone_id=phone.id,
    )
    return SealedWish(wish, phone, tags)


def keep_wish(session: Session, sealed: SealedWish) -> None:
    """Store a wish, once for each case; a number that is known already is answered from the line that it knows."""
    sealed.wish.phone_id = keep_phone(session, sealed.tags, sealed.phone).id
    insert_unless_taken(session, sealed.wish)


def wished_phones(vault: Vault, case_id: CaseId) -> Select[UUID]:
    """The id of the phone on which the worker of a case wants to be texted, for a query; it finds none where nobody asked."""
    return select(TextWish.phone_id).where(TextWish.case_tag.in_(vault.lookups(_PURPOSE, case_id.bytes)))


def is_wished(session: Session, phone_id: UUID) -> bool:
    """Whether somebody who filed on the web is still to be texted on this phone."""
    return (
        session.scalars(select(TextWish.id).where(TextWish.phone_id == phone_id).limit(1)).first() is not None
    )


def end_wish(session: Session, vault: Vault, case_id: CaseId) -> Phone | None:
    """The worker of this case is not to be texted any more; the phone that it was, its row locked, or None where nobody asked."""
    phone_id = session.scalars(wished_phones(vault, case_id)).first()
    if phone_id is None:
        return None
    phone = session.get(Phone, phone_id, with_for_update=True, populate_existing=True)
    tags = vault.lookups(_PURPOSE, case_id.bytes)
    session.execute(delete(TextWish).where(TextWish.case_tag.in_(tags)))
    return phone


def end_wishes_on(session: Session, vault: Vault, phone_id: UUID) -> list[CaseId]:
    """Nobody is to be texted on this phone any more, whose row the caller has locked; the cases of those who asked for it."""
    ending = delete(TextWish).where(TextWish.phone_id == phone_id).returning(TextWish.id, TextWish.case_veil)
    cases = []
    for wish_id, veil in session.execute(ending):
        # A row that somebody tampered with must not keep a STOP from being obeyed.
        with suppress(VeilBroken):
            cases.append(CaseId(UUID(vault.unveil(_place(wish_id), veil))))
    return cases


def _place(wish_id: UUID) -> Place:
    return Place("text_wishes", wish_id, "case_veil")
