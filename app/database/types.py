"""Base class, ids and column types, for SQLite and PostgreSQL alike."""

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NewType
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, MetaData, String, Uuid, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from app import clock

CaseId = NewType("CaseId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
MemberId = NewType("MemberId", UUID)
SiteId = NewType("SiteId", UUID)
CircleId = NewType("CircleId", UUID)


# What a cell reads as in which somebody wrote what cannot be read: no MAC fits it, it belongs to nobody and is long past.
# SQLite takes any text in any column, and an error while rows are fetched would end every query that meets one of them.
_NOBODY = UUID(int=0)
LONG_PAST = datetime(1970, 1, 1, tzinfo=UTC)
"""How what is no time reads: whoever acts on what is due passes such a row over, and `redress doctor` names it."""

NEVER_BEFORE = datetime(1970, 1, 2, tzinfo=UTC)
"""Before it nothing is due: what is, is no time."""

FAR_FUTURE = datetime(3000, 1, 1, tzinfo=UTC)
"""From here on nothing is a time: days could not be added to it in every zone, and no deadline is so far away."""

_NO_TIME_FROM = int(FAR_FUTURE.timestamp()) * 1000


class Id(Uuid[UUID]):
    """A UUID; what is none reads as `UUID(int=0)`, and so does any other spelling of one, which no comparison in SQL would find."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a cell is read."""
        native = super().result_processor(dialect, coltype) is None  # type: ignore[no-untyped-call]
        return None if native else _id_in


def _id_in(cell: Any) -> UUID | None:
    if cell is None:
        return None
    try:
        number = int(cell, 16)
    except (TypeError, ValueError):
        return _NOBODY
    return UUID(int=number) if f"{number:032x}" == cell else _NOBODY


class Flag(Boolean):
    """True or False; what is neither 1 nor 0 in SQLite reads as None, which no MAC fits: in SQL it is neither true nor false."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a cell is read."""
        return None if dialect.supports_native_boolean else _FLAGS.get


_FLAGS = {0: False, 1: True}


class Blob(LargeBinary):
    """Bytes; what is none in SQLite reads as no bytes, which no MAC, veil or seal fits."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """How a value is written: both drivers take bytes as they are, and a report has sixty of them."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a cell is read."""
        return _blob_in if dialect.name == "sqlite" else super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]


def _blob_in(cell: Any) -> bytes | None:
    return cell if cell is None or type(cell) is bytes else b""


class WholeNumber(Integer):
    """A whole number as large as PostgreSQL takes it; what is none in SQLite reads as -1."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a cell is read."""
        return _number_in if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _number_in(cell: Any) -> int | None:
    return cell if cell is None or (type(cell) is int and abs(cell) < _MOST) else -1


_MOST = 1 << 31


def _reading(read: Callable[[Any], Any] | None, instead: Any) -> Callable[[Any], Any] | None:
    if read is None:
        return None

    def process(cell: Any) -> Any:
        try:
            return read(cell)
        except (AttributeError, TypeError, ValueError, OverflowError):
            return instead

    return process


def read_structure(cell: str | bytes) -> Any:
    """What a column of JSON holds: a list or a record. Anything else reads as an empty list, also the text of one."""
    if len(cell) > _SHORT:
        return _structure_in(cell)
    # What the network says of its organisations is read anew for each report, and hardly ever changes.
    found = _known_structure(cell)
    return list(found) if type(found) is tuple else _structure_in(cell)


_SHORT = 200


def _structure_in(cell: str | bytes) -> Any:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list | dict) else []


