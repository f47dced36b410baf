"""What somebody plants who opens SQLite's file with any tool: without foreign keys, and with ids that are none."""

import sqlite3
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from app.database import Base, Database


def only_sqlite(database: Database) -> None:
    """Skip where the database itself refuses such values."""
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no id that is none")


def run_past_us(database: Database, statement: str, *values: Any) -> int:
    """Send this statement with no object of ours in between; how many rows it changed."""
    path = database.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement, [_spelled(value) for value in values]).rowcount


def plant_copy(database: Database, model: type[Base], where: dict[str, Any], **changed: Any) -> None:
    """Copy the rows with these values, with others in these columns; an expression of SQL is one in a list."""
    table = model.__tablename__
    given = {name: value[0] if isinstance(value, list) else "?" for name, value in changed.items()}
    columns = [column.name for column in Base.metadata.tables[table].columns]
    chosen = ", ".join(given.get(name, name) for name in columns)
    that = " and ".join(f"{name} = ?" for name in where)
    insert = f"insert into {table} ({', '.join(columns)}) select {chosen} from {table} where {that}"  # noqa: S608
    put = [changed[name] for name in columns if given.get(name) == "?"]
    assert run_past_us(database, insert, *put, *where.values()) > 0


def _spelled(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value
