"""What the database keeps of follow-ups and their texts: which one, when it is due, what became of it. The answer is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.enums import FollowupKind, FollowupState, TextAbout, TextState
from app.database import Base, new_id, word_column
from app.vault import Signed


class Followup(Signed, Base):
    """One question to a worker, planned for an hour; `since` is the hour of what began it, and `round` counts from there."""

    __tablename__ = "followups"
    __table_args__ = (
        # What is planned a second time, by a doubled tick or a repeated unit of work, is the same row.
        UniqueConstraint("case_id", "kind", "since", "round"),
        Index("ix_followups_due", "state", "due_at"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[FollowupKind] = mapped_column(word_column(FollowupKind))
    since: Mapped[datetime]
    round: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[FollowupState] = mapped_column(word_column(FollowupState), default=FollowupState.PLANNED)
    asked_hour: Mapped[datetime | None]


class PlannedText(Signed, Base):
    """A text to a worker that comes by itself, about a question that was put or a rung of a ladder (`subject_id`).

    `due_at` is when it is looked at next: whether it may be written now, or, once `text_id` lies in the queue, whether it went out.
    """

    __tablename__ = "planned_texts"
    __table_args__ = (
        UniqueConstraint("case_id", "about", "subject_id"),
        Index("ix_planned_texts_due", "state", "due_at"),
        # One text may be about several cases of a phone.
        Index("ix_planned_texts_text", "text_id"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    about: Mapped[TextAbout] = mapped_column(word_column(TextAbout))
    subject_id: Mapped[UUID]
    planned_hour: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[TextState] = mapped_column(word_column(TextState), default=TextState.PLANNED)
    tries: Mapped[int] = mapped_column(default=0)
    text_id: Mapped[UUID | None]
