"""No claim gets more than its batch, however many claim at once and however PostgreSQL plans the statement."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app import clock
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.routing.offers import expire_offers
from app.consequences import carry_out
from app.database import Database, new_id
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import OutgoingText
from app.messaging.sending.claims import PACE, claim_due
from app.network import Limit, Role, count_attempt, expire_attempts, expire_invitations, invite_member
from app.vault import RowSigner, Vault, expire_sessions, open_session
from tests.harness.world import World, light_vault

BATCH, CASES = 3, 8
_WINDOW = Limit("something tried", 5, timedelta(hours=1))

# What is left is the plan that repeats a subquery for each row, which statistics of a bad hour may lead to as well.
_NO_OTHER_PLAN = (
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_hashagg",
    "enable_sort",
    "enable_material",
    "enable_memoize",
)


@dataclass(frozen=True)
class Due:
    """A deployment in which much is due, and PostgreSQL plans as badly as it can."""

    world: World

    def claim(self, session: Session, name: str) -> int:
        """One claim of a job in this unit of work; how many it got."""
        vault, rules = self.world.vault, self.world.rules
        claims: dict[str, Callable[[], int]] = {
            "offers": lambda: expire_offers(session, vault, rules, BATCH),
            "clocks": lambda: mark_clocks_missed(session, vault, BATCH),
            "attempts": lambda: expire_attempts(session, BATCH),
            "invitations": lambda: expire_invitations(session, BATCH),
            "sessions": lambda: expire_sessions(session, BATCH),
        }
        return claims[name]()


JOBS = ("offers", "clocks", "attempts", "invitations", "sessions")


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return light_vault(tmp_path_factory.mktemp("batches") / "keys")


@pytest.fixture
def due(database: Database, vault: Vault) -> Due:
    world = World(database, vault)
    for number in range(CASES):
        world.file(words=f"Number {number}.")
        with database.writing() as session:
            login = f"invited.{number}"
            invite_member(
                session,
                vault,
                organisation_id=world.near.id,
                role=Role.CASEWORKER,
                login=login,
                name=login,
            )
            count_attempt(session, vault, _WINDOW, login)
            session.add(_waiting_text())
            day = timedelta(days=1)
            open_session(session, vault, "worker", new_id(), b"", idle=day, longest=day)
    if not database.url.startswith("sqlite"):
        with database.writing() as session:
            name = session.connection().engine.url.database
            for way in _NO_OTHER_PLAN:
                session.execute(text(f"ALTER DATABASE {name} SET {way} = off"))
        database.dispose()
    clock.set_offset(60 * 86400)
    return Due(world)


def _waiting_text() -> OutgoingText:
    return OutgoingText(
        key=uuid4().bytes,
        purpose=Purpose.REPLY,
        gateway="simulator",
        line="+15550100100",
        encoding="GSM-7",
        segments=1,
        state=Delivery.WAITING,
        due_at=clock.now(),
        valid_until=clock.now() + timedelta(days=90),
        attempts=0,
    )


@pytest.mark.parametrize("name", JOBS)
def test_several_claimers_at_once_each_get_at_most_a_batch(due: Due, name: str) -> None:
    databases = [Database(due.world.database.url, before_commit=carry_out) for _ in range(3)]
    for database in databases:
        database.sign_with(RowSigner(lambda: due.world.vault))

    def work(database: Database) -> list[int]:
        got: list[int] = []
        while not got or got[-1]:
            with database.writing() as session:
                got.append(due.claim(session, name))
        return got

    with ThreadPoolExecutor(len(databases)) as pool:
        claimed = [number for got in pool.map(work, databases) for number in got]
    for database in databases:
        database.dispose()
    assert max(claimed) <= BATCH
    assert sum(claimed) >= CASES
    with due.world.database.writing() as session:
        assert due.claim(session, name) == 0


def test_a_dispatcher_gets_at_most_a_batch_of_texts(due: Due) -> None:
    pace = replace(PACE, batch=BATCH)
    claimed = []
    while claim := claim_due(due.world.database, pace):
        claimed.append(len(claim.texts))
    assert claimed == [3, 3, 2]


# SQLite has one writer at a time, and no such plan.
@pytest.mark.parametrize("database", ("postgresql",), indirect=True)
@pytest.mark.parametrize("name", JOBS)
def test_postgresql_chooses_a_batch_once(due: Due, name: str) -> None:
    """What is chosen twice may be two batches, whenever somebody lets go of a case in between."""
    with due.world.database.writing() as session:
        with session.begin_nested() as tried:
            [(statement, parameters)] = _claims_of(session, lambda: due.claim(session, name))
            tried.rollback()
        explained = session.connection().exec_driver_sql(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters
        )
        assert _times_locked(explained.scalar_one()[0]["Plan"]) == [1]


def _claims_of(session: Session, act: Callable[[], object]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if "SKIP LOCKED" in statement:
            seen.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return seen


def _times_locked(plan: dict[str, Any]) -> list[int]:
    own = [plan["Actual Loops"]] if plan["Node Type"] == "LockRows" else []
    return own + [number for below in plan.get("Plans", ()) for number in _times_locked(below)]
