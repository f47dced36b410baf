"""Where a conversation by text stands: veiled, since the step alone says what somebody is asked about."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Blob, Opaque, new_id


class Conversation(Base):
    """One phone's conversation about one case; the phone's row is locked while a text of it is handled."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_phone", "phone_id", "ended"),
        Index("ix_conversations_case", "case_id"),
        Index("ix_conversations_silent", "ended", "silent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    phone_id: Mapped[UUID]
    case_id: Mapped[UUID]
    number: Mapped[int]  # the how-manieth of its phone: a text belongs to the latest that has not ended
    # JSON, see app.intake.conversation.machine.position
    position_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("where the conversation stands"))
    silent_at: Mapped[datetime | None]  # when silence settles what is still open
    ended: Mapped[bool] = mapped_column(default=False)
