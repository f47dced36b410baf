"""How often a helper hears that a number said stop, or that others see it: whoever tries numbers must not learn which those are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

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
def counted_number(database: Database, vault: Vault, by: SignedIn, case_id: CaseId) -> Iterator[None]:
    """Look at one number: counted and committed before, so that many at once learn no more; taken back unless it is refused.

    Raises `NumbersRest`, and as `owned_case`. The first above the limit is journaled, the others are not.
    """
    who = str(by.member.id)
    with database.writing() as session:
        number = count_attempt(session, vault, REFUSED_NUMBERS, who)
        if number == REFUSED_NUMBERS.most + 1:
            owned_case(session, by, case_id, lock=True)
            journal(session, vault, case_id, NUMBERS_REST, by.actor)
    if number > REFUSED_NUMBERS.most:
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
                count_attempt(session, vault, REFUSED_NUMBERS, who, by=-1)
