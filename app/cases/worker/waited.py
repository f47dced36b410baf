"""What waited on a phone and is done: the journal of the case knows each submission, so that none is done twice.

A question is answered and a stop takes effect whether an entry of the thread stands for it or not, and danger that a helper lowered
since is told anew only by somebody who presses, never by a phone that asks again because it heard no answer.
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.worker.inbox import Worker
from app.vault import Vault, journal, read_journal

_WAITED = "inbox.waited"


class OtherContent(Exception):
    """This submission was done with other content, or by another phone; what was done first stands."""


@dataclass(frozen=True)
class Waited:
    """A phone's submission, and a tag of its content that only the same phone can make."""

    submission: UUID
    content: bytes = field(repr=False)


def was_done(session: Session, vault: Vault, worker: Worker, waited: Waited) -> bool:
    """Whether it is done; for good only in the unit of work that has locked the case. Raises `OtherContent`."""
    known = next(
        (
            entry.detail["content"]
            for entry in read_journal(session, vault, worker.case_id)
            if entry.act == _WAITED and entry.detail["submission"] == str(waited.submission)
        ),
        None,
    )
    if known is not None and known != waited.content.hex():
        raise OtherContent
    return known is not None


def note_done(session: Session, vault: Vault, worker: Worker, waited: Waited) -> None:
    """Write down that it is done, in the unit of work that did it."""
    detail = {"submission": str(waited.submission), "content": waited.content.hex()}
    journal(session, vault, worker.case_id, _WAITED, worker.actor, detail)