@lru_cache(maxsize=512)
def _known_structure(cell: str | bytes) -> tuple[str, ...] | None:
    """A list of texts, which is all that most hold; None is anything else."""
    found = _structure_in(cell)
    flat = isinstance(found, list) and all(type(each) is str for each in found)
    return tuple(found) if flat else None


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is refused instead of being guessed at.

    What is no time of ours reads as 1970: 'infinity' and years beyond ours, and in SQLite, which compares times as text, any other
    spelling of one.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC on its way into the database."""
        value = _in_utc(value)
        return value.replace(tzinfo=None) if value is not None and dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Any:
        """How a value is written: in one step too, since a report has forty of them."""
        return _time_out if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a cell is read."""
        # Lists on SQLite read thousands of times: each in one step, not in SQLAlchemy's several.
        if dialect.name == "sqlite":
            return _time_in
        return _reading(super().result_processor(dialect, coltype), LONG_PAST)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware time in UTC, whatever the driver returned."""
        if value is None:
            return None
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return value if LONG_PAST <= value < FAR_FUTURE else LONG_PAST


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a naive time cannot be stored")
    return value.astimezone(UTC)


def _time_out(value: datetime | None) -> str | None:
    """A time as SQLAlchemy writes it in SQLite, which compares times as text."""
    utc = _in_utc(value)
    return None if utc is None else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


_is_time = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", re.ASCII).fullmatch


def _time_in(cell: Any) -> datetime | None:
    if cell is None:
        return None
    try:
        value = datetime.fromisoformat(f"{cell}+00:00") if _is_time(cell) else LONG_PAST
    except (TypeError, ValueError):
        return LONG_PAST
    return value if LONG_PAST <= value < FAR_FUTURE else LONG_PAST


class Base(DeclarativeBase):
    """Base of every model; constraints are named alike on both databases so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        bool: Flag(),
        bytes: Blob(),
        int: WholeNumber(),
        datetime: UtcDateTime(),
        UUID: Id(),
        # SQLAlchemy does not look through a NewType to the UUID beneath.
        CaseId: Id(),
        OrganisationId: Id(),
        MemberId: Id(),
        SiteId: Id(),
        CircleId: Id(),
    }

    def __init__(self, **values: Any) -> None:
        """A new row with these values of its columns; raises TypeError for a name that is no column."""
        if not _column_names(type(self)).issuperset(values):
            raise TypeError(f"{sorted(values)} are not all columns of {type(self).__name__}")
        # Without the session's bookkeeping of changes: a new row has no earlier values, and a filing makes near thirty of them.
        vars(self).update(values)


@cache
def _column_names(model: type[Base]) -> frozenset[str]:
    return frozenset(column.key for column in inspect(model).column_attrs)


class Word(TypeDecorator[StrEnum]):
    """Holds the values of an enumeration as text, without a type of PostgreSQL's; refuses to store any other.

    A word that is none of them is given back as it stands. Whoever can write the database could else end every query that meets the
    row; so its MAC is looked at, does not fit, and only that row counts as if it were not there.
    """

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum], length: int) -> None:
        super().__init__(length)
        self.words = words

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        """The word's text; raises `ValueError` for one that the enumeration does not have."""
        return self._text_of(value)

    def bind_processor(self, _dialect: Dialect) -> Any:
        """How a value is written, in one step."""
        return self._text_of

    def _text_of(self, value: StrEnum | None) -> str | None:
        # Asking the enumeration whether it has one of its own members takes longer than all the rest of writing it.
        if value is None or type(value) is self.words:
            return None if value is None else str(value)
        return self.words(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """The word, or the text that stands in its place."""
        return self.words._value2member_map_.get(value, value)


def word_column(words: type[StrEnum], length: int = 20) -> Word:
    """A column for one of these words."""
    return Word(words, length)


_DRAWN = 48  # bits: two of a hundred rows beside one other are alike once in fifty thousand million times


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562) whose time is cut to the hour: keys stay near each other without telling the minute."""
    milliseconds = int(clock.now().timestamp()) // 3600 * 3_600_000
    random = int.from_bytes(os.urandom(10)) >> 6
    value = milliseconds << 80 | 0x7 << 76 | random >> 62 << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def new_id_beside(other: UUID) -> UUID:
    """As `new_id`, of the hour of another and next to it: rows of one case that are written together stand in one page of an index.

    For rows that name the other in the clear anyway; what is drawn tells them apart among the few that stand beside it.
    """
    return UUID(int=other.int >> _DRAWN << _DRAWN | int.from_bytes(os.urandom(_DRAWN // 8)))


def hour_of_id(made: UUID) -> datetime:
    """The hour in which `new_id` made it; `LONG_PAST` where others wrote one that holds no time of ours."""
    milliseconds = made.int >> 80
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds < _NO_TIME_FROM else LONG_PAST
