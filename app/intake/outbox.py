"""A report that waited on a phone: what stands under its seal, read strictly, and filed by the same use case as the form's.

The contract with the phone is docs/outbox.md; no Flask in here.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.attachments import LARGEST_FILE, MOST_FILES, DeclaredFile, FileKind
from app.intake.admission import counting_refusals
from app.intake.filed import Filed
from app.intake.report import Report
from app.intake.reporting import file_report
from app.intake.strict import EnvelopeRefused, Refusal, read_bytes, read_object, read_text, read_uuid
from app.services import Services
from app.vault import (
    RECEIPT_DIGITS,
    IntakeKeyRetired,
    IntakeKeyUnknown,
    PhoneSeal,
    PhoneSubmission,
    ReceiptNotTaken,
    SealBroken,
    owner_tag,
    phone_submission,
    refuse_used_receipt,
    take_brought_receipt,
)

VERSION = 1
"""What phones speak now, and the oldest that is still understood."""
OLDEST_VERSION = 1

_RECEIPT = re.compile(f"[0-9]{{{RECEIPT_DIGITS}}}")
_ACK_BYTES = _TAG_BYTES = 32
_KINDS = tuple(FileKind)
# No form of ours has a tenth of these; names and keys are short.
_MOST_FIELDS = 200
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Envelope:
    """What a phone posts: the seal, and whether somebody looks at the screen and wants the receipt's page."""

    version: int
    seal: PhoneSeal
    page: bool


@dataclass(frozen=True)
class Letter:
    """What was under the seal: the fields of the form as the plain page posts them, and what they are filed under."""

    submission: PhoneSubmission
    language: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    files: tuple[DeclaredFile, ...] = ()


def read_envelope(raw: bytes) -> Envelope:
    """Read what was posted; raises `EnvelopeRefused`."""
    read = read_object(raw)
    version = read.get("v")
    if type(version) is not int:
        raise EnvelopeRefused(Refusal.MALFORMED)
    # Before the rest, which may have had another shape then.
    if version < OLDEST_VERSION:
        raise EnvelopeRefused(Refusal.OLD_CLIENT)
    page = read.get("page", False)
    if version > VERSION or type(page) is not bool:
        raise EnvelopeRefused(Refusal.MALFORMED)
    key = read_text(read, "key", longest=_LONGEST_NAME)
    return Envelope(
        version,
        PhoneSeal(key, read_uuid(read, "submission"), read_bytes(read, "enc"), read_bytes(read, "ct")),
        page,
    )


def open_letter(services: Services, envelope: Envelope) -> Letter:
    """Open the seal and read what is under it; raises `EnvelopeRefused`."""
    try:
        opened = services.open_from_phone(envelope.seal)
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


def _read_letter(opened: bytes, envelope: Envelope) -> Letter:
    read = read_object(opened)
    inside = (read.get("v"), read.get("key"), read.get("submission"))
    if type(inside[0]) is not int:
        raise EnvelopeRefused(Refusal.MALFORMED)
    if inside != (envelope.version, envelope.seal.key, envelope.seal.submission):
        raise EnvelopeRefused(Refusal.FORGED)
    digits, ack = read_text(read, "receipt", longest=RECEIPT_DIGITS), read_bytes(read, "ack")
    language = read_text(read, "lang", longest=_LONGEST_NAME)
    if not _RECEIPT.fullmatch(digits) or len(ack) != _ACK_BYTES:
        raise EnvelopeRefused(Refusal.MALFORMED)
    fields = _fields(read)
    files = _files(read, UUID(envelope.seal.submission), ack)
    try:
        receipt = take_brought_receipt(digits)
    except ReceiptNotTaken:
        raise EnvelopeRefused(Refusal.RECEIPT) from None
    return Letter(phone_submission(UUID(envelope.seal.submission), receipt, ack), language, fields, files)


def _files(read: dict[str, Any], submission: UUID, ack: bytes) -> tuple[DeclaredFile, ...]:
    """The files that follow the report; raises `EnvelopeRefused`."""
    told = read.get("files", [])
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise EnvelopeRefused(Refusal.MALFORMED)
    files = tuple(_file(each, submission, ack) for each in told)
    if len({file.id for file in files}) != len(files) or len(files) > MOST_FILES:
        raise EnvelopeRefused(Refusal.FILES)
    return files


def _file(told: dict[str, Any], submission: UUID, ack: bytes) -> DeclaredFile:
    size, tag = told.get("size"), read_bytes(told, "tag")
    if type(size) is not int or len(tag) != _TAG_BYTES or told.get("kind") not in _KINDS:
        raise EnvelopeRefused(Refusal.MALFORMED)
    if not 0 < size <= LARGEST_FILE:
        raise EnvelopeRefused(Refusal.FILES)
    file = UUID(read_uuid(told, "file"))
    return DeclaredFile(file, FileKind(told["kind"]), size, tag, owner_tag(ack, submission, file))


def _fields(read: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = read.get("fields")
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
