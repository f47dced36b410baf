"""When each job of the dispatchers last went through, for `/healthz`, `/metrics` and `redress doctor`."""

from datetime import datetime, timedelta

from sqlalchemy import String, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Base

# Several ticks may be missed, by a long unit of work or a restart, before anybody should be woken.
STALE_AFTER = timedelta(minutes=5)

# Some job ticks every 20 seconds: where none of them can write for so long, none can, and somebody keeps them from it.
SILENT_AFTER = timedelta(minutes=1)


class Tick(Base):
    """The last time a job went through, in whichever dispatcher; nothing about cases, so to the second."""

    __tablename__ = "ticks"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_at: Mapped[datetime]


def record_tick(session: Session, job: str) -> None:
    """Note that the job went through now; written in the job's own unit of work, so that a failed one leaves the old time."""
    at = clock.now().replace(microsecond=0)
    known = update(Tick).where(Tick.job == job).values(ran_at=at).returning(Tick.job)
    if session.scalars(known, execution_options={"synchronize_session": False}).first() is not None:
        return
    try:
        with session.begin_nested():
            session.execute(insert(Tick).values(job=job, ran_at=at))
    except IntegrityError:
        # Another dispatcher wrote the first row between our two statements, at this very moment.
        return


def last_ticks(session: Session) -> dict[str, datetime]:
    """When each job last went through, by its name."""
    return dict(session.execute(select(Tick.job, Tick.ran_at)).all())


def oldest_tick(session: Session, jobs: tuple[str, ...]) -> datetime | None:
    """When the job that has waited longest last went through; None while one of them never has."""
    ticks = last_ticks(session)
    return min(ticks[job] for job in jobs) if all(job in ticks for job in jobs) else None


def is_ticking(session: Session, jobs: tuple[str, ...]) -> bool:
    """Whether each job went through of late, and some within the last minute: else nothing that a dispatcher writes is kept."""
    ticks, now = last_ticks(session), clock.now()
    if not all(job in ticks for job in jobs):
        return False
    ages = [now - ticks[job] for job in jobs]
    return max(ages) <= STALE_AFTER and min(ages) <= SILENT_AFTER
