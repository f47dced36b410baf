"""What SQLAlchemy works out once for each engine, kept for a whole run: each test has an engine of its own, a real process one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import CompiledCacheType
from sqlalchemy.util import LRUCache

from app.database import engine, unit_of_work

# As many as all tests of a worker need: statements with many values differ by how many there are.
_STATEMENTS = 5_000


@contextmanager
def one_engine_after_another() -> Iterator[None]:
    """Let every engine find the statements that an earlier one of its kind has put into words: that took a third of the time.

    SQLAlchemy finds them by the dialect, of which every engine makes its own; all of a kind talk to the same server.
    """
    words: CompiledCacheType = LRUCache(_STATEMENTS)
    make = engine.make_engine

    def make_with_words(url: str, kept: int = engine.KEPT) -> Engine:
        made = make(url, kept)
        made.update_execution_options(compiled_cache=words)
        return made

    with pytest.MonkeyPatch.context() as patch:
        for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
            patch.setattr(kind, "__eq__", lambda one, other: type(one) is type(other))
            patch.setattr(kind, "__hash__", lambda one: hash(type(one)))
        patch.setattr(unit_of_work, "make_engine", make_with_words)
        yield
