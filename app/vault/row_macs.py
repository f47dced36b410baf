"""Rows that give authority or meaning carry a MAC: whoever can only write the database gains no reader and changes no meaning.

A model that is `Signed` has a MAC over its table's name and every column of its row, each with its name, but those that it lists
in `FREE` with the reason why changing them gives nobody anything. What is NULL takes no part, so a later version may add a column.
Rows get their MAC where they are written, in `_sign_changes` below and in `app.database.inserts`; whoever decides by a row
asks `is_sound` first, and takes one that is not as if it were not there.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from types import NoneType
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import JSON, event, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.base import NO_VALUE
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from app.database import Base, Blob, Opaque, Word
from app.logs import log_event
from app.vault.framing import to_json_bytes
from app.vault.keyholder import KeyHolder


class Signed:
    """A row with a MAC; NULL is a row that this deployment never signed, and is refused like any other that does not fit."""

    FREE: ClassVar[Mapping[str, str]] = {}
    """The columns that the MAC leaves out, each with the reason why changing it gives nobody anything."""
    REMEMBERED: ClassVar[bool] = False
    """Whether a process keeps the values that fitted, for rows that are few and read often."""
    SPELLED: ClassVar[Callable[..., bytes] | None] = None
    """How the values of the covered columns are framed, in their order, where several such rows are written for each report."""

    row_mac: Mapped[bytes | None] = mapped_column(Blob, sort_order=100, info=Opaque.mac("the row"))


SignedRow = TypeVar("SignedRow", bound=Signed)


class RowForged(Exception):
    """Others wrote into a row, and nothing may be shown or done by what it says now."""


class UnsignedSession(RuntimeError):
    """A row that must carry a MAC was met in a session whose database was never told the keys: a mistake of the program."""


@dataclass(frozen=True)
class RowSigner:
    """What a database's sessions carry to sign and check rows; the keys are asked for when they are first needed."""

    holder: Callable[[], KeyHolder]

    def sign(self, rows: Iterable[Base]) -> None:
        """Give each new row that is `Signed` its MAC."""
        for row in rows:
            if isinstance(row, Signed):
                sign_row(self.holder(), row)


@dataclass(frozen=True)
class CoveredColumn:
    """One line of the declaration: a column, and why its MAC leaves it out, or None where it is covered."""

    table: str
    column: str
    free_because: str | None


@dataclass(frozen=True, eq=False)
class _Cover:
    """What the MAC of a model covers: attribute, its framed name, what its values are, and the one that a new row is not given."""

    table: bytes
    attributes: tuple[str, ...]
    names: tuple[bytes, ...]
    kinds: tuple[type | tuple[type, ...], ...]
    own: Callable[..., bytes] | None
    defaults: Mapping[str, Callable[[], Any]]


def declared() -> list[CoveredColumn]:
    """The whole declaration, to be read as a table: every column of every signed model that is imported."""
    models = sorted(
        (mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Signed)),
        key=lambda mapper: mapper.local_table.name,  # type: ignore[attr-defined]
    )
    return [
        CoveredColumn(mapper.class_.__tablename__, column.name, mapper.class_.FREE.get(column.name))
        for mapper in models
        for column in mapper.columns
        if column.name != "row_mac"
    ]


def sign_row(holder: KeyHolder, row: Signed) -> None:
    """Sign a new row, with the defaults that its columns would get put in."""
    # Past the session's bookkeeping of changes, as `Base` itself: a new row has no earlier values.
    cover, given = _cover(type(row)), vars(row)
    for name, default in cover.defaults.items():
        if name not in given:
            given[name] = default()
    given["row_mac"] = row_mac(holder, type(row), given)


def row_mac(holder: KeyHolder, model: type[Signed], values: Mapping[Any, Any]) -> bytes:
    """The MAC of a row with these values, by the names of its columns."""
    cover = _cover(model)
    return holder.mac("row", _framed(cover, tuple(map(values.get, cover.attributes))))


def row_fits(holder: KeyHolder, model: type[Signed], values: Mapping[Any, Any]) -> bool:
    """Whether this deployment wrote a row that was read column by column, all that are covered and `row_mac`."""
    return _fits(holder, model, tuple(map(values.get, _cover(model).attributes)), values["row_mac"])


def is_sound(holder: KeyHolder, row: Signed) -> bool:
    """Whether this deployment wrote the row as it was read; says in the log which one it did not write."""
    # Most rows that are looked at were not changed, and whole pages look at hundreds.
    stored = _stored(row) if inspect(row).committed_state else vars(row).get
    values = tuple(map(stored, _cover(type(row)).attributes))
    return _fits(holder, type(row), values, stored("row_mac"))


def sound(holder: KeyHolder, rows: Iterable[SignedRow]) -> Iterator[SignedRow]:
    """Those of the rows that this deployment wrote."""
    return (row for row in rows if is_sound(holder, row))


def sound_or_none(holder: KeyHolder, row: SignedRow | None) -> SignedRow | None:
    """The row if there is one and this deployment wrote it."""
    return row if row is not None and is_sound(holder, row) else None


def holder_of(session: Session) -> KeyHolder:
    """The keys of the database that a session belongs to; raises `UnsignedSession`."""
    signer: RowSigner | None = session.info.get("signer")
    if signer is None:
        raise UnsignedSession("call Database.sign_with before rows that carry a MAC are read or written")
    return signer.holder()


