"""Whether a report that comes in goes its usual way, is held, or cannot be taken now: never by its words, only by how many came."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.database import ReadyRows, insert_ready
from app.network import (
    EVERYBODY,
    HELD_REPORTS,
    OFFERED_REPORTS,
    REFUSED_REPORTS,
    REPORTS,
    attempts_so_far,
    count_attempt,
    counting,
    window_end,
)
from app.services import Services
from app.vault import Vault


class FloodRefused(Exception):
    """So many reports are held today that no more can be, `until` then; nothing was stored, the words are still with the worker."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many reports are held today")
        self.until = until


class LimitMetMeanwhile(Exception):
    """While this report was sealed others from there took the last place: nothing was stored, and sealed as crowded it is held."""


@dataclass(frozen=True)
class Admission:
    """Where a report came from and whether too many came from there, so that a person looks before any helper is asked.

    `offered` is how many of today from there helpers were asked for when this was judged; `share` up to which number this one may
    be one of them, None where no helper is asked for it.
    """

    sender: str | None = field(repr=False)
    over_limit: bool
    offered: int = 0
    share: int | None = None


def admit_report(
    session: Session, vault: Vault, sender: str | None, so_far: int, offered: int = 0
) -> Admission:
    """Judge by the counts, on a reading unit and before anything is hashed; raises `FloodRefused`.

    Posts at the same moment may all read the last free place; `store_counted` lets one of them have it.
    """
    if sender is None:
        return Admission(None, over_limit=False)
    over = so_far >= REPORTS.most
    if over and attempts_so_far(session, vault, HELD_REPORTS, EVERYBODY) >= HELD_REPORTS.most:
        # The sender's own limit ends before the day does, and under it reports are not held.
        raise FloodRefused(window_end(REPORTS))
    return Admission(sender, over, offered)


def admit_brought_code(session: Session, vault: Vault, sender: str | None) -> None:
    """Before the code that a phone brought is hashed; raises `FloodRefused` where too many from there were refused."""
    if sender is None:
        return
    if attempts_so_far(session, vault, REFUSED_REPORTS, sender) >= REFUSED_REPORTS.most:
        raise FloodRefused(window_end(REFUSED_REPORTS))


@contextmanager
def counting_refusals(services: Services, sender: str | None, refusal: type[Exception]) -> Iterator[None]:
    """Count a report that is refused so after it was hashed as one that was filed; above the limit raises `FloodRefused` instead.

    Else whoever posts a code that is taken, again and again, has the machine hash without end.
    """
    try:
        yield
    except refusal:
        if sender is not None and _count_refused(services, sender) > REFUSED_REPORTS.most:
            raise FloodRefused(window_end(REFUSED_REPORTS)) from None
        raise


def _count_refused(services: Services, sender: str) -> int:
    with services.database.writing() as session:
        count_attempt(session, services.vault, REPORTS, sender)
        return count_attempt(session, services.vault, REFUSED_REPORTS, sender)


def store_counted(session: Session, vault: Vault, rows: ReadyRows, admission: Admission) -> None:
    """Store the rows of a report, whose case is stored, and count it, in one unit of work; raises as it meets a limit.

    `LimitMetMeanwhile` where it has to be sealed again, else `FloodRefused`.
    """
    if admission.sender is None:
        insert_ready(session, rows)
        return
    limits = [(REPORTS, admission.sender)]
    if admission.over_limit:
        limits.append((HELD_REPORTS, EVERYBODY))
    if admission.share is not None:
        limits.append((OFFERED_REPORTS, admission.sender))
    # Together, since each way there and back counts; a limit that was met takes all of it back.
    answers = insert_ready(session, rows, *(counting(vault, *each) for each in limits))
    number = {limit.what: found for (limit, _), [(found,)] in zip(limits, answers, strict=True)}
    if admission.over_limit:
        if number[HELD_REPORTS.what] > HELD_REPORTS.most:
            raise FloodRefused(window_end(REPORTS))
    elif number[REPORTS.what] > REPORTS.most:
        raise LimitMetMeanwhile
    if admission.share is not None and number[OFFERED_REPORTS.what] > admission.share:
        raise LimitMetMeanwhile
