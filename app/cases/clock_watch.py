"""The clocks of a case in the database: starting, meeting and missing them, and the one next date on the case row."""

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.vault import Vault


def meet_clocks(session: Session, case: Case, *kinds: str) -> None:
    """Mark these running or missed clocks as met and store the next date on the case row."""
    raise NotImplementedError


def store_next_date(session: Session, case: Case) -> None:
    """Keep exactly one current deadline on the case: the earliest date that is still running or was missed."""
    raise NotImplementedError


def mark_clocks_missed(session: Session, vault: Vault, limit: int) -> int:
    """Claim running clocks whose date is over and mark them missed; how many. Safe with several dispatchers at once."""
    raise NotImplementedError
