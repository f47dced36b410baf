"""What the journal of a case tells of the answers that went out as texts, or were to, and that nobody heard."""

from collections.abc import Iterator, Sequence, Set
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.desk import REPLIED
from app.cases.followups import TALKED
from app.database import CaseId, is_one_of
from app.messaging import delivery
from app.messaging.delivery import Purpose
from app.messaging.models import OutgoingText
from app.messaging.queue import TextStatus, texts_of_case
from app.vault import JournalEntry, Vault, read_journal

TEXTED, CALLED_OFF, NOT_HEARD = "case.texted", "case.text_called_off", "case.text_not_heard"
"""The acts: an answer was written down as a text; somebody called it off; it ended otherwise without reaching the phone."""

UNHEARD = frozenset({CALLED_OFF, NOT_HEARD})
"""An answer of which one of these stands in the journal has met nothing."""


def unheard_answers(told: Sequence[JournalEntry]) -> Iterator[JournalEntry]:
    """The answers by text that nobody heard and after which no other answer or talk came, the newest first."""
    off = {entry.detail["entry"] for entry in told if entry.act in UNHEARD}
    for entry in reversed(told):
        if entry.act == REPLIED and entry.detail["entry"] not in off:
            return
        if entry.act == TALKED and entry.detail["reached"]:
            return
        if entry.act == TEXTED and entry.detail["entry"] in off:
            yield entry


def last_unheard(session: Session, vault: Vault, case_ids: Set[CaseId]) -> dict[CaseId, TextStatus]:
    """Of these cases those whose last answer nobody heard, with how its text ended: two statements for each such case."""
    ended = select(OutgoingText.case_id).where(
        is_one_of(session, OutgoingText.case_id, case_ids),
        OutgoingText.purpose == Purpose.REPLY,
        OutgoingText.state.in_(delivery.UNHEARD),
    )
    found: dict[CaseId, TextStatus] = {}
    for case_id in case_ids & set(session.scalars(ended)) if case_ids else ():
        last = next(unheard_answers(read_journal(session, vault, CaseId(case_id))), None)
        for text in texts_of_case(session, CaseId(case_id)):
            if last is not None and text.id == UUID(last.detail["text"]):
                found[CaseId(case_id)] = text
    return found
