"""Whether an id reads as it stands, asked in SQL: what is none reads as another (see `Id`), which finds no row again.

Whoever claims what is due leaves such rows to themselves by the statement itself, or would be given them for ever.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _HasId(FunctionElement[bool]):
    """SQL for `has_id`, and which database needs it."""

    type = Boolean()
    inherit_cache = True


@compiles(_HasId)
def _everywhere(_element: _HasId, _compiler: Any, **_options: Any) -> str:
    return "(1 = 1)"  # PostgreSQL holds nothing else in such a column


@compiles(_HasId, "sqlite")
def _on_sqlite(element: _HasId, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    # As bytes: the length of a text ends for SQLite at its first zero byte.
    return f"(typeof({column}) = 'text' AND length(CAST({column} AS BLOB)) = 32 AND {column} NOT GLOB '*[^0-9a-f]*')"


def has_id(column: Any) -> ColumnElement[bool]:
    """The condition that this column of ids holds one, in the one spelling that is read."""
    return _HasId(column)
