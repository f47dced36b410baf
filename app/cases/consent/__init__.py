"""The worker's consent to a reading helper: written, checked, and taken back with everything it gave."""

from app.cases.consent.consenting import (
    ConsentGiven,
    ConsentSigner,
    SaidToHelper,
    consent_row,
    consent_stands,
    consents_that_stand,
    record_consent,
    withdraw_consents,
)
from app.cases.consent.taking_back import (
    is_kept_ready,
    keys_held_by,
    opens_from_the_start,
    rest_unread,
    take_back,
)

__all__ = [
    "ConsentGiven",
    "ConsentSigner",
    "SaidToHelper",
    "consent_row",
    "consent_stands",
    "consents_that_stand",
    "is_kept_ready",
    "keys_held_by",
    "opens_from_the_start",
    "record_consent",
    "rest_unread",
    "take_back",
    "withdraw_consents",
]
