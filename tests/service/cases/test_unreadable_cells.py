"""SQLite takes any text in any column: a cell that cannot be read stops nobody's report, inbox or queue."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import JSON, Boolean, Table, Uuid

from app.cases.worker.inbox import open_inbox
from app.database import Base, Database, UtcDateTime
from app.messaging.members import alerts_of, duty_gaps
from app.vault import declared, forged_rows, signed_models
from tests.support.case_views import due, seen
from tests.support.desk import Desk

JUNK = b"no such thing\xff"  # as a text it is no UTF-8, as bytes it is none, and as anything else it cannot be read
NETWORK = (
    "interests",
    "invitations",
    "members",
    "organisations",
    "sites",
    "standings",
    "vault_circle_members",
    "vault_circles",
    "vault_public_keys",
)
CASES = (
    "attachment_chunks",
    "attachment_parts",
    "attachments",
    "cases",
    "clocks",
    "consents",
    "custody_readings",
    "entries",
    "escalations",
    "followups",
    "issues",
    "offers",
    "outside_dates",
    "planned_texts",
    "reports_beside",
    "routing_notes",
    "routing_records",
    "tasks",
    "text_agreements",
    "vault_compartment_keys",
    "vault_grants",
    "vault_journal",
    "vault_journal_chains",
)

DUTY = ("absences", "duty_turns", "member_notices")


@pytest.fixture(autouse=True)
def _only_sqlite(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuses such values itself")


def cells(*names: str) -> list[tuple[Table, str]]:
    """Every column of these tables."""
    tables = [Base.metadata.tables[name] for name in names]
    return [(table, column.name) for table in tables for column in table.columns]


@contextmanager
def spoilt(database: Database, table: Table, column: str) -> Iterator[bool]:
    """The newest row with junk in this cell, until the block ends; False where there is none, or the database did not take it."""
    found = f"select rowid, {column} from {table.name} order by rowid desc"  # noqa: S608 - names of our own columns
    change = f"update {table.name} set {column} = cast(? as text) where rowid = ?"  # noqa: S608
    back = f"update {table.name} set {column} = ? where rowid = ?"  # noqa: S608
    # Without foreign keys, as any tool of SQLite's opens it.
    path = database.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute(found).fetchone()
        taken = row is not None
        try:
            if row is not None:
                connection.execute(change, (JUNK, row[0]))
        except sqlite3.IntegrityError:
            taken = False
        yield taken
        if taken:
            connection.execute(back, (row[1], row[0]))


def test_a_report_is_filed_whatever_stands_in_the_network(lived_in: Desk) -> None:
    world, tried = lived_in.world, 0
    for table, column in cells(*NETWORK):
        with spoilt(lived_in.database, table, column) as taken:
            tried += taken
            filed = world.file(words="Nothing is lost.")
            assert filed.receipt, f"{table.name}.{column}"
            worker = world.enter(filed)
            with lived_in.database.reading() as session:
                messages = open_inbox(session, world.vault, worker).messages
            assert "Nothing is lost." in {message.text for message in messages}, f"{table.name}.{column}"
    assert tried > 40


def test_danger_pages_somebody_whatever_stands_in_a_roster(lived_in: Desk) -> None:
    world, tried = lived_in.world, 0
    for table, column in cells(*DUTY):
        with spoilt(lived_in.database, table, column) as taken:
            tried += taken
            case_id = world.case_of(world.file(danger=True))
            with lived_in.database.reading() as session:
                assert alerts_of(session, case_id).sent, f"{table.name}.{column}"
                duty_gaps(session, world.vault)
    assert tried > 10


def test_the_queue_shows_the_others_whatever_stands_in_one_case(lived_in: Desk) -> None:
    others, tried = {lived_in.accepted()}, 0
    lived_in.accepted()
    for table, column in cells(*CASES):
        with spoilt(lived_in.database, table, column) as taken:
            tried += taken
            assert others <= seen(lived_in, lived_in.lead), f"{table.name}.{column}"
    assert tried > 40


def test_the_week_shows_the_others_whatever_stands_in_one_case(lived_in: Desk) -> None:
    others, tried = {lived_in.accepted()}, 0
    lived_in.accepted()
    for table, column in cells(*CASES):
        with spoilt(lived_in.database, table, column) as taken:
            tried += taken
            assert others <= due(lived_in, lived_in.lead), f"{table.name}.{column}"
    assert tried > 40


def respelled(table: Table, column: str, cell: Any) -> list[Any]:
    """The same value as SQLite takes it too, and as no comparison in SQL finds it."""
    kind = table.columns[column].type
    if isinstance(kind, Boolean):
        return [2, -1, b"%d" % cell]
    if isinstance(kind, Uuid):
        return [cell.upper(), str(UUID(cell)), f"{{{cell}}}", cell.encode()]
    if isinstance(kind, UtcDateTime):
        return [cell.replace(" ", "T"), cell.replace("-", ""), cell.encode()]
    return [str(cell).encode()]


def test_a_value_in_another_spelling_is_named_by_the_doctor(lived_in: Desk) -> None:
    """Else it would hide a case from the queue, or a grant from its holder, while every check is clean."""
    path = lived_in.database.engine.url.database
    assert path is not None
    tried = 0
    free = {(line.table, line.column) for line in declared() if line.free_because}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table, column in cells(*(model.__tablename__ for model in signed_models())):
            if (table.name, column) in free or isinstance(table.columns[column].type, JSON):
                continue
            found = f"select rowid, {column} from {table.name} where {column} is not null order by rowid desc"  # noqa: S608
            change = f"update {table.name} set {column} = ? where rowid = ?"  # noqa: S608
            row = connection.execute(found).fetchone()
            for other in respelled(table, column, row[1]) if row else ():
                if other == row[1]:
                    continue  # an id of digits only
                connection.execute(change, (other, row[0]))
                tried += 1
                with lived_in.database.reading() as session:
                    forged = [each.table for each in forged_rows(session, lived_in.world.vault)]
                connection.execute(change, (row[1], row[0]))
                assert forged == [table.name], f"{table.name}.{column} {other!r}"
    assert tried > 100


@pytest.mark.parametrize("hidden", ({"is_open": 2}, {"organisation_id": "upper"}))
def test_a_case_that_is_hidden_from_the_queue_is_named(lived_in: Desk, hidden: dict[str, Any]) -> None:
    case_id = lived_in.accepted()
    path = lived_in.database.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        value = "2" if "is_open" in hidden else "upper(organisation_id)"
        column = next(iter(hidden))
        connection.execute(f"update cases set {column} = {value} where id = ?", (case_id.hex,))  # noqa: S608
    assert case_id not in seen(lived_in, lived_in.lead)
    with lived_in.database.reading() as session:
        assert [row.ids for row in forged_rows(session, lived_in.world.vault)] == [(str(case_id),)]
