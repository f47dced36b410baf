"""The counter itself, on both databases: exact, forgetful, and telling nothing of whom it counts."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import Database
from app.dispatcher.jobs import BATCH, JOBS, run_job
from app.network.attempts import (
    HELD_REPORTS,
    REPORTS,
    SIGN_INS_FROM_HERE,
    UNKNOWN_RECEIPTS,
    Attempts,
    Limit,
    attempts_so_far,
    count_attempt,
    tag_of,
    window_end,
)
from app.vault import Vault
from tests.harness.dispatching import services_over
from tests.harness.world import World, everything_stored
from tests.support.addresses import DORMITORY, ELSEWHERE


def _count(database: Database, vault: Vault, limit: Limit, subject: str) -> int:
    with database.writing() as session:
        return count_attempt(session, vault, limit, subject)


def _so_far(database: Database, vault: Vault, limit: Limit, subject: str) -> int:
    with database.reading() as session:
        return attempts_so_far(session, vault, limit, subject)


def test_each_subject_and_each_limit_has_a_count_of_its_own(database: Database, vault: Vault) -> None:
    assert _so_far(database, vault, REPORTS, DORMITORY) == 0
    for _ in range(5):
        _count(database, vault, REPORTS, ELSEWHERE)
    assert [_count(database, vault, REPORTS, DORMITORY) for _ in range(3)] == [1, 2, 3]
    assert _count(database, vault, UNKNOWN_RECEIPTS, DORMITORY) == 1
    assert _so_far(database, vault, REPORTS, DORMITORY) == 3
    assert _so_far(database, vault, REPORTS, ELSEWHERE) == 5


@pytest.mark.parametrize("limit", (SIGN_INS_FROM_HERE, REPORTS, HELD_REPORTS), ids=lambda limit: limit.what)
def test_with_the_window_the_count_is_over(database: Database, vault: Vault, limit: Limit) -> None:
    start = window_end(limit)
    _move_to(start)
    _count(database, vault, limit, DORMITORY)
    assert window_end(limit) == start + limit.window
    _move_to(start + limit.window - timedelta(minutes=1))
    assert _so_far(database, vault, limit, DORMITORY) == 1
    _move_to(start + limit.window)
    assert _so_far(database, vault, limit, DORMITORY) == 0
    assert _count(database, vault, limit, DORMITORY) == 1


def _move_to(moment: datetime) -> None:
    """Set the clock to a second after this moment."""
    clock.set_offset(0)
    clock.set_offset(math.ceil((moment - clock.now()).total_seconds()) + 1)


def test_twenty_at_once_are_counted_as_twenty(database: Database, vault: Vault) -> None:
    _count(database, vault, REPORTS, ELSEWHERE)
    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(lambda _: _count(database, vault, REPORTS, DORMITORY), range(20)))
    assert sorted(numbers) == list(range(1, 21))


def test_a_unit_of_work_that_fails_counts_nothing(database: Database, vault: Vault) -> None:
    def fail() -> None:
        with database.writing() as session:
            count_attempt(session, vault, REPORTS, DORMITORY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _so_far(database, vault, REPORTS, DORMITORY) == 0


def test_no_row_tells_whom_it_counts_and_tomorrow_the_same_one_looks_otherwise(
    database: Database, vault: Vault
) -> None:
    for subject in (DORMITORY, "amina.okello"):
        _count(database, vault, REPORTS, subject)
    stored = everything_stored(database)
    assert DORMITORY.encode() not in stored
    assert b"amina" not in stored
    today = tag_of(vault, HELD_REPORTS, DORMITORY)
    assert tag_of(vault, HELD_REPORTS, DORMITORY) == today
    clock.set_offset(86_400)
    assert tag_of(vault, HELD_REPORTS, DORMITORY) != today


def test_only_rows_whose_window_is_over_go(world: World, database: Database, vault: Vault) -> None:
    tools = services_over(database, vault, world.rules)
    (job,) = (job for job in JOBS if job.name == "expire_attempts")
    for number in range(BATCH + 3):
        _count(database, vault, SIGN_INS_FROM_HERE, f"subject {number}")
    clock.set_offset(3600)
    _count(database, vault, REPORTS, DORMITORY)
    gone = run_job(job, tools)
    assert gone >= BATCH + 3
    with database.reading() as session:
        left = session.scalars(select(Attempts.ends_at)).all()
    assert left
    assert min(left) > clock.now()
    clock.set_offset(3600 + 86_400)
    assert run_job(job, tools) == len(left)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempts)) == 0


def test_without_the_database_nothing_counts_as_nothing(
    database: Database, vault: Vault, without_counters: Callable[[], None]
) -> None:
    without_counters()
    for act in (_count, _so_far):
        with pytest.raises(SQLAlchemyError):
            act(database, vault, REPORTS, DORMITORY)
