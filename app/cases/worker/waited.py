"""What waited on a phone and is done: the journal of the case knows each submission, so that none is done twice.

A question is answered and a stop takes effect whether an entry of the thread stands for it or not, and danger that a helper lowered
since is told anew only by somebody who presses, never by a phone that asks again because it heard no answer.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.worker.entering import Worker
from app.cases.worker.sharing import STOPPED
from app.vault import Vault, journal, read_journal

_WAITED = "inbox.waited"


class OtherContent(Exception):
    """This submission was done with other content, or by another phone; what was done first stands."""


class Done(StrEnum):
    """How much of a submission is done."""

    NOTHING = "nothing"
    DANGER = "danger"
    """That there is danger was raised; the words that came with it still wait."""
    PRESSED = "pressed"
    """The page's form did it, and the phone never heard so."""
    ALL = "all"


@dataclass(frozen=True)
class Waited:
    """A phone's submission, a tag of its content that only the same phone can make, and the id of what its form does."""

    submission: UUID
    content: bytes = field(repr=False)
    act_id: UUID


def done_before(session: Session, vault: Vault, worker: Worker, waited: Waited) -> Done:
    """How much of it is done, for good in a unit of work that has counted it. Raises `OtherContent`."""
    mine, act = str(waited.submission), str(waited.act_id)
    done = Done.NOTHING
    for entry in read_journal(session, vault, worker.case_id):
        detail = entry.detail
        if entry.act == STOPPED and detail.get("submission") == act and done is Done.NOTHING:
            done = Done.PRESSED
        if entry.act != _WAITED:
            continue
        if detail["submission"] == mine:
            if detail["content"] != waited.content.hex():
                raise OtherContent
            done = Done(detail.get("done", Done.ALL))
        elif detail.get("act") == act and done is Done.PRESSED:
            # Another submission was that press, so this one is a press of its own, from the same page.
            done = Done.NOTHING
    return done


def note_done(session: Session, vault: Vault, worker: Worker, waited: Waited, done: Done = Done.ALL) -> None:
    """Write down how much of it is done, in the unit of work that did it."""
    detail = {
        "submission": str(waited.submission),
        "content": waited.content.hex(),
        "act": str(waited.act_id),
        "done": done.value,
    }
    journal(session, vault, worker.case_id, _WAITED, worker.actor, detail)
