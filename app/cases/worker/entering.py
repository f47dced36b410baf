"""In with the receipt: who stands behind a code or a cookie, and the session that keeps the inbox open."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Case, lock_case
from app.database import CaseId
from app.vault import (
    Actor,
    ReceiptKeys,
    ReceiptRow,
    SessionContent,
    SessionEnded,
    Vault,
    find_receipt,
    open_session,
    read_session,
)

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=2)


class ReceiptUnknown(Exception):
    """The digits fit, but no case has this receipt: it was replaced, or it belongs to another service."""


@dataclass(frozen=True)
class Worker:
    """A worker in the inbox: the receipt's keys, opened for this request only."""

    case_id: CaseId
    receipt_id: UUID
    keys: ReceiptKeys = field(repr=False)
    content: SessionContent = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The worker as the journal names them: by the row of the receipt, which says nothing."""
        return Actor("worker", self.receipt_id)


def enter_inbox(session: Session, vault: Vault, keys: ReceiptKeys) -> str:
    """Open a worker's session with a receipt's keys and give its cookie; raises `ReceiptUnknown`."""
    row = find_receipt(session, keys)
    if row is None:
        raise ReceiptUnknown
    return session_for(session, vault, row, keys)


def session_for(session: Session, vault: Vault, row: ReceiptRow, keys: ReceiptKeys) -> str:
    """A session for this receipt: its keys are kept under the cookie's secret, the receipt itself nowhere."""
    return open_session(session, vault, "worker", row.id, keys.of(row).packed(), idle=IDLE, longest=LONGEST)


def worker_of(session: Session, vault: Vault, cookie: str) -> Worker:
    """Who stands behind a worker's cookie; raises `SessionEnded`, also when the receipt was replaced meanwhile."""
    content = read_session(session, vault, "worker", cookie)
    keys = ReceiptKeys.unpacked(content.payload)
    row = find_receipt(session, keys)
    if row is None or row.id != content.subject_id:
        raise SessionEnded("the receipt was replaced")
    return Worker(CaseId(row.case_id), row.id, keys, content)


def worker_of_receipt(row: ReceiptRow, keys: ReceiptKeys) -> Worker:
    """Who has this receipt, for one act without a session: no form was made for it, so nobody knows its secret."""
    nobodys = SessionContent(row.id, b"", secrets.token_bytes(32), wants_touch=False)
    return Worker(CaseId(row.case_id), row.id, keys.of(row), nobodys)


def locked_case_of(session: Session, worker: Worker) -> Case:
    """The worker's case with its row locked, for a change."""
    case = lock_case(session, worker.case_id)
    if case is None:
        raise LookupError(f"case {worker.case_id} of a live receipt is gone")
    return case
