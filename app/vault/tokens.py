"""The form token: makes posting a form twice harmless, and gives the receipt without the server keeping it anywhere.

It carries an authenticated random secret. Receipt and submission id are derived from it apart, with a server key, and only the
submission id is ever stored: the database leads to neither the token nor the receipt.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import clock
from app.vault.framing import frame
from app.vault.keyholder import KeyHolder, tag_of
from app.vault.keyring import ID_BYTES
from app.vault.members import RECOVERY_BYTES
from app.vault.receipts import Receipt, receipt_from_secret

FORM_TOKEN_LASTS = timedelta(days=7)

_FORMAT = b"\x01"
_TIME_BYTES = 5
_SECRET_BYTES = 18
_MAC_BYTES = 16
_MACED = len(_FORMAT) + ID_BYTES + _TIME_BYTES + _SECRET_BYTES


class TokenForged(Exception):
    """The token was not made by this deployment, or it was changed."""


@dataclass(frozen=True)
class FormToken:
    """A token that this deployment made."""

    issued: datetime
    submission_id: UUID
    receipt: Receipt = field(repr=False)
    body_key: bytes = field(repr=False)

    @property
    def expired(self) -> bool:
        """Whether the form is too old to be taken as new; what was typed stays on the page all the same."""
        return clock.now() - self.issued > FORM_TOKEN_LASTS

    def body_tag(self, canonical: bytes) -> bytes:
        """What tells a second post with the same words from one with others; says nothing without the token."""
        return tag_of(self.body_key, canonical)

    def recovery_secret(self, *content: str) -> bytes:
        """The secret of a recovery code that this page with this content makes, and only it: sent twice, it is the same one."""
        told = (text.encode("utf-8", "surrogatepass") for text in content)
        return tag_of(self.body_key, "recovery code", *told)[:RECOVERY_BYTES]


def form_token(holder: KeyHolder) -> str:
    """A fresh token for a form, 59 URL-safe characters."""
    key_id = holder.pepper_ids[0]
    seconds = int(clock.now().timestamp())
    start = _FORMAT + bytes.fromhex(key_id) + seconds.to_bytes(_TIME_BYTES) + os.urandom(_SECRET_BYTES)
    return base64.urlsafe_b64encode(start + _mac(holder, key_id, start)).decode().rstrip("=")


def read_form_token(holder: KeyHolder, token: str) -> FormToken:
    """What a token carries; raises `TokenForged`."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        start, mac = raw[:_MACED], raw[_MACED:]
        key_id = start[len(_FORMAT) :][:ID_BYTES].hex()
        fits = start.startswith(_FORMAT) and hmac.compare_digest(mac, _mac(holder, key_id, start))
    except (binascii.Error, ValueError, KeyError):
        raise TokenForged("not a token of this deployment") from None
    if not fits:
        raise TokenForged("not a token of this deployment")
    seconds = int.from_bytes(start[-_SECRET_BYTES - _TIME_BYTES : -_SECRET_BYTES])
    root = tag_of(holder.index_key(key_id, "form token secret"), holder.deployment, start)
    return FormToken(
        issued=datetime.fromtimestamp(seconds, UTC),
        submission_id=UUID(bytes=tag_of(root, "submission")[:16], version=4),
        receipt=receipt_from_secret(tag_of(root, "receipt")),
        body_key=tag_of(root, "body"),
    )


def _mac(holder: KeyHolder, key_id: str, start: bytes) -> bytes:
    key = holder.index_key(key_id, "form token")
    return hmac.digest(key, frame(holder.deployment, start), "sha256")[:_MAC_BYTES]
