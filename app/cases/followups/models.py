"""What the database keeps of a follow-up: which question, its round, when it is due and what became of it. The answer is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.enums import FollowupKind, FollowupState
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
