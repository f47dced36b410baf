"""Inserting many new rows past the session, for the paths where that counts: several times faster than the unit of work.

The session does not come to know these rows, so it is for rows that the unit of work leaves as they are. They may be made ready
before it begins: on SQLite every other writer waits for whatever is still computed then.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from app.database.dialects import insert_into, numbered_postgresql
from app.database.prepared import (
    Bound,
    Row,
    Statement,
    columns_of,
    new_row,
    send_together,
)
from app.database.types import Base
from app.database.unit_of_work import Signer

_NUMBER = re.compile(r"\$(\d+)")


@dataclass(frozen=True)
class ReadyRows:
    """New rows as the driver takes them: statements, each with its values."""

    statements: tuple[Bound, ...] = field(repr=False)


def ready_rows(session: Session, rows: Iterable[Base]) -> ReadyRows:
    """Make new rows ready for `insert_ready`, with any session of the same database; nothing is sent."""
    tables: dict[type[Base], list[Base]] = {}
    rows = list(rows)
    _sign(session, rows)
    for row in rows:
        tables.setdefault(type(row), []).append(row)
    dialect = session.get_bind().dialect
    values = [_columns(model, dialect).values(several) for model, several in tables.items()]
    shape = tuple((model, len(several)) for model, several in tables.items())
    if dialect.name == "sqlite":
        return ReadyRows(tuple(zip((_insert(*one, dialect) for one in shape), values, strict=True)))
    return ReadyRows(((_insert_together(shape), sum(values, ())),) if shape else ())


def insert_ready(session: Session, ready: ReadyRows, *then: Statement) -> list[list[Row]]:
    """Insert rows that were made ready, on SQLite one statement a table, on PostgreSQL one for all; and what `then` gives.

    On PostgreSQL all of it is on its way before the first answer is read.
    """
    return send_together(session, then, first=ready.statements)


def insert_rows(session: Session, rows: Iterable[Base]) -> None:
    """Insert new rows, in the order in which their tables first come."""
    insert_ready(session, ready_rows(session, rows))


def insert_unless_taken(session: Session, row: Base) -> bool:
    """Insert one new row; False, and nothing happens, when a unique value of it is taken."""
    [stored] = insert_each_unless_taken(session, [row])
    return stored


def insert_each_unless_taken(session: Session, rows: Sequence[Base]) -> list[bool]:
    """As `insert_unless_taken`, of several rows: for each in its order whether it was stored."""
    _sign(session, rows)
    return [bool(key) for key in send_together(session, list(map(new_row, rows)))]


def _sign(session: Session, rows: Sequence[Base]) -> None:
    """As the unit of work would: without its MAC a row is refused by whoever reads it."""
    signer: Signer | None = session.info.get("signer")
    if signer is not None:
        signer.sign(rows)
    elif any("row_mac" in _table_of(type(row)).columns for row in rows):
        raise RuntimeError("call Database.sign_with before rows that carry a MAC are inserted")


@dataclass(frozen=True)
class _Columns:
    """How the values of a table's rows are bound: SQLAlchemy would put that together anew for each statement."""

    bound: tuple[tuple[str, Callable[[], Any], Callable[[Any], Any] | None], ...]

    def values(self, rows: Sequence[Base]) -> tuple[Any, ...]:
        """The values of these rows one after another; what a row was not given is the column's default."""
        values = []
        for row in rows:
            given = vars(row)
            for attribute, default, process in self.bound:
                value = given[attribute] if attribute in given else default()
                values.append(value if process is None else process(value))
        return tuple(values)


# The dialect belongs to the engine of this process.
@lru_cache(maxsize=128)
def _columns(model: type[Base], dialect: Dialect) -> _Columns:
    columns = _table_of(model).columns
    return _Columns(
        tuple(
            (attribute, default, columns[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name, attribute, default in columns_of(model)
        )
    )


# There are as many entries as tables and numbers of rows that filing meets.
@lru_cache(maxsize=512)
def _insert(model: type[Base], number: int, dialect: Dialect) -> str:
    return str(_plain(model, number, dialect.name).compile(dialect=dialect))


@lru_cache(maxsize=512)
def _insert_together(shape: tuple[tuple[type[Base], int], ...]) -> str:
    """One statement of PostgreSQL's for several tables; references between its rows are checked at its end."""
    texts, before = [], 0
    for model, number in shape:
        text = str(_plain(model, number, "postgresql").compile(dialect=numbered_postgresql()))
        texts.append(_NUMBER.sub(partial(_shifted, before), text))
        before += number * len(_table_of(model).columns)
    *first, last = texts
    return (
        "WITH " + ", ".join(f"i{n} AS ({text})" for n, text in enumerate(first)) if first else ""
    ) + f" {last}"


def _shifted(by: int, number: re.Match[str]) -> str:
    return f"${int(number[1]) + by}"


def _plain(model: type[Base], number: int, dialect: str) -> Insert:
    table = _table_of(model)
    return insert_into(table, dialect).values([dict.fromkeys(table.columns.keys())] * number)


def _table_of(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]
