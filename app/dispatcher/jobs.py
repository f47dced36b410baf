"""What the dispatcher does, job by job: the name, how often, and the verb of another room that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.clock_watch import mark_clocks_missed
from app.cases.offers import expire_offers
from app.cases.rules import Rules
from app.database import Database
from app.dispatcher.heartbeat import record_tick
from app.network import expire_attempts, expire_invitations
from app.vault import Vault, expire_sessions

# Small enough that a worker who files meanwhile does not wait for a long unit of work.
BATCH = 50
_BATCHES_A_TICK = 40


@dataclass(frozen=True)
class Tools:
    """What the jobs work with, the same for all."""

    database: Database
    vault: Vault
    rules: Rules


@dataclass(frozen=True)
class Job:
    """One kind of work: `work` does at most `BATCH` pieces in the unit of work it is given and says how many."""

    name: str
    every_seconds: int
    work: Callable[[Session, Tools], int]


def _expire_offers(session: Session, tools: Tools) -> int:
    return expire_offers(session, tools.vault, tools.rules, BATCH)


def _mark_clocks_missed(session: Session, tools: Tools) -> int:
    return mark_clocks_missed(session, tools.vault, BATCH)


def _expire_sessions(session: Session, _tools: Tools) -> int:
    return expire_sessions(session, BATCH)


def _expire_invitations(session: Session, _tools: Tools) -> int:
    return expire_invitations(session, BATCH)


def _expire_attempts(session: Session, _tools: Tools) -> int:
    return expire_attempts(session, BATCH)


JOBS = (
    Job("expire_offers", 20, _expire_offers),
    Job("mark_clocks_missed", 30, _mark_clocks_missed),
    Job("expire_sessions", 60, _expire_sessions),
    Job("expire_attempts", 60, _expire_attempts),
    Job("expire_invitations", 60, _expire_invitations),
)
JOB_NAMES = tuple(job.name for job in JOBS)


def run_job(job: Job, tools: Tools) -> int:
    """One tick: units of work until nothing is due, and how many pieces were done; stopped after enough for the others to go on."""
    done = 0
    for _ in range(_BATCHES_A_TICK):
        with tools.database.writing() as session:
            pieces = job.work(session, tools)
            record_tick(session, job.name)
        done += pieces
        if pieces < BATCH:
            break
    return done