@event.listens_for(Session, "before_flush")
def _sign_changes(session: Session, _context: object, _instances: object) -> None:
    """Sign what a unit of work is about to store. A row that did not fit when it was read stays without a MAC that fits.

    Else whoever wrote into it would only have to wait until somebody changes another column of it.
    """
    for row in session.new:
        if isinstance(row, Signed):
            sign_row(holder_of(session), row)
    for row in session.dirty:
        if isinstance(row, Signed) and _changed(row):
            holder = holder_of(session)
            if is_sound(holder, row):
                row.row_mac = row_mac(holder, type(row), vars(row))


def _changed(row: Signed) -> bool:
    touched = inspect(row).committed_state
    return any(name in touched for name in _cover(type(row)).attributes)


def _stored(row: Signed) -> Callable[[str], Any]:
    """The values of a row as they stand in the database, whatever the unit of work has changed since it read them."""
    state = inspect(row)
    before, now = state.committed_state, state.dict

    def value(name: str) -> Any:
        found = before[name] if name in before else now.get(name)
        return None if found is NO_VALUE else found

    return value


def _fits(holder: KeyHolder, model: type[Signed], values: tuple[Any, ...], mac: bytes | None) -> bool:
    if mac is None:
        return _refused(model, values)
    if model.REMEMBERED and holder.fitted.get(mac) == values:
        return True
    cover = _cover(model)
    try:
        # SQLite takes bytes in every column: framed they are like the text or number whose place they took, and SQL finds neither.
        fits = _are_kinds(cover, _types(values)) and holder.mac_fits(mac, "row", _framed(cover, values))
    except (TypeError, ValueError):
        fits = False
    if not fits:
        return _refused(model, values)
    if model.REMEMBERED:
        holder.fitted.remember(mac, values)
    return True


def _refused(model: type[Signed], values: tuple[Any, ...]) -> bool:
    cover = _cover(model)
    found = dict(zip(cover.attributes, values, strict=True)).get("id")
    log_event("row.forged", level=logging.WARNING, table=cover.table.decode(), id=str(found))
    return False


def _framed(cover: _Cover, values: tuple[Any, ...]) -> bytes:
    """Every value with its column's name, framed by their lengths, so that it can be read in one way only."""
    if cover.own is not None:
        return cover.table + cover.own(*values)
    parts = [cover.table]
    for place, name, spell in _spelled(cover, _types(values)):
        raw = spell(values[place])
        parts.append(b"%b%d:%b" % (name, len(raw), raw))
    return b"".join(parts)


def _types(values: tuple[Any, ...]) -> tuple[type, ...]:
    return tuple(map(type, values))


# Rows of one model hold values of a few combinations of types, and pages look at hundreds of rows: what follows from the types is
# worked out once.
@lru_cache(maxsize=512)
def _spelled(cover: _Cover, types: tuple[type, ...]) -> tuple[tuple[int, bytes, Callable[[Any], bytes]], ...]:
    """Which values of these types are framed, under which name, and how each is spelled."""
    named = enumerate(zip(cover.names, types, strict=True))
    return tuple((place, name, _spelling(kind)) for place, (name, kind) in named if kind is not NoneType)


@lru_cache(maxsize=512)
def _are_kinds(cover: _Cover, types: tuple[type, ...]) -> bool:
    """Whether values of these types may stand in the columns."""
    kinds = zip(types, cover.kinds, strict=True)
    return all(found is NoneType or issubclass(found, kind) for found, kind in kinds)


_SPELLINGS: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (bytes, lambda value: value),
    (str, lambda value: value.encode("utf-8", "surrogatepass")),
    (UUID, lambda value: value.int.to_bytes(16)),
    (int, lambda value: b"%d" % value),
    (datetime, lambda value: value.astimezone(UTC).isoformat().encode()),
    (date, lambda value: value.isoformat().encode()),
    (object, to_json_bytes),
)


_COVERS: dict[type[Signed], _Cover] = {}


def _spelling(kind: type) -> Callable[[Any], bytes]:
    """How a value of this type is spelled, the same for what is about to be stored and for what was read."""
    return next(spell for of, spell in _SPELLINGS if issubclass(kind, of))


def _cover(model: type[Signed]) -> _Cover:
    known = _COVERS.get(model)
    if known is None:
        known = _COVERS[model] = _cover_of(model)
    return known


def _cover_of(model: type[Signed]) -> _Cover:
    mapper = inspect(model)
    attributes = {
        mapper.get_property_by_column(column).key: column
        for column in mapper.columns
        if column.name != "row_mac" and column.name not in model.FREE
    }
    names = tuple(b"%d:%b=" % (len(column.name), column.name.encode()) for column in attributes.values())
    defaults = {key: _default(column) for key, column in attributes.items() if column.default is not None}
    kinds = tuple(_kind_of(column) for column in attributes.values())
    own = model.SPELLED
    return _Cover(mapper.local_table.name.encode(), tuple(attributes), names, kinds, own, defaults)


def _kind_of(column: Any) -> type | tuple[type, ...]:
    if isinstance(column.type, JSON):
        return (list, dict)
    if isinstance(column.type, Word):
        return str
    kind: type = column.type.python_type
    return kind


def _default(column: Any) -> Callable[[], Any]:
    default = column.default
    if isinstance(default, ScalarElementColumnDefault):
        return lambda: default.arg
    if isinstance(default, CallableColumnDefault):
        function: Any = default.arg  # SQLAlchemy hands it a context; ours need none
        return lambda: function(None)
    raise TypeError(f"{column} has a default that a MAC cannot cover")
