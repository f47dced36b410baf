"""What binds a file of a phone's to its report: tags and proofs under the secret that only the report's seal told us."""

import hmac
from hashlib import sha256
from uuid import UUID


def file_tag(ack: bytes, file: UUID, body: bytes | bytearray) -> bytes:
    """The tag by which a report commits to the content of a file (docs/outbox.md)."""
    return hmac.digest(ack, f"redress file v1 {file} ".encode() + sha256(body).digest(), "sha256")


def owner_tag(ack: bytes, submission: UUID, file: UUID) -> bytes:
    """What tells whoever sealed the report from somebody who only knows the file's name."""
    return hmac.digest(ack, f"redress file owner v1 {submission} {file}".encode(), "sha256")


def chunk_proof(ack: bytes, submission: UUID, file: UUID, index: int) -> bytes:
    """What tells the phone that a chunk was opened and kept."""
    return hmac.digest(ack, f"redress kept v1 {submission} {file} {index}".encode(), "sha256")


def whole_proof(ack: bytes, submission: UUID, file: UUID) -> bytes:
    """What tells the phone that the file stands in its case."""
    return hmac.digest(ack, f"redress whole v1 {submission} {file}".encode(), "sha256")


def same_tag(one: bytes, other: bytes) -> bool:
    """Whether two tags are the same, in a time that tells nothing."""
    return hmac.compare_digest(one, other)
