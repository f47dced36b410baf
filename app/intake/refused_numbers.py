"""How often a helper hears that a number said stop, or that others see it: whoever tries numbers must not learn which those are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import owned_case
from app.database import CaseId, Database
from app.intake.spoken_yes import PhoneNotTheirs
from app.network import REFUSED_NUMBERS, SignedIn, count_attempt, window_end
from app.vault import Vault, journal

NUMBER_REFUSED, NUMBERS_REST = "case.number_refused", "case.numbers_rest"
"""The acts of the journal: a number that a helper wrote down was refused, and too many were. No number stands there."""


class NumbersRest(Exception):
    """Too many numbers of this member's were refused: none is looked at for them `until` then."""

    def __init__(self) -> None:
        super().__init__("too many refused numbers")
        self.until: datetime = window_end(REFUSED_NUMBERS)


@contextmanager
def counted_number(
    database: Database, vault: Vault, by: SignedIn, case_id: CaseId, number_tags: Mapping[str, bytes]
) -> Iterator[None]:
    """Look at one number: counted and committed before, so that many at once learn no more; taken back unless it is refused.

    However often one number is looked at, at once or again, it counts as one. Raises `NumbersRest`, and as `owned_case`; the first
    time in a window that is journaled.
    """
    looks = _Looks(vault, str(by.member.id), next(iter(number_tags.values())).hex(), clock.now())
    with database.writing() as session:
        may_look = looks.begin(session)
        if not may_look and looks.is_first_refusal(session):
            owned_case(session, by, case_id, lock=True)
            journal(session, vault, case_id, NUMBERS_REST, by.actor)
    if not may_look:
        raise NumbersRest
    refused = False
    try:
        yield
    except PhoneNotTheirs:
        refused = True
        raise
    finally:
        with database.writing() as session:
            if refused:
                owned_case(session, by, case_id, lock=True)
                journal(session, vault, case_id, NUMBER_REFUSED, by.actor)
            else:
                looks.take_back(session)


@dataclass(frozen=True)
class _Looks:
    """The looks of one member at one number, and at all of them, in the window of the moment in which this one began."""

    vault: Vault
    who: str
    number: str = field(repr=False)
    since: datetime

    def begin(self, session: Session) -> bool:
        """Count the number, where it does not count already; whether it may be looked at."""
        known = self._count(session, self._of_number, 1) > 1
        if known or self._count(session, self.who, 1) <= REFUSED_NUMBERS.most:
            return True
        self._count(session, self.who, -1)
        self._count(session, self._of_number, -1)
        return False

    def take_back(self, session: Session) -> None:
        """It was not refused: it counts no more, unless another look at it was, or still goes on."""
        if self._count(session, self._of_number, -1) == 0:
            self._count(session, self.who, -1)

    def is_first_refusal(self, session: Session) -> bool:
        """Whether nothing was refused for the limit before."""
        return self._count(session, f"{self.who} rests", 1) == 1

    @property
    def _of_number(self) -> str:
        return f"{self.who} {self.number}"

    def _count(self, session: Session, subject: str, by: int) -> int:
        return count_attempt(session, self.vault, REFUSED_NUMBERS, subject, by=by, at=self.since)
