"""The worker's consent to a reading helper: written, checked, and taken back with everything it gave."""

from app.cases.consent.consenting import (
    ConsentSigner,
    SaidToHelper,
    consent_row,
    consent_stands,
    consents_that_stand,
    withdraw_consents,
)
from app.cases.consent.taking_back import keys_held_by, opens_from_the_start, take_back

__all__ = [
    "ConsentSigner",
    "SaidToHelper",
    "consent_row",
    "consent_stands",
    "consents_that_stand",
    "keys_held_by",
    "opens_from_the_start",
    "take_back",
    "withdraw_consents",
]
