"""Statements that are sent to the database together, past the session: for what every text does while others wait for it.

On PostgreSQL all of them are on their way before the first answer is read, so several cost one way there and back; they are carried
out in their order, and each sees what those before it did. Each is put into words once in a process.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ClauseElement, Column, Connection, ReturnsRows, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from app.database.dialects import insert_into, numbered_postgresql
from app.database.sent import tell_of
from app.database.types import Base

_KNOWN_AT_MOST = 200

Row = tuple[Any, ...]
Bound = tuple[str, tuple[Any, ...]]
"""A statement in the driver's own words, with its values as the driver takes them."""

_Convert = Callable[[Any], Any] | None


class Ready:
    """A statement as a constant of its module; what it gives comes as plain tuples, in the order of its columns."""

    def __init__(
        self, statement: ClauseElement | Callable[[str], ClauseElement], *, often_the_same: bool = False
    ) -> None:
        self._statement = statement
        self.often_the_same = often_the_same
        """Whether its rows are few and hardly ever change: one that is like one before is then not taken apart again."""

    def on(self, database: str) -> ClauseElement:
        """The statement for a kind of database, by SQLAlchemy's name for it."""
        return self._statement if isinstance(self._statement, ClauseElement) else self._statement(database)


@dataclass(frozen=True)
class Statement:
    """A statement with its values; `must` says that a unit of work in which it gives no row is not to go on."""

    ready: Ready
    values: Mapping[str, Any] = field(repr=False)
    must: bool = False


class NoRow(Exception):
    """A statement that had to give a row gave none; the unit of work is to be rolled back."""


def send_together(
    session: Session, statements: Sequence[Statement], *, first: Sequence[Bound] = ()
) -> list[list[Row]]:
    """The rows that each statement gives, in their order; raises `NoRow`, and what SQLAlchemy raises.

    `first` go before them and give no rows.
    """
    connection = session.connection()
    worded = [(_worded(each.ready, connection.dialect), each) for each in statements]
    tell_of(session, [*(text for text, _ in first), *(words.text for words, _ in worded)])
    run = _one_by_one if connection.dialect.name == "sqlite" else _at_once
    with raising_as_sqlalchemy(connection):
        return run(connection, first, worded)


class raising_as_sqlalchemy:  # noqa: N801 - it is used as a function; a generator would cost a filing more than what it guards
    """For what goes to the driver itself: its errors are raised as SQLAlchemy would, since callers know those and no driver's."""

    __slots__ = ("_dialect",)

    def __init__(self, connection: Connection) -> None:
        self._dialect = connection.dialect

    def __enter__(self) -> None:
        """Nothing to do before."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise what SQLAlchemy would in the place of a driver's error."""
        errors = self._dialect.loaded_dbapi.Error
        if isinstance(error, errors):
            raise DBAPIError.instance(
                None, None, error, errors, hide_parameters=True, dialect=self._dialect
            ) from error


def new_row(row: Base, *, must: bool = False) -> Statement:
    """Insert a new row unless a unique value of it is taken; it then gives the row's key.

    One that must carry a MAC has been signed: here nobody knows the keys.
    """
    values, given = {}, vars(row)
    for name, attribute, default in columns_of(type(row)):
        values[name] = given[attribute] if attribute in given else default()
    if "row_mac" in values and values["row_mac"] is None:
        raise RuntimeError("sign a row that carries a MAC before it is sent past the session")
    return Statement(_insert(type(row)), values, must)


@lru_cache(maxsize=128)
def columns_of(model: type[Base]) -> tuple[tuple[str, str, Callable[[], Any]], ...]:
    """Each column of a model: its name, the attribute that holds it, and what it is where a row was not given one."""
    mapper = inspect(model)
    columns = Base.metadata.tables[model.__tablename__].columns
    return tuple(
        (column.name, mapper.get_property_by_column(column).key, _default_of(column)) for column in columns
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


@lru_cache(maxsize=128)
def _insert(model: type[Base]) -> Ready:
    table = Base.metadata.tables[model.__tablename__]

    def statement(database: str) -> ClauseElement:
        insert = insert_into(table, database)
        return insert.on_conflict_do_nothing().returning(*table.primary_key)

    return Ready(statement)


@dataclass(frozen=True)
class _Worded:
    """A statement in a driver's words: how to bind its values in their order, and how to read each column of its rows."""

    text: str
    binds: tuple[tuple[str, _Convert], ...]
    constants: Mapping[str, Any]
    readers: tuple[_Convert, ...]
    known: dict[Row, Row] | None = field(default=None, repr=False)

    def bound(self, values: Mapping[str, Any]) -> Row:
        given = {**self.constants, **values} if self.constants else values
        return tuple(
            [given[name] if convert is None else convert(given[name]) for name, convert in self.binds]
        )

    def read(self, rows: Iterable[Row]) -> list[Row]:
        return [self._read(row) for row in rows] if self.known is None else [self._know(row) for row in rows]

    def _read(self, row: Row) -> Row:
        return tuple(
            [
                value if convert is None else convert(value)
                for value, convert in zip(row, self.readers, strict=True)
            ]
        )

    def _know(self, row: Row) -> Row:
        known: Any = self.known
        found: Row | None = known.get(row)
        if found is None:
            found = self._read(row)
            if len(known) >= _KNOWN_AT_MOST:
                known.clear()
            known[row] = found
        return found


# The dialect belongs to the engine of this process, statements are constants: there are as many entries as statements.
@lru_cache(maxsize=256)
def _worded(ready: Ready, dialect: Dialect) -> _Worded:
    statement = ready.on(dialect.name)
    compiled: Any = statement.compile(dialect=dialect if dialect.name == "sqlite" else numbered_postgresql())
    binds, constants = [], {}
    for name in compiled.positiontup:
        bind = compiled.binds[name]
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        binds.append((name, convert))
        if not bind.required:
            constants[name] = bind.value
    columns = statement.exported_columns if isinstance(statement, ReturnsRows) else ()
    readers = tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
    # psycopg has taken its values apart before we see them.
    known: dict[Row, Row] | None = {} if ready.often_the_same and dialect.name == "sqlite" else None
    return _Worded(compiled.string, tuple(binds), constants, readers, known)


def _one_by_one(
    connection: Connection, first: Sequence[Bound], worded: Sequence[tuple[_Worded, Statement]]
) -> list[list[Row]]:
    driver: Any = connection.connection.driver_connection
    for text, values in first:
        driver.execute(text, values)
    answers = []
    for words, statement in worded:
        rows = driver.execute(words.text, words.bound(statement.values)).fetchall()
        if statement.must and not rows:
            raise NoRow
        answers.append(words.read(rows))
    return answers


def _at_once(
    connection: Connection, first: Sequence[Bound], worded: Sequence[tuple[_Worded, Statement]]
) -> list[list[Row]]:
    driver: Any = connection.connection.driver_connection
    new_cursor = connection.dialect.loaded_dbapi.RawCursor
    # For one alone the pipeline would cost more than the statement itself.
    with driver.pipeline() if len(first) + len(worded) > 1 else nullcontext():
        for text, values in first:
            new_cursor(driver).execute(text, values, prepare=True)
        cursors = [
            new_cursor(driver).execute(words.text, words.bound(statement.values), prepare=True)
            for words, statement in worded
        ]
    answers = []
    for cursor, (words, statement) in zip(cursors, worded, strict=True):
        rows = cursor.fetchall() if words.readers else []
        if statement.must and not rows:
            raise NoRow
        answers.append(words.read(rows))
    return answers
