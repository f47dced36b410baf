"""A report that waited on a phone: what stands under its seal, read strictly, and filed by the same use case as the form's.

The contract with the phone is docs/outbox.md; no Flask in here.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.intake.admission import counting_refusals
from app.intake.filed import Filed
from app.intake.report import Report
from app.intake.reporting import file_report
from app.services import Services
from app.vault import (
    RECEIPT_DIGITS,
    IntakeKeyRetired,
    IntakeKeyUnknown,
    PhoneSeal,
    PhoneSubmission,
    Receipt,
    ReceiptMistyped,
    ReceiptNotTaken,
    SealBroken,
    open_phone_seal,
    parse_receipt,
    phone_submission,
    refuse_used_receipt,
    take_brought_receipt,
)

VERSION = 1
"""What phones speak now, and the oldest that is still understood."""
OLDEST_VERSION = 1

LARGEST_ENVELOPE = 192 * 1024
"""Bytes of an envelope: the longest words that the form takes, four bytes a sign, filled up and written in base 64."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BASE_64 = re.compile(r"[A-Za-z0-9_-]*")
_RECEIPT = re.compile(f"[0-9]{{{RECEIPT_DIGITS}}}")
_ACK_BYTES = 32
# No form of ours has a tenth of these; names and keys are short.
_MOST_FIELDS = 200
_LONGEST_NAME = 64


class Refusal(StrEnum):
    """Why a phone need not send an envelope again; the words are the contract's."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNKNOWN_KEY = "unknown_key"
    RETIRED_KEY = "retired_key"
    FORGED = "forged"
    MISTAKES = "mistakes"
    CONFLICT = "conflict"
    RECEIPT = "receipt"
    NO_CASE = "no_case"
    OLD_CLIENT = "old_client"


class EnvelopeRefused(Exception):
    """This envelope will never be taken, for this reason; nothing was stored."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Envelope:
    """What a phone posts: the seal, and whether somebody looks at the screen and wants the receipt's page."""

    version: int
    seal: PhoneSeal
    page: bool


@dataclass(frozen=True)
class Letter:
    """What was under the seal: the fields of a form as the plain page posts them, and what they are filed under.

    With `to_inbox` they are those of a form of the inbox, for the case that has this code; else those of a report.
    """

    submission: PhoneSubmission
    language: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    to_inbox: bool = False


def read_envelope(raw: bytes) -> Envelope:
    """Read what was posted; raises `EnvelopeRefused`."""
    read = _object(raw)
    version = read.get("v")
    if type(version) is not int:
        raise EnvelopeRefused(Refusal.MALFORMED)
    # Before the rest, which may have had another shape then.
    if version < OLDEST_VERSION:
        raise EnvelopeRefused(Refusal.OLD_CLIENT)
    page = read.get("page", False)
    if version > VERSION or type(page) is not bool:
        raise EnvelopeRefused(Refusal.MALFORMED)
    key = _text(read, "key", longest=_LONGEST_NAME)
    return Envelope(version, PhoneSeal(key, _uuid(read), _bytes(read, "enc"), _bytes(read, "ct")), page)


def open_letter(services: Services, envelope: Envelope) -> Letter:
    """Open the seal and read what is under it; raises `EnvelopeRefused`."""
    try:
        opened = _opened(services, envelope.seal)
    except IntakeKeyUnknown:
        raise EnvelopeRefused(Refusal.UNKNOWN_KEY) from None
    except IntakeKeyRetired:
        raise EnvelopeRefused(Refusal.RETIRED_KEY) from None
    except SealBroken:
        raise EnvelopeRefused(Refusal.FORGED) from None
    return _read_letter(opened, envelope)


def file_letter(services: Services, report: Report, submission: PhoneSubmission, sender: str | None) -> Filed:
    """File what a phone kept, exactly once, as `file_report` does; raises what it raises."""
    try:
        return file_report(services, report, submission, sender)
    except IntegrityError:
        # Two phones with one code at the same moment: neither saw the other's when it looked.
        with counting_refusals(services, sender, ReceiptNotTaken):
            keys = services.vault.derive_receipt_keys(submission.receipt)
            with services.database.reading() as session:
                refuse_used_receipt(session, keys)
        raise


