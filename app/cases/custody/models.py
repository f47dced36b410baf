"""What the database keeps of a reading from custody: who asked, who agreed, and until when it may be read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Opaque, new_id
from app.vault import Signed


class CustodyReading(Signed, Base):
    """One custodian's request to read a case, and a second custodian's agreement; the reason is veiled."""

    __tablename__ = "custody_readings"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    asked_by: Mapped[UUID]
    asked_hour: Mapped[datetime]
    reason_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("why a custodian asks to read"))
    agreed_by: Mapped[UUID | None]
    agreed_hour: Mapped[datetime | None]
    until: Mapped[datetime | None]
