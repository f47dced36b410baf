"""Recording consent: the level veiled, the words by their hash, and the worker's own signature."""

from uuid import UUID

from app import clock
from app.cases.consent import PURPOSE, ConsentRecord, ConsentTexts
from app.cases.enums import ConsentHow, ConsentLevel
from app.cases.models import Case, Consent
from app.database import new_id
from app.vault import Place, ReceiptKeys, Vault


def consent_row(
    vault: Vault,
    case: Case,
    level: ConsentLevel,
    how: ConsentHow,
    language: str,
    texts: ConsentTexts,
    keys: ReceiptKeys,
    receipt_id: UUID,
) -> Consent:
    """The record of what the worker allowed, signed with the receipt, as a row to be added."""
    consent_id, hour = new_id(), clock.hour_of(clock.now())
    record = ConsentRecord(
        case_id=case.id,
        level=level,
        tell_company=False,
        text_version=texts.version,
        text_hash=texts.hash,
        language=language,
        how=how,
        hour=hour,
    )
    veiled = {"level": level.value, "company": False}
    return Consent(
        case_id=case.id,
        id=consent_id,
        level_veil=vault.veil_json(Place("consents", consent_id, "level_veil"), veiled),
        text_version=texts.version,
        text_hash=texts.hash,
        language=language,
        how=how,
        hour=hour,
        signature=keys.sign(PURPOSE, record.canonical()),
        receipt_id=receipt_id,
    )
