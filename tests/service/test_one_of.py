"""Hundreds of values in one condition: what it finds on both databases, and that PostgreSQL gets them as one."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case import Clock
from app.database import Database, is_one_of
from app.dispatcher.heartbeat import Tick
from app.vault import DeploymentRow
from tests.harness.statements import statements_of


@pytest.fixture
def ids(database: Database) -> list[UUID]:
    """Of rows that are there, among others."""
    ids = [uuid4() for _ in range(300)]
    with database.writing() as session:
        session.add_all(
            DeploymentRow(id=each, field_check=b"", index_check=b"", made_hour=clock.now()) for each in ids
        )
        session.add_all(Tick(job=job, ran_at=clock.now()) for job in ("a", "b'", "c,d"))
    return ids[:200]


def test_it_finds_those_that_are_there_and_no_other(database: Database, ids: list[UUID]) -> None:
    with database.reading() as session:
        found = session.scalars(
            select(DeploymentRow.id).where(is_one_of(session, DeploymentRow.id, [*ids, uuid4()]))
        )
        assert set(found) == set(ids)
        named = session.scalars(select(Tick.job).where(is_one_of(session, Tick.job, {"a", "c,d", "'"})))
        assert set(named) == {"a", "c,d"}


def test_of_no_values_it_finds_nothing(database: Database, ids: list[UUID]) -> None:
    assert ids
    with database.reading() as session:
        assert (
            session.scalars(select(DeploymentRow.id).where(is_one_of(session, DeploymentRow.id, []))).all()
            == []
        )
        assert session.scalars(select(Clock.id).where(is_one_of(session, Clock.case_id, ()))).all() == []


def test_postgresql_is_given_hundreds_as_one(database: Database) -> None:
    def sent(number: int) -> str:
        with statements_of(database) as statements, database.reading() as session:
            wanted = is_one_of(session, DeploymentRow.id, [uuid4() for _ in range(number)])
            session.scalars(select(DeploymentRow.id).where(wanted)).all()
        return statements[-1]

    assert (sent(300) == sent(2)) is (database.engine.dialect.name == "postgresql")
