"""What the two databases have beyond SQLAlchemy's common ground. PostgreSQL's dialect is imported only where it is used.

On SQLite it would be 2 MB and 35 ms of each start; on PostgreSQL the engine brings it, before the processes part.
"""

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, Index, Table, any_, bindparam, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.schema import CreateIndex

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_into(table: Table | type[Any], database: str) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that can be told what to do about a value that is taken; `database` is SQLAlchemy's name for its kind."""
    if database == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


@cache
def numbered_postgresql() -> Dialect:
    """The dialect whose words `RawCursor` of psycopg takes."""
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    # psycopg's own way of writing a place for a value; with Python's it would take each statement apart again.
    return PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def is_one_of(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """The condition that a column holds one of these values, of which there may be hundreds.

    PostgreSQL is given them as one: a statement with hundreds of places its driver takes apart anew each time, for some 2 ms.
    """
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(values)
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))


def partial_index(
    name: str, *columns: str, where: str, in_postgresql: str = "", unique: bool = False
) -> Index:
    """An index of those rows alone of which `where` is true: every other one costs nothing."""
    # Told as an option of PostgreSQL's, it would make SQLAlchemy import that dialect for the models.
    info = {_WHERE: in_postgresql or where}
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info=info)


_WHERE = "where in PostgreSQL"


@compiles(CreateIndex, "postgresql")
def _create_index(create: CreateIndex, compiler: Any, **options: Any) -> str:
    made: str = compiler.visit_create_index(create, **options)
    where = create.element.info.get(_WHERE)
    return made if where is None else f"{made} WHERE {where}"