def _opened(services: Services, seal: PhoneSeal) -> bytes:
    try:
        return services.vault.open_phone_seal(seal)
    except IntakeKeyUnknown:
        # One made since this process started: another process of the same service may have given it to the phone already.
        return open_phone_seal(services.later_keys.look(services.settings.keys), seal)


def _read_letter(opened: bytes, envelope: Envelope) -> Letter:
    read = _object(opened)
    inside = (read.get("v"), read.get("key"), read.get("submission"))
    if type(inside[0]) is not int:
        raise EnvelopeRefused(Refusal.MALFORMED)
    if inside != (envelope.version, envelope.seal.key, envelope.seal.submission):
        raise EnvelopeRefused(Refusal.FORGED)
    digits, ack = _text(read, "receipt", longest=RECEIPT_DIGITS), _bytes(read, "ack")
    language = _text(read, "lang", longest=_LONGEST_NAME)
    if not _RECEIPT.fullmatch(digits) or len(ack) != _ACK_BYTES:
        raise EnvelopeRefused(Refusal.MALFORMED)
    fields, to_inbox = _fields(read, "fields"), "inbox" in read
    if to_inbox:
        if fields:
            raise EnvelopeRefused(Refusal.MALFORMED)
        fields = _fields(read, "inbox")
    receipt = _known_receipt(digits) if to_inbox else _brought_receipt(digits)
    submission = phone_submission(UUID(envelope.seal.submission), receipt, ack)
    return Letter(submission, language, fields, to_inbox)


def _brought_receipt(digits: str) -> Receipt:
    try:
        return take_brought_receipt(digits)
    except ReceiptNotTaken:
        raise EnvelopeRefused(Refusal.RECEIPT) from None


def _known_receipt(digits: str) -> Receipt:
    """The code of a case that is there: whoever made it, a pattern in it is no reason to refuse."""
    try:
        return parse_receipt(digits)
    except ReceiptMistyped:
        raise EnvelopeRefused(Refusal.NO_CASE) from None


def _object(raw: bytes) -> dict[str, Any]:
    """One JSON object, in which no name stands twice: what two readers read differently is refused."""
    try:
        read = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise EnvelopeRefused(Refusal.MALFORMED) from None
    if not isinstance(read, dict):
        raise EnvelopeRefused(Refusal.MALFORMED)
    return read


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _no_number(_constant: str) -> None:
    raise ValueError("JSON has no such number")


def _text(read: dict[str, Any], name: str, *, longest: int = LARGEST_ENVELOPE) -> str:
    value = read.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise EnvelopeRefused(Refusal.MALFORMED)
    return value


def _uuid(read: dict[str, Any]) -> str:
    value = _text(read, "submission")
    if not _UUID.fullmatch(value):
        raise EnvelopeRefused(Refusal.MALFORMED)
    return value


def _bytes(read: dict[str, Any], name: str) -> bytes:
    """Base 64 for addresses, without filling, in its one spelling."""
    value = _text(read, name)
    if not _BASE_64.fullmatch(value):
        raise EnvelopeRefused(Refusal.MALFORMED)
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except binascii.Error:
        raise EnvelopeRefused(Refusal.MALFORMED) from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != value:
        raise EnvelopeRefused(Refusal.MALFORMED)
    return raw


def _fields(read: dict[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    pairs = read.get(name)
    if not isinstance(pairs, list) or len(pairs) > _MOST_FIELDS or not all(map(_is_field, pairs)):
        raise EnvelopeRefused(Refusal.MALFORMED)
    return tuple((name, value) for name, value in pairs)


def _is_field(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(each, str) for each in pair)
        and len(pair[0]) <= _LONGEST_NAME
    )
