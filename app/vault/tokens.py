"""What a report is filed under, exactly once: a form token, which gives the receipt without its being kept, or a phone's own.

The form token carries an authenticated random secret. Receipt and submission id are derived from it apart, with a server key, and
only the submission id is ever stored: the database leads to neither the token nor the receipt. A phone without a network has no
token, and brings a submission id, a receipt and a secret of its own (docs/outbox.md).
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app import clock
from app.vault.framing import Part, frame
from app.vault.keyholder import KeyHolder, tag_of
from app.vault.keyring import ID_BYTES
from app.vault.members import RECOVERY_BYTES
from app.vault.receipts import Receipt, receipt_from_secret

FORM_TOKEN_LASTS = timedelta(days=7)

_FORMAT = b"\x01"
_TIME_BYTES = 5
_SECRET_BYTES = 18
_MAC_BYTES = 16
_CASE_NAME = "case named by a form"
_CASE_NAME_BYTES = 18
_MACED = len(_FORMAT) + ID_BYTES + _TIME_BYTES + _SECRET_BYTES


class TokenForged(Exception):
    """The token was not made by this deployment, or it was changed."""


@dataclass(frozen=True)
class Submission:
    """What a report is filed under: its id, the worker's code, and what tells the same report from one with other words."""

    submission_id: UUID
    receipt: Receipt = field(repr=False)
    body_key: bytes = field(repr=False)

    @property
    def brings_receipt(self) -> bool:
        """Whether the code was made elsewhere, so that somebody may have it already."""
        return False

    def body_tag(self, canonical: bytes) -> bytes:
        """What tells a second post with the same words from one with others; says nothing without the submission's secret."""
        return tag_of(self.body_key, canonical)


@dataclass(frozen=True)
class PhoneSubmission(Submission):
    """A report from a phone's outbox. `ack` is the phone's secret; who proves to know it has opened the seal."""

    ack: bytes = field(repr=False)

    @property
    def brings_receipt(self) -> bool:
        """The phone made it."""
        return True

    def act_id(self, *meaning: Part) -> UUID:
        """The id of what it stores where no page of ours gave a token: the same for the same meaning, and only this phone's."""
        return UUID(bytes=tag_of(self.ack, "act", self.submission_id, frame(*meaning))[:16], version=4)

    @property
    def proof(self) -> bytes:
        """What tells the phone that its seal was opened and the report kept; a page in between cannot make it."""
        return hmac.digest(self.ack, f"redress kept v1 {self.submission_id}".encode(), "sha256")


@dataclass(frozen=True)
class FormToken(Submission):
    """A token that this deployment made."""

    issued: datetime
    act_key: bytes = field(repr=False)

    def act_id(self, *meaning: Part) -> UUID:
        """The id of what a post with this token stores: the same for the same meaning, another one for anything else.

        The meaning is the form's name, the case and all that was filled in. A page is sent again after Back with other words or
        another tick, and an id of the page alone would make that second act look like a repetition of the first.
        """
        return UUID(bytes=tag_of(self.act_key, "act", frame(*meaning))[:16], version=4)

    @property
    def expired(self) -> bool:
        """Whether the form is too old to be taken as new; what was typed stays on the page all the same."""
        return clock.now() - self.issued > FORM_TOKEN_LASTS

    def secret_for(self, what: str, *content: str) -> bytes:
        """A secret of 32 bytes that this page with this content makes, and only it: sent twice, it is the same one."""
        told = (text.encode("utf-8", "surrogatepass") for text in content)
        return tag_of(self.body_key, f"secret for {what}", *told)

    def recovery_secret(self, *content: str) -> bytes:
        """The secret of a recovery code that this page with this content makes, and only it: sent twice, it is the same one."""
        told = (text.encode("utf-8", "surrogatepass") for text in content)
        return tag_of(self.body_key, "recovery code", *told)[:RECOVERY_BYTES]


def phone_submission(submission_id: UUID, receipt: Receipt, ack: bytes) -> PhoneSubmission:
    """What a phone brought. Its secret keys the tag of its words, so that neither code nor words can be guessed from the row."""
    body_key = tag_of(ack, "outbox body", submission_id, receipt)
    return PhoneSubmission(submission_id, receipt, body_key, ack)


def form_token(holder: KeyHolder) -> str:
    """A fresh token for a form, 59 URL-safe characters."""
    return _written(holder, clock.now(), os.urandom(_SECRET_BYTES))


def follow_form_token(holder: KeyHolder, token: str, *meaning: Part) -> str:
    """The token for sending this as something new where a token was used: the same for the same meaning. Raises `TokenForged`."""
    before = read_form_token(holder, token)
    secret = tag_of(before.act_key, "following", frame(*meaning))
    return _written(holder, before.issued, secret[:_SECRET_BYTES])


def _written(holder: KeyHolder, issued: datetime, secret: bytes) -> str:
    key_id = holder.pepper_ids[0]
    seconds = int(issued.timestamp())
    start = _FORMAT + bytes.fromhex(key_id) + seconds.to_bytes(_TIME_BYTES) + secret
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
        act_key=tag_of(root, "act"),
    )


def name_case(holder: KeyHolder, case_id: UUID) -> str:
    """What the forms of a page call the case they are about: nobody can guess it, and it leads to no row without the keyring."""
    return _case_name(holder.lookup(_CASE_NAME, case_id.bytes))


def is_case_named(holder: KeyHolder, name: str, case_id: UUID) -> bool:
    """Whether a form that carries this name is about that case."""
    given = name.encode("utf-8", "surrogatepass")
    known = holder.lookups(_CASE_NAME, case_id.bytes)
    return any(hmac.compare_digest(_case_name(tag).encode(), given) for tag in known)


def _case_name(tag: bytes) -> str:
    return base64.urlsafe_b64encode(tag[:_CASE_NAME_BYTES]).decode().rstrip("=")


def _mac(holder: KeyHolder, key_id: str, start: bytes) -> bytes:
    key = holder.index_key(key_id, "form token")
    return tag_of(key, holder.deployment, start)[:_MAC_BYTES]
