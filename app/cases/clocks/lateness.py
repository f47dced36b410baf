"""Which clocks are late by the journal of their case: a case is taken from whoever is late, so no row of its own decides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Clock
from app.cases.clocks.next_steps import AskingClock
from app.cases.clocks.running import LATENESS_ENDED, MISSED
from app.cases.enums import ClockState
from app.database import CaseId
from app.vault import JournalEntry, Vault, read_journal


@dataclass(frozen=True)
class JournaledLateness:
    """Of which clocks, by id, it began and did not end, and of which it ended; an earlier version wrote down the kind alone."""

    begun: frozenset[str]
    ended: frozenset[str]

    def is_of(self, row: Clock | AskingClock) -> bool:
        """Whether it is of this clock now."""
        return not self.begun.isdisjoint((str(row.id), row.kind.value))

    def is_silenced(self, row: Clock | AskingClock, now: datetime) -> bool:
        """Whether a missed clock was called so by others, so that nobody would mark it at its date: it runs.

        One that was late and is done stays done; only where it ran on with a new date it has that before it.
        """
        return not self.is_of(row) and (str(row.id) not in self.ended or row.due_at > now)


def lateness_in(told: Iterable[JournalEntry]) -> JournaledLateness:
    """What the journal of a case tells of its late clocks."""
    begun: set[str] = set()
    ended: set[str] = set()
    for entry in told:
        if entry.act == MISSED:
            late = str(entry.detail.get("id", entry.detail["clock"]))
            begun.add(late)
            ended.discard(late)
        elif entry.act == LATENESS_ENDED:
            begun -= {str(entry.detail["id"]), str(entry.detail["clock"])}
            ended.add(str(entry.detail["id"]))
    return JournaledLateness(frozenset(begun), frozenset(ended))


def lateness_ended(session: Session, vault: Vault, case_id: CaseId) -> frozenset[str]:
    """Of which clocks, by their ids, the lateness is over by the journal and did not begin again."""
    return lateness_in(read_journal(session, vault, case_id)).ended


def once_late(clocks: Iterable[Clock], told: Iterable[JournalEntry]) -> frozenset[UUID]:
    """Which of these that were done were late before, by the case's journal; an earlier version wrote down the kind alone."""
    done = [row for row in clocks if row.state is ClockState.MET]
    late = {
        str(entry.detail.get("id", entry.detail["clock"]))
        for entry in told
        if entry.act in (MISSED, LATENESS_ENDED)
    }
    return frozenset(row.id for row in done if not late.isdisjoint((str(row.id), row.kind.value)))
