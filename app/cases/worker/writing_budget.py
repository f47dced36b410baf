"""How much one case takes from its worker within an hour: far more than anybody writes, and less than would fill a disk or a page.

Counted by case and not by receipt, since a new receipt is made with one press. Danger gets through whatever was written before.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.database import CaseId
from app.network import Limit, count_attempt, window_end
from app.vault import Vault

MESSAGES = Limit("message into one case", 60, timedelta(hours=1))
"""One a minute, all the time."""

SIGNS = Limit("sign written into one case", 100_000, timedelta(hours=1))
"""Five of the longest messages, or a hundred usual ones."""

DANGERS = Limit("danger said in one case", 20, timedelta(hours=1))
"""With their words. Above, danger still raises what was lowered and alerts again, and the words wait."""

CHANGES = Limit("change of who may know of one case", 20, timedelta(hours=1))
"""Each may ask helpers anew, seal the case to them and alert them. Taking back is never counted."""

WISHES = Limit("wish to be asked in one case", 10, timedelta(hours=1))
"""Each plans questions anew. Not to be asked is never counted: whoever says so has wished for them before, or never did."""

WAITED = Limit("submission of a phone's outbox to one case", 120, timedelta(hours=1))
"""Twice as many as messages: each may come again whose answer was lost. Taking back is counted too, and never refused."""


class BudgetSpent(Exception):
    """So much came within this hour that no more is taken `until` then; nothing was stored, the words are still with the worker."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.what)
        self.until: datetime = window_end(limit)


def spend_words(session: Session, vault: Vault, case_id: CaseId, words: str) -> None:
    """Count a message that is about to be stored; raises `BudgetSpent`."""
    _spend(session, vault, MESSAGES, case_id)
    _spend(session, vault, SIGNS, case_id, by=len(words))


def spend_change(session: Session, vault: Vault, case_id: CaseId) -> None:
    """Count a change that may ask helpers; raises `BudgetSpent`."""
    _spend(session, vault, CHANGES, case_id)


def spend_wish(session: Session, vault: Vault, case_id: CaseId) -> None:
    """Count a wish to be asked again; raises `BudgetSpent`."""
    _spend(session, vault, WISHES, case_id)


def spend_danger(session: Session, vault: Vault, case_id: CaseId) -> None:
    """Count a press for danger; raises `BudgetSpent`, and then it still has to be acted upon."""
    _spend(session, vault, DANGERS, case_id)


def spend_waited(session: Session, vault: Vault, case_id: CaseId) -> None:
    """Count a submission of a phone's outbox, before anything else is locked; raises `BudgetSpent`.

    Those of one case then come one after another, in either case, until the unit of work ends.
    """
    _spend(session, vault, WAITED, case_id)


def _spend(session: Session, vault: Vault, limit: Limit, case_id: CaseId, *, by: int = 1) -> None:
    if count_attempt(session, vault, limit, str(case_id), by=by) > limit.most:
        raise BudgetSpent(limit)
