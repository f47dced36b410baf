"""How values go to the driver: in one step, and still as SQLAlchemy itself would write them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from app.cases.enums import ClockKind, State
from app.database import UtcDateTime, word_column
from app.database.types import read_structure
from app.vault.framing import frame, unframe

_SQLITE: Dialect = sqlite.dialect()
_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_NEPAL = timezone(timedelta(hours=5, minutes=45))
_MOMENTS = (
    datetime(2026, 11, 30, 9, tzinfo=UTC),
    datetime(2026, 11, 30, 9, 7, 1, 45, tzinfo=UTC),
    datetime(2026, 11, 30, 1, 30, tzinfo=_NEPAL),
    datetime(1, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize("moment", _MOMENTS)
def test_a_time_is_written_as_sqlalchemy_writes_it(moment: datetime) -> None:
    theirs: Any = DateTime().dialect_impl(_SQLITE).bind_processor(_SQLITE)
    ours = UtcDateTime().bind_processor(_SQLITE)
    assert ours(moment) == theirs(moment.astimezone(UTC).replace(tzinfo=None))
    assert UtcDateTime().bind_processor(_POSTGRESQL)(moment) == moment
    assert UtcDateTime().bind_processor(_POSTGRESQL)(moment).utcoffset() == timedelta(0)


@pytest.mark.parametrize("dialect", (_SQLITE, _POSTGRESQL))
def test_a_naive_time_is_refused_and_none_stays_none(dialect: Dialect) -> None:
    write = UtcDateTime().bind_processor(dialect)
    assert write(None) is None
    with pytest.raises(ValueError, match="naive"):
        write(datetime(2026, 11, 30))  # noqa: DTZ001 - this is what is refused


def test_only_words_of_the_enumeration_are_written() -> None:
    write = word_column(State).bind_processor(_SQLITE)
    assert write(State.OFFERED) == "offered"
    assert type(write(State.OFFERED)) is str
    assert write("offered") == "offered"
    assert write(None) is None
    for other in ("nonsense", ClockKind.READ):
        with pytest.raises(ValueError, match="State"):
            write(other)


@pytest.mark.parametrize("cell", ('["en","ms"]', b'["en","ms"]'))
def test_a_list_that_was_read_before_is_each_readers_own(cell: str | bytes) -> None:
    first = read_structure(cell)
    first.append("changed by its reader")
    assert read_structure(cell) == ["en", "ms"]


@pytest.mark.parametrize(
    ("cell", "found"),
    (
        ('[["en"]]', [["en"]]),
        ('{"a":[1]}', {"a": [1]}),
        ("[1,true]", [1, True]),
        ('"text"', []),
        ("no json", []),
        ("[" * 150, []),
        ("[]", []),
    ),
)
def test_any_other_structure_reads_as_it_stands(cell: str, found: Any) -> None:
    assert read_structure(cell) == found
    assert read_structure(cell) == found


def test_every_part_is_framed_with_its_length() -> None:
    case = UUID("0190a1b2-0000-7000-8000-000000000001")
    parts = (b"", b"x" * 255, b"x" * 256, "naïve \ud800", State.OFFERED, case, 7)
    told = [part if isinstance(part, bytes) else None for part in parts]
    told[3:] = ["naïve \ud800".encode("utf-8", "surrogatepass"), b"offered", case.bytes, (7).to_bytes(8)]
    assert unframe(frame(*parts)) == told
    assert frame(b"x" * 256)[:4] == (256).to_bytes(4)
