"""Inserting many new rows past the session, for the paths where that counts: several times faster than the unit of work.

The session does not come to know these rows, so it is for rows that the unit of work leaves as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from app.database import Base


def insert_rows(session: Session, rows: Iterable[Base]) -> None:
    """Insert new rows with one statement a table, in the order in which the tables first come."""
    tables: dict[type[Base], list[Base]] = {}
    for row in rows:
        tables.setdefault(type(row), []).append(row)
    connection = session.connection()
    with _sent_together(connection):
        for model, several in tables.items():
            ready = _ready_insert(model, len(several), connection.dialect)
            connection.exec_driver_sql(ready.text, ready.parameters(several))


def insert_unless_taken(session: Session, row: Base) -> bool:
    """Insert one new row; False, and nothing happens, when a unique value of it is taken."""
    connection = session.connection()
    ready = _ready_insert(type(row), 1, connection.dialect, unless_taken=True)
    return connection.exec_driver_sql(ready.text, ready.parameters([row])).first() is not None


@contextmanager
def _sent_together(connection: Connection) -> Iterator[None]:
    """On PostgreSQL send all statements before the answer to the first one comes; what fails is raised at the end at the latest."""
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    errors = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except errors as error:
        # As SQLAlchemy raises it from a statement: callers know its errors and no driver's.
        raise DBAPIError.instance(
            None, None, error, errors, hide_parameters=True, dialect=connection.dialect
        ) from error


@dataclass(frozen=True)
class _ReadyInsert:
    """An insert of some rows of one table as the driver takes it: SQLAlchemy would put its parameters together anew each time."""

    text: str
    columns: tuple[tuple[str, str, Callable[[], Any], Callable[[Any], Any] | None], ...]
    by_position: bool

    def parameters(self, rows: Sequence[Base]) -> tuple[Any, ...] | dict[str, Any]:
        """The values of these rows; what a row was not given is the column's default."""
        values: dict[str, Any] = {}
        for number, row in enumerate(rows):
            given = vars(row)
            for attribute, name, default, process in self.columns:
                value = given[attribute] if attribute in given else default()
                values[f"{name}_m{number}"] = value if process is None else process(value)
        return tuple(values.values()) if self.by_position else values


# The dialect belongs to the engine of this process; there are as many entries as tables and numbers of rows that filing meets.
@lru_cache(maxsize=512)
def _ready_insert(
    model: type[Base], number: int, dialect: Dialect, *, unless_taken: bool = False
) -> _ReadyInsert:
    table, mapper = _table_of(model), inspect(model)
    nothing = dict.fromkeys(table.columns.keys())
    statement: sqlite.Insert | postgresql.Insert = (
        sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)
    )
    plain = statement.values([nothing] * number)
    chosen = plain.on_conflict_do_nothing().returning(*table.primary_key) if unless_taken else plain
    return _ReadyInsert(
        text=str(chosen.compile(dialect=dialect)),
        columns=tuple(
            (
                mapper.get_property_by_column(column).key,
                column.name,
                _default_of(column),
                column.type.dialect_impl(dialect).bind_processor(dialect),
            )
            for column in table.columns
        ),
        by_position=dialect.positional,
    )


def _default_of(column: Column[Any]) -> Callable[[], Any]:
    """What SQLAlchemy itself would put in; the models have plain values and functions of no argument."""
    default = column.default
    if isinstance(default, ScalarElementColumnDefault):
        return partial(_same, default.arg)
    if isinstance(default, CallableColumnDefault):
        function: Any = default.arg  # SQLAlchemy hands it a context; ours need none
        return partial(function, None)
    return partial(_same, None)


def _same(value: Any) -> Any:
    return value


def _table_of(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]
