"""Recording consent: the level veiled, the words by their hash, and the worker's own signature where there is a receipt."""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from app import clock
from app.cases.consent import PURPOSE, ConsentRecord
from app.cases.enums import ConsentHow, ConsentLevel
from app.cases.models import Case, Consent
from app.database import new_id
from app.vault import Place, ReceiptKeys, Vault


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
class Signer:
    """The worker's receipt, which signs what was allowed."""

    keys: ReceiptKeys = field(repr=False)
    receipt_id: UUID


def consent_row(
    vault: Vault,
    case: Case,
    level: ConsentLevel,
    how: ConsentHow,
    language: str,
    asked: Asked,
    signer: Signer | None,
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
        level_veil=vault.veil_json(Place("consents", consent_id, "level_veil"), veiled),
        text_version=asked.version,
        text_hash=asked.hash,
        language=language,
        how=how,
        hour=hour,
        signature=None if signer is None else signer.keys.sign(PURPOSE, record.canonical()),
        receipt_id=None if signer is None else signer.receipt_id,
    )
