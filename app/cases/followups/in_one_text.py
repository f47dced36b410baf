"""Which questions went out in one text: a worker is asked once for all of them, in other words than the inbox has."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.enums import FollowupKind, TextAbout
from app.cases.followups.models import Followup, PlannedText
from app.cases.followups.text_rows import planned_texts_of
from app.vault import Vault, is_sound


def asked_in_texts(session: Session, vault: Vault, case_id: UUID) -> dict[UUID, frozenset[FollowupKind]]:
    """For each question of a case that was texted, the kinds of all that the same text asked, about whichever case of the phone."""
    own = {
        row.subject_id: row.text_id
        for row in planned_texts_of(session, vault, case_id)
        if row.about is TextAbout.QUESTION and row.text_id is not None
    }
    if not own:
        return {}
    kinds: defaultdict[UUID, set[FollowupKind]] = defaultdict(set)
    together = select(PlannedText, Followup).join(
        Followup, (Followup.case_id == PlannedText.case_id) & (Followup.id == PlannedText.subject_id)
    )
    for planned, question in session.execute(together.where(PlannedText.text_id.in_(set(own.values())))):
        if planned.text_id is not None and is_sound(vault, planned) and is_sound(vault, question):
            kinds[planned.text_id].add(question.kind)
    return {question: frozenset(kinds[text]) for question, text in own.items() if kinds[text]}
