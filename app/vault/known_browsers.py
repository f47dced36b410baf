"""The mark of a browser in which a member has signed in fully: sealed by us, opaque to everybody, and good for one thing only.

It opens nothing. It tells the limits on guessing that this is no stranger, so that guessers elsewhere never stand in the way.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag

from app import clock
from app.database import MemberId
from app.vault.framing import frame, unframe
from app.vault.keyholder import KeyHolder
from app.vault.keyring import ID_BYTES
from app.vault.veil import decrypt, encrypt

KNOWN_FOR = timedelta(days=180)
_PURPOSE = "known browser"
_LONGEST = 400


@dataclass(frozen=True)
class KnownBrowser:
    """Whose browser it is, and what its tries are counted under."""

    member_id: MemberId
    id: UUID


def mark_browser(holder: KeyHolder, member_id: MemberId) -> str:
    """The mark for a browser in which this member has just signed in."""
    key_id, cipher = holder.field_cipher(_PURPOSE)
    made = frame(member_id, secrets.token_bytes(16), int(clock.now().timestamp()))
    sealed = bytes.fromhex(key_id) + encrypt(cipher, made, _bound(holder))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_browser_mark(holder: KeyHolder, mark: str) -> KnownBrowser | None:
    """Whose browser this is; nobody's when the mark is not ours, or too old."""
    if not 0 < len(mark) <= _LONGEST:
        return None
    try:
        raw = base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True)
        _, cipher = holder.field_cipher(_PURPOSE, raw[:ID_BYTES].hex())
        member_id, browser_id, made = unframe(decrypt(cipher, raw[ID_BYTES:], _bound(holder)))
    except (InvalidTag, KeyError, ValueError):
        return None
    if clock.now().timestamp() - int.from_bytes(made) > KNOWN_FOR.total_seconds():
        return None
    return KnownBrowser(MemberId(UUID(bytes=member_id)), UUID(bytes=browser_id))


def _bound(holder: KeyHolder) -> bytes:
    return frame("known browser", holder.deployment)
