"""Sending: claimed, checked once more, handed to a provider, recorded, asked about, redacted."""

from app.messaging.sending.claims import ClaimWatch
from app.messaging.sending.redaction import redact_texts
from app.messaging.sending.send_batch import send_due
from app.messaging.sending.status_polling import ask_providers

__all__ = ["ClaimWatch", "ask_providers", "redact_texts", "send_due"]
