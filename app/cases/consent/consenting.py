"""Recording consent, veiled and signed with the worker's receipt where there is one; and proving it before anything is shared."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import PURPOSE, Case, Consent, ConsentRecord, facts_of
from app.cases.enums import ConsentHow, ConsentLevel
from app.database import CaseId, new_id
from app.vault import (
    Actor,
    Json,
    Place,
    PublicKeyForged,
    ReceiptKeys,
    ReceiptRow,
    SignatureForged,
    Vault,
    journal,
    sound,
)

_WITHOUT_RECEIPT = frozenset({ConsentHow.TEXT, ConsentHow.TEXT_SENT, ConsentHow.HELPER})
"""How a consent comes that no receipt can sign."""


class Asked(Protocol):
    """The words in which a consent was asked, by form or by text: their version and their hash."""

    @property
    def version(self) -> str:
        """The version of the source texts."""

    @property
    def hash(self) -> bytes:
        """SHA-256 over the words as the worker read them."""


@dataclass(frozen=True)
class SaidToHelper:
    """What a helper confirms of a worker who said it: there are no other words that both have read."""

    version: str
    words: str

    @property
    def hash(self) -> bytes:
        """SHA-256 of the words."""
        return hashlib.sha256(self.words.encode("utf-8")).digest()


@dataclass(frozen=True)
class ConsentSigner:
    """The worker's receipt, which signs what was allowed."""

    keys: ReceiptKeys = field(repr=False)
    receipt_id: UUID


@dataclass(frozen=True)
class ConsentGiven:
    """How a consent came: through which door, in which words, from whom, and signed by the worker's receipt where there is one."""

    how: ConsentHow
    language: str
    asked: Asked
    by: Actor
    signer: ConsentSigner | None = None


def consent_row(
    vault: Vault,
    case: Case,
    level: ConsentLevel,
    how: ConsentHow,
    language: str,
    asked: Asked,
    signer: ConsentSigner | None,
    tell_company: bool = False,
) -> Consent:
    """The record of what the worker allowed, as a row to be added; by text or through a helper no receipt signs it."""
    consent_id, hour = new_id(), clock.hour_of(clock.now())
    record = ConsentRecord(
        case_id=case.id,
        level=level,
        tell_company=tell_company,
        text_version=asked.version,
        text_hash=asked.hash,
        language=language,
        how=how,
        hour=hour,
    )
    veiled = {"level": level.value, "company": tell_company}
    return Consent(
        case_id=case.id,
        id=consent_id,
        level_veil=vault.veil_json(_level_place(consent_id), veiled),
        text_version=asked.version,
        text_hash=asked.hash,
        language=language,
        how=how,
        hour=hour,
        signature=None if signer is None else signer.keys.sign(PURPOSE, record.canonical()),
        receipt_id=None if signer is None else signer.receipt_id,
    )


def record_consent(
    session: Session,
    vault: Vault,
    case: Case,
    level: ConsentLevel,
    given: ConsentGiven,
    tell_company: bool = False,
) -> None:
    """Write down what the worker allows from now on; what was allowed before is over. The caller has locked the case."""
    withdraw_consents(session, case)
    session.add(
        consent_row(vault, case, level, given.how, given.language, given.asked, given.signer, tell_company)
    )
    detail: dict[str, Json] = {"level": level.value} | ({"company": True} if tell_company else {})
    journal(session, vault, CaseId(case.id), "consent.given", given.by, detail)


def consent_stands(session: Session, vault: Vault, case: Case) -> bool:
    """Whether the worker's own consent allows what the case's facts say, so that the case may be shared with one more holder.

    The record must be this deployment's, still live, of the same level, and, where a receipt signed it, signed by that receipt over
    these very words and this hour. Facts are veiled only: without this, an older copy of them would widen a consent again.
    """
    return bool(consents_that_stand(session, vault, [case]))


def consents_that_stand(session: Session, vault: Vault, cases: Collection[Case]) -> set[UUID]:
    """As `consent_stands` for many cases, in two statements: the ids of those where it does."""
    levels = {case.id: facts_of(vault, case).consent for case in cases}
    live = select(Consent).where(Consent.case_id.in_(levels), Consent.withdrawn_hour.is_(None))
    rows = list(sound(vault, session.scalars(live.execution_options(populate_existing=True))))
    signers = {row.receipt_id for row in rows if row.receipt_id is not None}
    receipts = {
        receipt.id: receipt
        for receipt in session.scalars(select(ReceiptRow).where(ReceiptRow.id.in_(signers)))
    }
    return {row.case_id for row in rows if _proves(vault, row, levels[row.case_id], receipts)}


def withdraw_consents(session: Session, case: Case) -> None:
    """End every consent that is live; the rows stay as evidence. The caller has locked the case."""
    session.flush()
    live = select(Consent).where(Consent.case_id == case.id, Consent.withdrawn_hour.is_(None))
    for row in session.scalars(live):
        row.withdrawn_hour = clock.hour_of(clock.now())
    session.flush()


def _proves(vault: Vault, row: Consent, level: ConsentLevel, receipts: Mapping[UUID, ReceiptRow]) -> bool:
    said = vault.unveil_json(_level_place(row.id), row.level_veil)
    if said["level"] != level.value:
        return False
    if row.signature is None:
        return row.how in _WITHOUT_RECEIPT
    record = ConsentRecord(
        case_id=row.case_id,
        level=level,
        tell_company=said["company"],
        text_version=row.text_version,
        text_hash=row.text_hash,
        language=row.language,
        how=row.how,
        hour=row.hour,
    )
    receipt = None if row.receipt_id is None else receipts.get(row.receipt_id)
    if receipt is None or receipt.case_id != row.case_id:
        return False
    try:
        vault.verify_signature(receipt, PURPOSE, record.canonical(), row.signature)
    except (SignatureForged, PublicKeyForged):
        return False
    return True


def _level_place(consent_id: UUID) -> Place:
    return Place("consents", consent_id, "level_veil")
